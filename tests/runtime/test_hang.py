"""A box that hangs in a real show: the rest plays on, a fresh one takes its place, all can end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import ClassVar

import pytest

from engine.core.node import Model, Node
from engine.runtime.engine import Engine
from tests.limits import LIMIT

from . import live_shows
from .boxes import COLLECT


class Moody(Model):
    """Hang at the fifth question of each, and never again once it was let go."""

    patience: ClassVar[float] = 1.5
    _free: ClassVar[threading.Event] = threading.Event()
    _alive: ClassVar[list[str]] = []

    _asked: int = 0

    def open(self) -> None:
        self._alive.append("opened")

    def process(self, value: object) -> float:
        self._asked += 1
        if self._asked == 5:
            self._free.wait(LIMIT)
        return float(self._asked)

    def close(self) -> None:
        self._alive.append("closed")


PATCH = (
    '[beat]\nuse="every"\ntime="5 ms"\n[m]\nuse="moody"\nfrom="beat"\n'
    + COLLECT
    + 'm="m"\nbeat="beat"\n'
)


def play(until: Callable[[Engine], bool]) -> Engine:
    return live_shows.play(live_shows.live(PATCH, {"moody": Moody}), until, LIMIT)


@pytest.fixture(autouse=True)
def _all_end() -> Iterator[None]:
    Moody._free.clear()
    Moody._alive.clear()
    before = set(threading.enumerate())
    yield
    Moody._free.set()
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT)
        assert not thread.is_alive(), thread.name
    assert Moody._alive.count("opened") == Moody._alive.count("closed")


def test_a_fresh_box_takes_its_place_and_the_rest_plays_on() -> None:
    beats: list[int] = []

    def until(engine: Engine) -> bool:
        collector = engine.states["c"].box
        beats.append(len(collector.of("beat")))  # type: ignore[attr-defined]
        answers = collector.of("m")  # type: ignore[attr-defined]
        return engine.metrics.lanes["m"].replaced >= 2 and answers[-5:] == [4, 1, 2, 3, 4]

    engine = play(until)
    collector = engine.states["c"].box
    # On a machine that is too busy it may seem to hang at others too.
    for life in live_shows.lives(collector.of("m")):  # type: ignore[attr-defined]
        assert life == [1, 2, 3, 4][: len(life)]
    assert beats[-1] > 60  # it went on while they hung
    told = [f"{fault.box}: {fault.text}" for fault in engine.metrics.faults]
    assert told == [
        "m: did not answer for 1.5 s; a fresh one takes its place; what it was given then is lost"
    ]
    assert collector.silenced.count("m") >= 2  # type: ignore[attr-defined]
    hung = [thread for thread in threading.enumerate() if thread.name == "lane m"]
    assert len(hung) >= 2  # left behind, until the test lets them go; the third may hang by now


class Closed(Node):
    """Never open until the test lets it go."""

    def open(self) -> None:
        Moody._free.wait(LIMIT)

    def process(self, value: object) -> float:
        return 0.0


def test_a_node_that_never_opens_is_told_and_the_show_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.runtime.beginning.LONGEST", 0.2)
    patch = PATCH.replace('"moody"', '"closed"')
    engine = live_shows.play(
        live_shows.live(patch, {"closed": Closed}),
        lambda engine: len(engine.states["c"].box.of("beat")) > 3,  # type: ignore[attr-defined]
        LIMIT,
    )
    told = [f"{fault.box}: {fault.text}" for fault in engine.metrics.faults]
    assert told == ["m: does not open; the show begins without it"]
    Moody._free.set()
