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
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from engine.core.codec import from_plain, to_plain
from engine.core.messages import Ns
from engine.runtime.schedule.call import describe_error
from engine.runtime.workers.in_process import InProcessWorker
from engine.system.channel import CALL, DONE, EVENT, FAILED, LOGGED, MAKE, OPEN, RESET, SET, Channel
from engine.system.liveness import exit_with_parent
from engine.system.shared_memory import SharedBuffer

_LOG: Final = logging.getLogger("sensorium")


class _Reporter(logging.Handler):
    """Has the show log what is logged here."""

    def __init__(self, channel: Channel) -> None:
        super().__init__()
        self._channel = channel

    def emit(self, record: logging.LogRecord) -> None:
        """Say a record."""
        self._channel.send(LOGGED, [record.levelno, record.name, record.getMessage()])


class _Player:
    """Has one box do what is asked."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
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
        while (asked := self._channel.receive()) is not None:
            kind, content = asked
            try:
                self._does[kind](content)
            except Exception as error:
                self._channel.send(FAILED, describe_error(error))
            else:
                self._channel.send(DONE)

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
        for event in self._box.answer([from_plain(each) for each in arguments], Ns(at)):
            self._channel.send(EVENT, to_plain(event, pixels=True))


def main(connection: int, incoming: int, outgoing: int) -> None:
    """Do what is asked until nobody asks any more; all three are descriptors."""
    exit_with_parent(connection)
    channel = Channel(
        socket.socket(fileno=connection), SharedBuffer(outgoing), SharedBuffer(incoming)
    )
    _LOG.addHandler(_Reporter(channel))
    with suppress(OSError):  # nobody is there to be answered
        _Player(channel).play()
