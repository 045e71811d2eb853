"""Has a thread that works long stand back behind the loop and the sound.

Why: on two cores, with pose, pitch and painting at once, one in a hundred loudness values was 8 ms
behind where all threads are equals, and 3.5 ms where those that look at pictures and play films
stand back. What remains is the interpreter's lock, held by a thread that waits for a core.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_BACK = 10
"""Of 19: still a tenth of a core beside a program that takes all it gets."""


def stand_back() -> None:
    """Let this thread yield to others; where only whole processes can, nothing changes."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BACK)
