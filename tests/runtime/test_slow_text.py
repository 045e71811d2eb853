"""A text model of one file that takes six seconds for each of twenty texts: twenty answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from engine.core.clock import ns
from engine.core.source import Emit, Source
from engine.runtime.entries import Arrival, LaneResult, StateChange
from tests.limits import LIMIT

from .boxes import COLLECT
from .editing import save
from .one_file import Show, Sockets, end
from .stage import Stage

THINKER = '''
"""Think about texts."""
from __future__ import annotations
import threading
from typing import ClassVar
from engine import Model


class Thinker(Model):
    """Answer a text, six seconds later."""

    patience: ClassVar[float | None] = PATIENCE
    begun: ClassVar[threading.Semaphore] = threading.Semaphore(0)
    done: ClassVar[threading.Semaphore] = threading.Semaphore(0)

    def process(self, text: str) -> str:
        self.begun.release()
        self.done.acquire(timeout=LIMIT)
        return text.upper()
'''
PATCH = '[eye]\nuse="speaker"\n[s]\nuse="thinker"\nfrom="eye"\n' + COLLECT + 's="s"\n'
COUNT = 20
TAKES = 6.0
TEXTS = [f"text {index}" for index in range(COUNT)]


class Speaker(Source):
    """A source for which the test speaks."""

    OUT: ClassVar = {"text": str}

    def open(self, emit: Emit) -> None:
        """Give nothing by itself."""


Make = Callable[[str], Stage]


@pytest.fixture
def thinking(tmp_path: Path) -> Iterator[Make]:
    """Make a stage with a thinker of some patience; let go all that hangs at the end."""
    made: list[Stage] = []

    def make(patience: str) -> Stage:
        text = THINKER.replace("PATIENCE", patience).replace("LIMIT", str(LIMIT))
        save(tmp_path / "nodes" / "thinker.py", text)
        stage = Stage(PATCH, {"speaker": Speaker}, tmp_path)
        made.append(stage)
        stage.wait(StateChange)
        for each in TEXTS:
            stage.engine.step(Arrival("eye", "text", each, stage.clock.now()))
        return stage

    yield make
    for stage in made:
        box(stage).done.release(2 * COUNT)
        stage.lane.stop()
        stage.lane.join(LIMIT)


def box(stage: Stage) -> Any:
    return type(stage.engine.states["s"].box)


def think(stage: Stage) -> None:
    """Have it begin with a text, and let six seconds pass."""
    assert box(stage).begun.acquire(timeout=LIMIT)
    stage.pass_by(TAKES)


def answers(stage: Stage) -> list[str]:
    collector: Any = stage.engine.states["c"].box
    return list(collector.of("s"))


@pytest.mark.parametrize("patience", ["None", "10.0"])
def test_all_are_answered_in_their_order(thinking: Make, patience: str) -> None:
    stage = thinking(patience)
    for _ in TEXTS:
        think(stage)
        box(stage).done.release()
        stage.wait(LaneResult)
    assert answers(stage) == [each.upper() for each in TEXTS]
    lane = stage.engine.metrics.lanes["s"]
    assert (lane.dropped, lane.replaced) == (0, 0)
    assert stage.clock.now() >= COUNT * ns(TAKES)
    assert "failed" not in stage.states("s")


def test_with_the_usual_patience_each_that_is_lost_is_told_and_counted(thinking: Make) -> None:
    stage = thinking("5.0")
    for number in range(1, 4):  # more may not hang at once
        think(stage)
        stage.wait(StateChange)  # a fresh one is there
        lane = stage.engine.metrics.lanes["s"]
        assert (lane.replaced, lane.dropped) == (number, number)
    lost = [fault for fault in stage.engine.metrics.faults if "is lost" in fault.text]
    assert sum(fault.count for fault in lost) == 3
    box(stage).done.release(2 * COUNT)  # those that hang too: nobody hears what they say
    while len(answers(stage)) < COUNT - 3:
        stage.wait(LaneResult)
    assert answers(stage) == [each.upper() for each in TEXTS[3:]]
    stats = stage.engine.metrics.stats(stage.clock.now())
    assert stats["lanes"]["s"]["dropped"] == 3


# And by the real command, through real sockets.

SLOW = '''
"""Think about texts."""
from __future__ import annotations
import threading
from typing import ClassVar
from engine import Model


class Thinker(Model):
    """Answer a text after a while; one that is "hang" never."""

    patience: ClassVar[float | None] = 2.5

    def process(self, text: str) -> str:
        threading.Event().wait(100 if text == "hang" else 0.02)
        return text.upper()
'''
SHOW = '[s]\nuse = "thinker"\nfrom = "desk.text"\n'


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_what_waits_behind_one_that_hangs_is_answered_through_sockets(
    tmp_path: Path, free_port: int
) -> None:
    sockets = Sockets(free_port)
    show = Show(tmp_path, {"thinker": SLOW})
    listen = 'text = { address = "/text", carries = "text" }'
    show.save(SHOW + sockets.desk(listen, '"/answer" = "s"'))
    with show.playing() as process:
        sockets.ask("/text", "ready", answer="/answer")
        for each in (*TEXTS[:2], "hang", *TEXTS[2:]):
            sockets.say("/text", each)
        heard = sockets.hear_all("/answer", lambda heard: TEXTS[-1].upper() in heard)
        told = end(process)
    sockets.close()
    heard = [each for each in heard if each != "READY"]
    # On a machine that is too busy it may seem to hang at others too: those are told as well.
    lost = [each for each in TEXTS if each.upper() not in heard]
    assert heard == [each.upper() for each in TEXTS if each not in lost]
    assert 1 <= told.count("what it was given then is lost") <= 1 + len(lost)
    assert len(lost) < COUNT // 2
