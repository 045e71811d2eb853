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
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, NoReturn

from engine.core.codec import decode, encode
from engine.core.context import Context, MemoryState, State
from engine.core.kinds import Kind
from engine.core.messages import Ns
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.job import Job
from engine.runtime.workers.in_process import InProcessWorker
from engine.system.channel import (
    CALL,
    CANCEL,
    CLOSE,
    DONE,
    EVENT,
    FAILED,
    LOGGED,
    MAKE,
    OPEN,
    REPORTED,
    RESET,
    SAVED,
    SET,
    Channel,
)
from engine.system.shared_memory import SharedBuffer
from engine.system.state_folder import StateFolder

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
        self._does = {
            MAKE: self._make,
            OPEN: self._open,
            SET: self._set,
            RESET: self._reset,
            CALL: self._call,
            CLOSE: self._close,
        }
        self._pictures_may_leave = False

    def play(self) -> None:
        """Do what is asked until nobody asks."""
        while (asked := self._wire.hear()) is not None:
            kind, content = asked
            if kind == CANCEL:
                continue  # it came when all was answered, or has been heeded
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
        self._node = getattr(importlib.import_module(module), name)(**parameters)
        self._box: InProcessWorker | None = None

    def _open(self, content: Any) -> None:
        if self._box is None:
            self._box = InProcessWorker(self._node, self._context(*content))
            self._box.begin()
        self._box.open()
        gc.collect()
        gc.freeze()

    def _context(
        self, name: str, folder: str | None, places: list[str], files: dict[str, bytes]
    ) -> Context:
        """Make the context of the box; what it keeps is told to the show, which records it."""
        state: State = MemoryState(files, self._saved)
        if places:
            first, second = map(Path, places)
            state = StateFolder((first, second), self._report, self._saved)
        log = logging.getLogger(f"sensorium.{name.replace('.', '/')}")
        where = Path(folder) if folder else None
        return Context(name, where, state, log, lambda: self._pictures_may_leave)

    def _saved(self, file: str, data: bytes) -> None:
        self._wire.say(SAVED, [file, data])

    def _report(self, text: str) -> None:
        self._wire.say(REPORTED, text)

    def _set(self, content: Any) -> None:
        field, value = content
        setattr(self._node, field, value)

    def _reset(self, _: Any) -> None:
        self._node.reset()

    def _close(self, _: Any) -> None:
        if self._box is not None:
            self._box.close()

    def _call(self, content: Any) -> None:
        plain, at, inlet, self._pictures_may_leave = content
        assert self._box is not None, "it was opened before"
        arguments = tuple(decode(each) for each in plain)
        job = Job(arguments, Kind.LOSSLESS, Ns(at), 0, 0, inlet)
        with closing(self._box.answer(job)) as answers:
            for event in answers:
                self._wire.say(EVENT, encode(event, pixels=True))
                if self._node.interruptible and self._wire.has_more():
                    return  # it can only be that the rest is called off


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
