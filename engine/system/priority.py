"""Who goes first where there are fewer cores than threads.

Why: on two cores, with pose, pitch and painting at once, one in a hundred loudness values left 5 ms
to 6 ms late, waiting for a core, and 1.2 ms where the loop and the thread that hears come forward.
Where the system does not allow that, it helps a little that those who look at pictures stand back;
farther back than this they would starve where another program takes all it gets.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Any, Final

PreviousPolicy = Any
"""How a thread stood: the policy and the priority, or None where it stands as it did."""

_BACK: Final = 5
"""Of 19: still a third of what a program gets that takes all it can."""


def lower_priority() -> None:
    """Let this thread yield to others; where only whole processes can, nothing changes."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _BACK)


def set_realtime_priority(*, with_all_begun: bool = False) -> PreviousPolicy:
    """Have this thread not wait for a core; gives how it stood, for ``restore_priority``.

    ``with_all_begun`` has the threads that it begins from now on come forward too. Only for what
    works little and seldom, and where the system allows it, as it does for members of the group
    "audio" where sound was set up for music; otherwise nothing changes.
    """
    if sys.platform != "linux":
        return None
    policy = os.SCHED_RR if with_all_begun else os.SCHED_RR | os.SCHED_RESET_ON_FORK
    stood = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, policy, os.sched_param(1))
    except OSError:
        return None
    return stood


def restore_priority(stood: PreviousPolicy) -> None:
    """Let this thread stand as it stood before it came forward."""
    if sys.platform == "linux" and stood is not None:
        with suppress(OSError):
            os.sched_setscheduler(0, *stood)


def may_set_realtime_priority() -> bool:
    """Tell whether the system allows threads to come forward."""
    tried: list[PreviousPolicy] = []
    thread = threading.Thread(target=lambda: tried.append(set_realtime_priority()))
    thread.start()
    thread.join()
    return tried[0] is not None
