"""The process of one box, forked, or begun by ``python -m engine.runtime.workers.subprocess_main``.

Its descriptors, by number, are a socket by which it is asked, the room of what it is told, and that
of what it tells. It goes when the socket is closed; the box is not closed before.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from engine.core.codec import decode, encode
from engine.core.messages import Ns
from engine.runtime.schedule.call import describe_error
from engine.runtime.workers.in_process import InProcessWorker
from engine.system.channel import CALL, DONE, EVENT, FAILED, LOGGED, MAKE, OPEN, RESET, SET, Channel
from engine.system.shared_memory import SharedBuffer

DESCRIPTORS: Final = 3
_LOG: Final = logging.getLogger("sensorium")


class _Reporter(logging.Handler):
    """Has the show log what is logged here."""

    def __init__(self, wire: Channel) -> None:
        super().__init__()
        self._wire = wire

    def emit(self, record: logging.LogRecord) -> None:
        """Say a record."""
        self._wire.say(LOGGED, [record.levelno, record.name, record.getMessage()])


class _Player:
    """Has one box do what is asked."""

    def __init__(self, wire: Channel) -> None:
        self._wire = wire
        self._box: InProcessWorker
        self._does = {
            MAKE: self._make,
            OPEN: self._open,
            SET: self._set,
            RESET: self._reset,
            CALL: self._call,
        }

    def play(self) -> None:
        """Do what is asked until nobody asks."""
        while (asked := self._wire.hear()) is not None:
            kind, content = asked
            try:
                self._does[kind](content)
            except Exception as error:
                self._wire.say(FAILED, describe_error(error))
            else:
                self._wire.say(DONE)

    def _make(self, content: Any) -> None:
        title, module, name, parameters, sys.path[:], folder, level = content
        with suppress(OSError):  # only Linux lets it be named, for whoever looks who takes how much
            Path("/proc/self/comm").write_text(title)
        os.chdir(folder)  # names of files are as in the show
        _LOG.setLevel(level)
        self._box = InProcessWorker(getattr(importlib.import_module(module), name)(**parameters))
        self._box.begin()

    def _open(self, _: Any) -> None:
        self._box.open()
        gc.collect()
        gc.freeze()

    def _set(self, content: Any) -> None:
        self._box.set(*content)

    def _reset(self, _: Any) -> None:
        self._box.reset()

    def _call(self, content: Any) -> None:
        arguments, at = content
        for event in self._box.answer([decode(each) for each in arguments], Ns(at)):
            self._wire.say(EVENT, encode(event, pixels=True))


def play(*descriptors: int) -> NoReturn:
    """Do what is asked until nobody asks any more."""
    hears, told, tells = descriptors
    try:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it goes with the show
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        with suppress(OSError):
            os.dup2(2, 1)  # what a library prints belongs to no dump
        connection = socket.socket(fileno=hears)
        threading.Thread(target=_go_with_the_show, args=(hears,), daemon=True).start()
        wire = Channel(connection, SharedBuffer(tells), SharedBuffer(told))
        _LOG.addHandler(_Reporter(wire))
        _Player(wire).play()
    finally:
        os._exit(0)


def _go_with_the_show(connection: int) -> None:
    """End with the show, also in the middle of an answer that never comes."""
    poll = select.poll()
    poll.register(connection, 0)  # tells only that the other end was closed
    poll.poll()
    os._exit(0)


if __name__ == "__main__":
    play(*map(int, sys.argv[1:]))
