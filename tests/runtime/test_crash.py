"""A model that crashes or hangs in a real show: the rest plays on, and nothing of it is left."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import ClassVar

import psutil
import pytest

from engine.core.node import Model
from engine.runtime.engine import Engine
from tests.limits import LIMIT

from . import live_shows
from .boxes import COLLECT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on their threads")


class Fragile(Model):
    """Count, and end the whole process, or hang, at the fifth question."""

    own_process: ClassVar[bool] = True
    patience: ClassVar[float] = 2.0

    how: str = "crash"
    _asked: int = 0

    def process(self, value: object) -> float:
        self._asked += 1
        if self._asked == 5:
            if self.how == "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(10 * LIMIT)
        return float(self._asked)


def play(how: str, until: Callable[[Engine], bool]) -> Engine:
    text = f'[beat]\nuse="every"\ntime="5 ms"\n[m]\nuse="fragile"\nfrom="beat"\nhow="{how}"\n'
    show = live_shows.live(text + COLLECT + 'm="m"\nbeat="beat"\n', {"fragile": Fragile})
    return live_shows.play(show, until, LIMIT)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("crash", "m: its process has ended; another takes its place"),
        (
            "hang",
            "m: did not answer for 2 s; a fresh one takes its place; "
            "what it was given then is lost",
        ),
    ],
)
def test_another_takes_its_place_and_the_rest_plays_on(how: str, told: str) -> None:
    lost_at: list[int] = []
    back_at: list[int] = []

    def until(engine: Engine) -> bool:
        collector = engine.states["c"].box
        answers, beats = collector.of("m"), len(collector.of("beat"))  # type: ignore[attr-defined]
        if engine.metrics.state("m") == "failed" and answers[-1:] == [4] and not lost_at:
            lost_at.append(beats)
        if lost_at and answers[-5:] == [4, 1, 2, 3, 4] and not back_at:
            back_at.append(beats)
        return bool(back_at)

    engine = play(how, until)
    collector = engine.states["c"].box
    # On a machine that is too busy it may seem to hang at others too.
    for life in live_shows.lives(collector.of("m")):  # type: ignore[attr-defined]
        assert life == [1, 2, 3, 4][: len(life)]
    assert back_at[0] - lost_at[0] > 2  # it went on while the box was away
    assert told in [f"{fault.box}: {fault.text}" for fault in engine.metrics.faults]
    assert collector.silenced.count("m") >= 1  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name == "lane m":
            thread.join(LIMIT)
            assert not thread.is_alive()
    _, left = psutil.wait_procs(_below_forks(), LIMIT)
    assert not left


def _below_forks() -> list[psutil.Process]:
    """List what was begun for boxes and has not gone."""
    return [
        each for child in psutil.Process().children() for each in child.children(recursive=True)
    ]
