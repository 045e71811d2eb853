"""Notices where JACK does not call a client of this process, which nobody else says.

A client may be called no more for ever, with all its cables laid. The server may have dropped it.
Or its library forgot somebody: a program that joins while another one leaves does not let go of
what it wakes that one by (JACK 1.9.21, ``JackLibClient::ClientNotifyImp``: the news comes before
its own client is there). Whoever joins next gets the same place and is never woken by it. That ends
when he leaves once more. So a client that is not called leaves, and another is begun.
"""

from __future__ import annotations

import time
from collections.abc import Container
from contextlib import suppress
from pathlib import Path
from typing import Final

from engine.system.jack import ServerWatch

CALLED: Final = 0.3
"""Seconds within which a client that has just begun must be called."""
LET_GO: Final = 1.0
"""Seconds within which this process has let go of a client that left, if it ever does."""
SETTLED: Final = 4
"""Cycles after which a new cable counts for who wakes whom."""
SILENT: Final = 20
"""Looks in a row between which the server went on and did not call: two seconds, as it is looked.

Looks, and not seconds: a process that stood still has not been called meanwhile, either.
"""
_TASKS: Final = Path("/proc/self/task")
_MAPS: Final = Path("/proc/self/maps")


def threads() -> list[str]:
    """Return the threads of this process as they began; none where the system does not say."""
    try:
        return [each.name for each in _TASKS.iterdir()]  # as the system has them
    except OSError:
        return []


def last_begun(before: Container[str]) -> str | None:
    """Return which thread has begun last, where one has that was not there ``before``."""
    return next((each for each in reversed(threads()) if each not in before), None)


class CalledClient:
    """A client of this process that is not ours to ask, but for ``thread``, on which it is called.

    Where the system does not tell of threads (Linux does) it always seems to be called.
    """

    def __init__(self, server: ServerWatch, thread: str | None) -> None:
        self._thread = _TASKS / thread / "status" if thread else None
        self._server = server
        self._turns = self._count()
        self._frames = server.frames()
        self._silent = 0

    def is_called(self) -> bool:
        """Wait until the server has called it with the cables that it has by now, if it does.

        A server that stands still meanwhile calls nobody, which says nothing.
        """
        self._server.wait_cycles(SETTLED, CALLED)
        turns, frames, end = self._count(), self._server.frames(), time.monotonic() + CALLED
        while self._thread and self._count() == turns:
            if time.monotonic() > end:
                return self._server.frames() == frames
            self._server.wait_cycles(1, CALLED)
        return True

    def wakes_all(self) -> bool:
        """Return whether this process can wake every other client of the server.

        What a client that leaves was woken by is let go of within a moment, or never.
        """
        left, end = _left_behind(), time.monotonic() + LET_GO
        while left and time.monotonic() < end:
            self._server.wait_cycles(1, CALLED)
            left &= _left_behind()
        return not left

    def goes_on(self) -> bool:
        """Return whether it is called still; to be asked again and again."""
        turns, frames = self._count(), self._server.frames()
        if turns != self._turns or not self._thread:
            self._silent = 0
        elif frames != self._frames:
            self._silent += 1
        self._turns, self._frames = turns, frames
        return self._silent < SILENT

    def _count(self) -> int:
        """Return how often its thread has waited; -1 once there is no such thread any more."""
        if self._thread:
            with suppress(OSError):
                for line in self._thread.read_text().splitlines():
                    if line.startswith("voluntary_ctxt_switches"):
                        return int(line.split()[1])
        return -1


def _left_behind() -> set[str]:
    """Return what clients that have left were woken by, as far as it is still held."""
    try:
        lines = _MAPS.read_text(errors="replace").splitlines()
    except OSError:
        return set()
    return {line for line in lines if "/jack_sem." in line and line.endswith("(deleted)")}
