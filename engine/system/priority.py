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
from pathlib import Path
from typing import Any, Final

_GROUP: Final = Path("/proc/self/autogroup")
"""Says "/autogroup-25 nice 0" (sched(7)), or nothing where init began the session."""

_AGAIN: Final = 0.15
"""Seconds."""
_TRIES: Final = 40

PreviousPolicy = Any
"""A thread's scheduling policy and priority before it was raised; None where nothing changed."""

_NICER: Final = 5
"""Than its program, which may have been begun by ``nice``: still a third of what another gets that
takes all it can."""

_PROGRAM: Final = os.getpriority(os.PRIO_PROCESS, os.getpid()) if sys.platform == "linux" else 0
"""The priority that the program was begun with."""


def lower_priority() -> None:
    """Let this thread yield to others, once for all; do nothing where only processes can be niced.

    On the main thread of a process that has a session of its own, as ours have, let the session
    yield: where Linux groups processes by session (``sched_autogroup_enabled``), each session gets
    as much as any other, whatever the priorities in it.
    """
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _PROGRAM + _NICER)
        if threading.get_native_id() == os.getpid() == os.getsid(0):
            _yield_session(_TRIES)


def _yield_session(tries: int) -> None:
    """Let this session yield; try again later, so often, where others have just done so."""
    try:
        lower = int(_GROUP.read_text().split()[-1]) + _NICER
        _GROUP.write_text(str(lower))
    except BlockingIOError:  # Linux lets one session of them all do that within 0.1 s
        if tries:
            again = threading.Timer(_AGAIN, _yield_session, [tries - 1])
            again.daemon = True
            again.start()
    except (OSError, ValueError, IndexError):
        return  # there are no such groups here, or it is in none


def set_realtime_priority(*, inherited: bool = False) -> PreviousPolicy:
    """Raise this thread to real-time priority; return what ``restore_priority`` needs.

    With ``inherited`` the threads that it begins from now on have it too. Only for threads that
    work little and seldom, and only where the system allows it, as it does for members of the group
    "audio" where sound was set up for music; otherwise nothing changes. Nor does it where the whole
    show was begun so (``chrt -r 1 sensorium play``): then all that it begins has it too.
    """
    if sys.platform != "linux" or _is_realtime():
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


def _is_realtime() -> bool:
    """Whether this thread has real-time priority, and so has what it begins."""
    return os.sched_getscheduler(0) in (os.SCHED_RR, os.SCHED_FIFO)


def may_set_realtime_priority() -> bool:
    """Return whether the system allows real-time priority."""
    tried: list[bool] = []
    thread = threading.Thread(target=lambda: tried.append(_try_realtime_priority()))
    thread.start()
    thread.join()
    return tried[0]


def _try_realtime_priority() -> bool:
    return sys.platform == "linux" and (_is_realtime() or set_realtime_priority() is not None)
