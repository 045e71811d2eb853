"""Hears signals on a thread of its own: they are heard while the main thread hangs in a call.

Python runs a handler on the main thread between two of its own instructions, and a loop that a box
holds up would never get to it. The system's part of the handler writes the number of the signal to
a descriptor (``signal.set_wakeup_fd``), which a thread reads. Where there is no such descriptor
(Windows), the handler on the main thread has to do.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType
from typing import Any

Handler = Callable[[int, FrameType | None], Any]

_PIECE = 64


class SignalListener:
    """Calls what is to be done at each signal, one after another, until it is closed.

    ``as_well`` is called on the main thread, as a handler of Python is; a call into the system that
    waits is then interrupted. Raise ValueError on another thread than the main one, which alone may
    handle signals. What is ignored already, as SIGHUP is by ``nohup``, stays so.
    """

    def __init__(
        self, actions: Mapping[int, Callable[[], None]], as_well: Handler | None = None
    ) -> None:
        self._actions = {
            number: act
            for number, act in actions.items()
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._before: dict[int, Any] = {}
        self._pipe: tuple[int, int] | None = None
        self._as_well = as_well
        handler = self._on_main_thread if sys.platform == "win32" else as_well or _nothing
        for number in self._actions:
            self._before[number] = signal.signal(number, handler)
        if sys.platform != "win32":
            self._listen()

    def close(self) -> None:
        """Handle the signals as before."""
        for number, before in self._before.items():
            signal.signal(number, before)
        if self._pipe is not None:
            signal.set_wakeup_fd(self._woken_before)
            os.close(self._pipe[1])
            self._pipe = None

    def _listen(self) -> None:
        self._pipe = read, write = os.pipe()
        os.set_blocking(write, False)
        self._woken_before = signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for number in () if self._as_well else self._actions:
            signal.siginterrupt(number, False)
        threading.Thread(target=self._run, args=(read,), name="signals", daemon=True).start()

    def _run(self, read: int) -> None:
        with suppress(OSError):
            while numbers := os.read(read, _PIECE):
                for number in numbers:
                    if act := self._actions.get(number):
                        act()
        os.close(read)

    def _on_main_thread(self, number: int, frame: FrameType | None) -> None:
        self._actions[number]()
        if self._as_well:
            self._as_well(number, frame)


def _nothing(*_: object) -> None:
    """Have Python note the signal."""
