"""Call back on the loop at a moment, as exactly as the system allows.

Why: the loop's ``call_at`` is late by half a millisecond and more, since epoll counts whole
milliseconds. On Linux a timerfd wakes the loop at the moment itself. Python offers it only from
3.13.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import sys
from collections.abc import Callable
from typing import Protocol

from engine.core.clock import SECOND
from engine.core.messages import Ns

_CLOCK_MONOTONIC = 1
_ABSOLUTE = 1


class Timer(Protocol):
    """A timer that can be reset at any time; every method is called on the loop."""

    def set(self, due: Ns | None) -> None:
        """Fire at a monotonic moment, at once when it is past; None disarms it."""
        ...

    def close(self) -> None:
        """Disarm and release it."""
        ...


def make_timer(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> Timer:
    """Return the most exact timer available."""
    if sys.platform == "linux":
        try:
            return FdTimer(loop, callback)
        except (OSError, AttributeError, NotImplementedError):
            pass  # an old C library, or a loop without add_reader
    return LoopTimer(loop, callback)


class LoopTimer:
    """A timer by the loop's ``call_at``."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._loop = loop
        self._callback = callback
        self._handle: asyncio.TimerHandle | None = None
        self._due: Ns | None = None

    def set(self, due: Ns | None) -> None:
        """Fire at a moment; None disarms it."""
        if due == self._due:
            return
        if self._handle:
            self._handle.cancel()
        self._due = due
        self._handle = None if due is None else self._loop.call_at(due / SECOND, self._fired)

    def close(self) -> None:
        """Disarm it."""
        self.set(None)

    def _fired(self) -> None:
        self._due = self._handle = None
        self._callback()


class _Timespec(ctypes.Structure):
    """C's ``timespec``."""

    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    """C's ``itimerspec``: fires at ``first``, then every ``interval``; 0 is never."""

    _fields_ = (("interval", _Timespec), ("first", _Timespec))


class FdTimer:
    """A Linux timerfd watched by the loop. Raise OSError when there is none."""

    def __init__(self, loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._loop = loop
        self._callback = callback
        self._due: Ns | None = None
        self._fd = self._libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "no timerfd")
        try:
            loop.add_reader(self._fd, self._fired)
        except NotImplementedError:
            os.close(self._fd)
            raise

    def set(self, due: Ns | None) -> None:
        """Fire at a moment; None disarms it."""
        if due == self._due:
            return
        self._due = due
        # A moment of 0 would disarm it.
        first = _Timespec(0, 0) if due is None else _Timespec(*divmod(max(due, 1), SECOND))
        spec = _Itimerspec(_Timespec(0, 0), first)
        self._libc.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(spec), None)

    def close(self) -> None:
        """Disarm and close it."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _fired(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return  # reset between firing and this callback
        self._due = None
        self._callback()
