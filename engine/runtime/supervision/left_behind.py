"""Threads that hang in a performer's own file and were left behind: nothing can end a thread.

Python can raise an exception in another thread, which ends a loop of a file of one's own. It does
not reach a call into a library that waits, and there it is not tried: a library that is loaded half
would stay so.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterable
from typing import Final

from engine.runtime.supervision.places import innermost_frame, is_own

MOST: Final = 4
"""How many may hang at the same time: each keeps what it has loaded, and may keep a core busy."""


class Abandoned(BaseException):
    """Nobody waits for this thread any more."""


class LeftBehind:
    """The threads of one show that were left behind, as long as they hang."""

    def __init__(self) -> None:
        self._threads: list[threading.Thread] = []

    def add(self, threads: Iterable[threading.Thread]) -> None:
        """Leave threads behind, and end those that can be ended."""
        self._threads += threads
        for thread in threads:
            _end(thread)

    @property
    def is_full(self) -> bool:
        """Whether so many hang that no further one may be risked."""
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        return len(self._threads) >= MOST


def _end(thread: threading.Thread) -> None:
    """Raise ``Abandoned`` in a thread whose innermost code is a performer's own."""
    frame = innermost_frame(thread)
    if frame is not None and is_own(frame):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Abandoned)
        )
