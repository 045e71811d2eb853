"""A deadline kept by a real loop with real threads: a network becomes slow, and quick again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np
import pytest

from engine.core.box import Box
from engine.core.clock import ns
from engine.core.errors import ModelError
from engine.core.messages import Frame, Message, Ns
from engine.core.node import Model
from engine.core.parameter import Fixed, Param
from engine.core.source import Tape
from engine.runtime.live import Live
from engine.sinks.collector import Collector
from tests.limits import LIMIT

from . import live_shows
from .boxes import COLLECT

PICTURE = Frame(np.zeros((2, 2, 3), np.uint8))


class Film(Tape):
    """Thirty pictures a second for longer than the test takes."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for index in range(round(30 * LIMIT)):
            yield ns(index / 30), "frame", PICTURE


class Burdened(Model):
    """A network that takes long, the longer the larger, until it is relieved."""

    size: Annotated[int, Param("pixels", 1, 1000, lighter=(0.5,))] = 240
    _relieved: ClassVar[threading.Event] = threading.Event()

    def process(self, frame: Frame) -> float:
        self._relieved.wait(self.size / 333)
        return float(self.size)


class Seeing(Model):
    """Say which network looks; opening one notes the thread and may fail."""

    model: Fixed[Annotated[str, Param("which network", lighter=("heavy", "light"))]] = "heavy"

    _session: str = ""

    def __post_init__(self) -> None:
        self._opened: list[tuple[str, str]] = []

    def open(self) -> None:
        self._opened.append((self.model, threading.current_thread().name))
        if self.model == "broken":
            raise ModelError("this is no network")
        self._session = self.model

    def process(self, frame: Frame) -> str:
        return self._session


LOCAL: dict[str, type[Box]] = {"film": Film, "burdened": Burdened, "seeing": Seeing}
PATCH = (
    'deadline="600 ms"\ngive_way=["slow.size", "slow.every"]\n'
    '[film]\nuse="film"\n[slow]\nuse="burdened"\nfrom="film"\n[c]\nuse="collector"\nfrom="slow"\n'
)


def live(text: str) -> Live:
    return live_shows.live(text, LOCAL)


def play(show: Live, look: Callable[[], None]) -> None:
    async def go() -> None:
        show.after_entry = look
        await asyncio.wait_for(show.play(), LIMIT)

    asyncio.run(go())


@pytest.fixture
def show() -> Iterator[Live]:
    Burdened._relieved.clear()
    yield live(PATCH)
    Burdened._relieved.set()


def test_it_gives_way_under_load_and_comes_back_when_that_is_over(show: Live) -> None:
    quality = show.engine.metrics.quality
    assert quality is not None
    told: list[tuple[float | None, str]] = []

    def look() -> None:
        status = show.engine.status()
        if status.step and (status.quality, status.step) not in told:
            told.append((status.quality, status.step))
        sizes = show.engine.states["c"].box.of("in")[-1:]  # type: ignore[attr-defined]
        if quality.degraded and sizes == [120.0]:
            Burdened._relieved.set()
        elif quality.count >= 2 and quality.value == 1.0 and sizes == [240.0]:
            show.stop()

    play(show, look)
    assert told[0] == (0.75, "slow: size 120")
    assert (1.0, "slow: size 240 again") in told
    assert quality.degraded == ()
    faults = [fault.text for fault in show.engine.metrics.faults]
    assert set(faults) <= {"everything has given way, and it is still too late"}


def test_another_network_is_opened_on_its_own_thread_and_one_that_fails_is_not_taken() -> None:
    show = live('[film]\nuse="film"\n[eye]\nuse="seeing"\nfrom="film"\n' + COLLECT + 'x="eye"\n')
    eye, collector = show.engine.states["eye"], show.engine.states["c"].box
    assert isinstance(eye.box, Seeing)
    assert isinstance(collector, Collector)
    lane = eye.lane
    assert lane is not None
    asked: list[str] = []

    def ask(name: str) -> None:
        if name not in asked:
            asked.append(name)
            lane.reopen("model", name)

    def look() -> None:
        if collector.of("x"):
            ask("broken")
        if show.engine.metrics.faults and not eye.failing:  # it has answered since
            ask("light")
        if "light" in collector.of("x"):
            show.stop()

    play(show, look)
    assert {thread for _, thread in eye.box._opened} == {"lane eye"}
    assert [name for name, _ in eye.box._opened] == ["heavy", "broken", "light"]
    assert [fault.text for fault in show.engine.metrics.faults] == [
        "ModelError: this is no network"
    ]
