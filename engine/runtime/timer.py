"""Calls something on the loop at a moment, as exactly as the system can.

Why: the loop's own ``call_at`` is late by half a millisecond and more, since epoll counts whole
milliseconds. On Linux a timerfd wakes the loop at the moment itself. Python has it only from 3.13.
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
    """One alarm, set anew as often as one likes; every method is called on the loop."""

    def set(self, due: Ns | None) -> None:
        """Have it ring at a moment of the monotonic clock, at once if that is over; None: never."""
        ...

    def close(self) -> None:
        """Never ring again."""
        ...


def make_timer(loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> Timer:
    """Make the best timer that there is here."""
    if sys.platform == "linux":
        try:
            return FdTimer(loop, ring)
        except (OSError, AttributeError, NotImplementedError):
            pass  # an old C library, or a loop that watches no files
    return LoopTimer(loop, ring)


class LoopTimer:
    """The timer that every loop has."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._loop = loop
        self._ring = ring
        self._handle: asyncio.TimerHandle | None = None
        self._due: Ns | None = None

    def set(self, due: Ns | None) -> None:
        """Have it ring at a moment, or never."""
        if due == self._due:
            return
        if self._handle:
            self._handle.cancel()
        self._due = due
        self._handle = None if due is None else self._loop.call_at(due / SECOND, self._rung)

    def close(self) -> None:
        """Never ring again."""
        self.set(None)

    def _rung(self) -> None:
        self._due = self._handle = None
        self._ring()


class _Time(ctypes.Structure):
    """A ``timespec`` of C."""

    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Alarm(ctypes.Structure):
    """An ``itimerspec`` of C: ring at ``first``, and then every ``again``; 0 is never."""

    _fields_ = (("again", _Time), ("first", _Time))


class FdTimer:
    """A timerfd of Linux that the loop watches; raises OSError where there is none."""

    def __init__(self, loop: asyncio.AbstractEventLoop, ring: Callable[[], None]) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._loop = loop
        self._ring = ring
        self._due: Ns | None = None
        self._fd = self._libc.timerfd_create(_CLOCK_MONOTONIC, os.O_NONBLOCK | os.O_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "no timerfd")
        try:
            loop.add_reader(self._fd, self._rung)
        except NotImplementedError:
            os.close(self._fd)
            raise

    def set(self, due: Ns | None) -> None:
        """Have it ring at a moment, or never."""
        if due == self._due:
            return
        self._due = due
        # A moment of 0 would mean never.
        first = _Time(0, 0) if due is None else _Time(*divmod(max(due, 1), SECOND))
        alarm = _Alarm(_Time(0, 0), first)
        self._libc.timerfd_settime(self._fd, _ABSOLUTE, ctypes.byref(alarm), None)

    def close(self) -> None:
        """Never ring again."""
        if self._fd >= 0:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._fd = -1

    def _rung(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:
            return  # it was set anew between ringing and being heard
        self._due = None
        self._ring()
