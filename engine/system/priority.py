"""Which thread runs first where there are fewer cores than threads.

Why: on two cores, with pose, pitch and painting at once, one in a hundred loudness values left 5 ms
to 6 ms late, waiting for a core, and 1.2 ms late where the loop and the thread that captures sound
have real-time priority. Where the system does not allow that, it helps a little to lower the
priority of threads that process pictures; lower than this they would starve where another program
takes all it gets.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from typing import Any, Final

PreviousPolicy = Any
"""A thread's scheduling policy and priority before it was raised; None where nothing changed."""

_NICE: Final = 5
"""Of 19: still a third of what a program gets that takes all it can."""


def lower_priority() -> None:
    """Let this thread yield to others; do nothing where only whole processes can be niced."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)


def set_realtime_priority(*, inherited: bool = False) -> PreviousPolicy:
    """Raise this thread to real-time priority; return what ``restore_priority`` needs.

    With ``inherited`` the threads that it begins from now on have it too. Only for threads that
    work little and seldom, and only where the system allows it, as it does for members of the group
    "audio" where sound was set up for music; otherwise nothing changes.
    """
    if sys.platform != "linux":
        return None
    policy = os.SCHED_RR if inherited else os.SCHED_RR | os.SCHED_RESET_ON_FORK
    before = os.sched_getscheduler(0), os.sched_getparam(0)
    try:
        os.sched_setscheduler(0, policy, os.sched_param(1))
    except OSError:
        return None
    return before


def restore_priority(before: PreviousPolicy) -> None:
    """Restore this thread's policy and priority from before ``set_realtime_priority``."""
    if sys.platform == "linux" and before is not None:
        with suppress(OSError):
            os.sched_setscheduler(0, *before)


def may_set_realtime_priority() -> bool:
    """Return whether the system allows real-time priority."""
    tried: list[PreviousPolicy] = []
    thread = threading.Thread(target=lambda: tried.append(set_realtime_priority()))
    thread.start()
    thread.join()
    return tried[0] is not None
