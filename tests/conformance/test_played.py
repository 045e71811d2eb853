"""Every kind through every inlet that takes it: offline, live, and in processes of their own.

Each box has one life, says only what a cable carries, and nothing that is no number.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from engine import testing
from engine.runtime.engine import Engine
from tests.runtime import live_shows

from . import boxes
from .probes import Lives, patch, probes

LIMIT = 90.0

Way = Callable[[str, Lives, int], Engine]


def offline(kind: str, lives: Lives, port: int) -> Engine:
    """Play in virtual time."""
    return testing.play(patch(kind, port), boxes=lives.boxes(apart=False)).engine


def live(kind: str, lives: Lives, port: int, apart: bool = False) -> Engine:
    """Play live until all is said, and whoever has a thread of its own has answered."""
    show = live_shows.live(patch(kind, port), lives.boxes(apart))

    def over(engine: Engine) -> bool:
        ended = engine.metrics.sources["from"].state == "ended"
        return ended and all(lane.runs for lane in engine.metrics.lanes.values())

    return live_shows.play(show, over, LIMIT)


def apart(kind: str, lives: Lives, port: int) -> Engine:
    """Play live, each box in a process of its own."""
    engine = live(kind, lives, port, apart=True)
    assert set(engine.metrics.lanes) == {probe.name for probe in probes(kind)}
    return engine


WAYS = [
    pytest.param(offline, id="offline"),
    pytest.param(live, id="live"),
    pytest.param(
        apart,
        id="apart",
        marks=pytest.mark.skipif(os.name != "posix", reason="elsewhere boxes stay on threads"),
    ),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", boxes.KIND_NAMES)
def test_a_kind_goes_through_every_box_that_takes_it(
    kind: str, way: Way, lives: Lives, free_port: int
) -> None:
    engine = way(kind, lives, free_port)
    assert [f"{fault.box}: {fault.text}" for fault in engine.metrics.faults] == []
    said = engine.states["out"].box.messages  # type: ignore[attr-defined]
    assert [port for _, port, _ in said].count("spoken") == 4
    assert boxes.broken([message for _, _, message in said]) == []
    for probe in probes(kind):
        assert lives.of(probe.name) == ["open", "close"], probe.name


def test_every_box_is_asked_by_some_kind() -> None:
    asked = {(probe.box, probe.inlet) for kind in boxes.KIND_NAMES for probe in probes(kind)}
    assert {box for box, _ in asked} == {*boxes.MODELS, *boxes.NODES}
    assert ("notes", "loudness") in asked, "not only the first inlets"
