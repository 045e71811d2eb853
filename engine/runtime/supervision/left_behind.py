"""Threads that hang in a performer's own file and were left behind: nothing can end a thread.

Python can raise an exception in another thread, which ends a loop of a file of one's own. It does
not reach a call into a library that waits, and there it is not tried: a library that is loaded half
would stay so.
"""

from __future__ import annotations

import ctypes
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from types import FrameType
from typing import Final

from engine.core.box import OWN_MODULES

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


def innermost_frame(thread: threading.Thread | int) -> FrameType | None:
    """Return where a thread, or that of an identifier, is in its code; None once it has ended."""
    identifier = thread if isinstance(thread, int) else thread.ident
    return sys._current_frames().get(identifier) if identifier is not None else None


def is_own(frame: FrameType) -> bool:
    """Whether a frame belongs to a performer's own file."""
    return str(frame.f_globals.get("__name__")).startswith(OWN_MODULES)


def line_of(frame: FrameType) -> str:
    """Return where a frame is: "nodes/reach.py, line 12, in process"."""
    file = Path(frame.f_code.co_filename)
    return f"{file.parent.name}/{file.name}, line {frame.f_lineno}, in {frame.f_code.co_name}"


def own_line(thread: threading.Thread) -> str:
    """Return the innermost line of a performer's own file that a thread is at, or ""."""
    frame = innermost_frame(thread)
    while frame is not None and not is_own(frame):
        frame = frame.f_back
    return line_of(frame) if frame is not None else ""


def _end(thread: threading.Thread) -> None:
    """Raise ``Abandoned`` in a thread whose innermost code is a performer's own."""
    frame = innermost_frame(thread)
    if frame is not None and is_own(frame):
        ctypes.pythonapi.PyThreadState_SetAsyncExc(
            ctypes.c_ulong(thread.ident or 0), ctypes.py_object(Abandoned)
        )
