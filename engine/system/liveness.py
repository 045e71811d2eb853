"""Who is still alive: a child shows that it works, and sees whether its parent is there.

A child beats every ``BEAT`` seconds; one that is silent for ``MISSED`` looks in a row hangs. Why
counted in looks and not by a clock: a parent that was itself put to sleep has missed only one.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

BEAT: Final = 0.5
"""Seconds between two heartbeats, and between two looks for them."""
MISSED: Final = 6
"""After so many looks in a row that found no sign of life, a process hangs."""
_STDERR: Final = 2


_PR_SET_PDEATHSIG: Final = 1
"""Of prctl(2)."""


def hangs(shows_life: Callable[[], bool], ended: threading.Event) -> bool:
    """Watch a child: return True once it hangs, False once it has ``ended``.

    ``shows_life`` returns whether there was any sign of life since it was last called.
    """
    silent = 0
    while silent < MISSED:
        if ended.wait(BEAT):
            return False
        silent = 0 if shows_life() else silent + 1
    return True


def start_heartbeat(beat: Callable[[], None], *checks: Callable[[], None]) -> None:
    """Call ``beat`` every ``BEAT`` seconds on a thread, each time after all checks returned.

    A check that blocks for as long as a part of the process hangs stops the heartbeat.
    """

    def run() -> None:
        pause = threading.Event()
        while True:
            for check in checks:
                check()
            beat()
            pause.wait(BEAT)

    threading.Thread(target=run, name="heartbeat", daemon=True).start()


def exit_when_stuck(seconds: float) -> None:
    """End this process where nobody calls this again within so many seconds.

    Why by ``faulthandler``: it needs no lock of the interpreter. JACK's library ends its threads
    where they are when a server goes, and one that had that lock then keeps it for ever, so that
    nothing of ours runs any more, not even what sees that the parent is gone.
    """
    faulthandler.dump_traceback_later(seconds, exit=True, file=_STDERR)


def exit_with_parent(descriptor: int) -> None:
    """End this process once the other end of a pipe or socket is closed, as it is when we die.

    That is so in the midst of a call that never returns, too. Nothing is read, but where the system
    cannot poll a pipe (Windows): there nothing may be sent through it.
    """
    threading.Thread(target=_exit_when_closed, args=(descriptor,), daemon=True).start()


def wake_with_parent() -> None:
    """Continue this process, where it was stopped, when its parent dies (Linux).

    A process that is stopped does not see that its parent is gone, and would stay for ever. Why it
    is not killed instead (``SIGKILL`` in place of ``SIGCONT``): one that owns a MIDI port ends its
    notes first, what was forked need not end with its fork server, and the signal comes as well
    when only the thread ends that began the process.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGCONT, 0, 0, 0)


def _exit_when_closed(descriptor: int) -> None:
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(descriptor, select.POLLHUP)
        poll.poll()
    else:
        while os.read(descriptor, 1):
            pass
    os._exit(0)
