"""Who goes first where there are fewer cores than threads.

Why: on two cores, with pose, pitch and painting at once, one in a hundred loudness values was 8 ms
behind where all threads are equals, and 4.5 ms where those that look at pictures and play films
stand back. What remains is the interpreter's lock, held by a thread that waits for a core. Farther
back they would be 3.5 ms, but starve where another program takes all it gets.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Final

_BACK: Final = 5
"""Of 19: still a third of what a program gets that takes all it can."""


def stand_back() -> None:
    """Let this thread yield to others; where only whole processes can, nothing changes."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BACK)


def come_forward() -> None:
    """Have this thread, and those it begins from now on, not wait for a core.

    Only for what works little and seldom, and where the system allows it, as it does for members of
    the group "audio" where sound was set up for music; otherwise nothing changes.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
