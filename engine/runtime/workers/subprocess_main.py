"""What the process of one box does: ``engine.system.fork_server`` begins it.

It is asked through a socket; large arrays come and go in two shared buffers. It ends when the
socket is closed; the box is not closed before.
"""

from __future__ import annotations

import gc
import importlib
import logging
import os
import socket
import sys
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from engine.core.box_errors import anything_raised
from engine.core.clock import SystemClock
from engine.core.codec import decode, encode
from engine.core.context import Context, MemoryState, State
from engine.core.kinds import Kind
from engine.core.messages import Message, Ns
from engine.core.signature import read_signature
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.job import Job
from engine.runtime.workers.in_process import InProcessWorker
from engine.system.channel import (
    CALL,
    CANCEL,
    CAPTION,
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
    Channel,
)
from engine.system.liveness import exit_with_parent
from engine.system.shared_memory import SharedBuffer
from engine.system.state_folder import StateFolder

_LOG: Final = logging.getLogger("sensorium")
_CLOCK: Final = SystemClock()


class _Reporter(logging.Handler):
    """Has the show log what is logged here."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Send a log record to the show."""
        self._channel.send(LOGGED, [record.levelno, record.name, record.getMessage()])


class _Player:
    """Has one box do what is asked."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._does = {
            MAKE: self._make,
            OPEN: self._open,
            RESET: self._reset,
            CALL: self._call,
            CLOSE: self._close,
        }
        self._pictures_may_leave = False
        self._spent = 0
        """How many ns the box itself has worked on what is asked now."""
        self._caption = ""
        self._answer = b""
        """The only answer to a call, which goes with its end: that wakes the show once."""

    def play(self) -> None:
        """Do what is asked until nobody asks."""
        while (asked := self._channel.receive()) is not None:
            kind, (settings, content) = asked
            if kind == CANCEL:
                continue  # it came when all was answered, or has been heeded
            failure = self._do(kind, settings, content)
            if kind != CLOSE:
                self._tell_caption()
            del asked, content  # or it would seem that the box keeps the picture in it
            answer, self._answer = self._answer, b""
            returned = self._channel.returned()
            if failure is None:
                self._channel.send(DONE, [self._spent, returned], before=answer)
            else:
                self._channel.send(FAILED, [self._spent, returned, failure], before=answer)

    def _tell_caption(self) -> None:
        """Send what the box says of itself on the page, which asks the one in the show."""
        try:
            caption = self._node.caption()
        except anything_raised():  # or there is no box yet
            return
        if caption != self._caption:
            self._caption = caption
            self._channel.send(CAPTION, caption)

    def _do(self, kind: bytes, settings: dict[str, Any], content: Any) -> str | None:
        """Set what was set since, and do what is asked; return what the box raised, if anything."""
        self._spent = 0
        try:
            for field, value in settings.items():
                setattr(self._node, field, value)
            self._does[kind](content)
        except anything_raised() as error:
            return describe_error(error)
        return None

    def _make(self, content: Any) -> None:
        title, module, name, parameters, sys.path[:], folder, level = content
        with suppress(OSError):  # only Linux lets it be named, for whoever looks who takes how much
            Path("/proc/self/comm").write_text(title)
        os.chdir(folder)  # names of files are as in the show
        _LOG.setLevel(level)
        self._node = getattr(importlib.import_module(module), name)(**parameters)
        self._answers_once = not read_signature(type(self._node)).is_generator
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
        self._channel.send(SAVED, [file, data])

    def _report(self, text: str) -> None:
        self._channel.send(REPORTED, text)

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
            for event in self._timed(answers):
                told = [self._spent, encode(event, pixels=True)]
                if self._answers_once and not inlet and not self._answer:
                    self._answer = self._channel.pack(EVENT, told)
                    continue
                before, self._answer = self._answer, b""
                self._channel.send(EVENT, told, before=before)
                if self._node.interruptible and self._channel.has_more():
                    return  # it can only be that the rest is called off

    def _timed(self, answers: Generator[Message]) -> Iterator[Message]:
        """Yield what the box answers, and count how long it works on each.

        Why here: seen from the show, a call takes the hand-over of its picture as well.
        """
        while True:
            begun = _CLOCK.now()
            try:
                event = next(answers)
            except StopIteration:
                return
            finally:
                self._spent += _CLOCK.now() - begun
            yield event


def main(connection: int, incoming: int, outgoing: int) -> None:
    """Do what is asked until nobody asks any more; all three are descriptors."""
    exit_with_parent(connection)
    channel = Channel(
        socket.socket(fileno=connection),
        SharedBuffer(outgoing),
        SharedBuffer(incoming),
        borrows=True,
    )
    _LOG.addHandler(_Reporter(channel))
    with suppress(OSError):  # nobody is there to be answered
        _Player(channel).play()
