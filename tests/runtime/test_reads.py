"""What the loop itself reads for a source comes in at once, and nothing about it stops the show."""

from __future__ import annotations

import itertools
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from typing import ClassVar

import pytest

from engine.core.box import Box
from engine.core.clock import SystemClock
from engine.core.commands import Lost
from engine.core.source import AddReader, Emit, Source
from engine.runtime.live import Live
from tests.limits import LIMIT

from . import live_shows
from .boxes import BOXES, COLLECT

PATCH = '[pipe]\nuse="pipe"\nbreaks={}\n[t]\nuse="every"\ntime="1 ms"\n' + COLLECT
PATCH += 'bytes="pipe"\nticks="t"\n'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a loop of Windows reads no pipes")


class Pipe(Source):
    """Says the bytes that come through a pipe, which ends after three; or breaks at the first."""

    OUT: ClassVar[Mapping[str, type]] = {"byte": float}

    breaks: bool = False

    def __post_init__(self) -> None:
        self._threads: list[str] = []
        self._calls = 0
        self._ended = 0

    def attach(self, watch: AddReader) -> None:
        self._watch = watch

    def open(self, emit: Emit) -> None:
        self._emit = emit
        self._ours, theirs = os.pipe()
        assert self._watch(self._ours, self._ready)
        os.write(theirs, bytes([1, 2, 3]))
        os.close(theirs)

    def _ready(self) -> bool:
        self._calls += 1
        self._threads.append(threading.current_thread().name)
        if self.breaks:
            raise ValueError("what is this?")
        now = SystemClock().now()
        piece = os.read(self._ours, 1)
        if piece:
            self._emit("byte", float(piece[0]), now)
            return True
        os.close(self._ours)
        self._ended += 1
        if self._ended == 1:
            self._emit("", Lost("it ended"), now)
        return False


def play(breaks: bool, until: Callable[[Live], bool]) -> Live:
    own: dict[str, type[Box]] = {**BOXES, "pipe": Pipe}
    show = live_shows.live(PATCH.format(str(breaks).lower()), own)
    live_shows.play(show, lambda _: until(show), LIMIT)
    return show


def test_what_comes_is_read_on_the_loop_until_it_ends_and_again_when_it_is_back() -> None:
    def is_heard(show: Live) -> bool:
        heard, ended = show.engine.states["c"].box.of("bytes"), show.engine.states["pipe"].box
        return ended._ended == 2 and heard[-1:] == [3]

    show = play(False, is_heard)
    # Of numbers that wait, while it or the output opens, the last one is heard; none comes twice,
    # but for the one that holds when the output has opened.
    heard = [byte for byte, _ in itertools.groupby(show.engine.states["c"].box.of("bytes"))]
    said = iter([1, 2, 3, 1, 2, 3])
    assert all(byte in said for byte in heard)
    assert show.engine.states["pipe"].box._calls == 2 * 4
    assert set(show.engine.states["pipe"].box._threads) == {"MainThread"}
    assert [fault.text for fault in show.engine.metrics.faults] == ["it ended"]


def test_a_source_that_cannot_be_read_is_let_be_and_told(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        show = play(True, lambda show: len(show.engine.states["c"].box.of("ticks")) > 20)
    os.close(show.engine.states["pipe"].box._ours)
    assert show.engine.states["pipe"].box._calls == 1
    assert "a source cannot be read any more" in caplog.text
    assert "what is this?" in caplog.text
