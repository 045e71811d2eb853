"""Every kind through every inlet that takes it: offline, live, and in processes of their own.

Each box has one life, says only what a cable carries, and nothing that is no number.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

import pytest

from engine import testing
from engine.runtime import beginning, shutdown
from engine.runtime.engine import Engine
from engine.runtime.supervision import watchdog
from engine.runtime.workers import out_of_process
from tests.by_night import NIGHT
from tests.limits import LIMIT
from tests.runtime import live_shows

from . import boxes
from .probes import Lives, Prompted, patch, probes

SERIES = 4

Way = Callable[[str, Lives, int], Engine]


def offline(kind: str, lives: Lives, port: int) -> Engine:
    """Play in virtual time."""
    return testing.play(patch(kind, port), boxes=lives.boxes(apart=False)).engine


def live(kind: str, lives: Lives, port: int, apart: bool = False) -> Engine:
    """Play live until all is said, and whoever has a thread of its own has answered.

    All networks run at once, so each may take its time to answer, and to end.
    """
    show = live_shows.live(patch(kind, port, "prompted"), lives.boxes(apart))
    Prompted.prompts = threading.Semaphore(0)
    prompted = 0

    def look(engine: Engine) -> bool:
        nonlocal prompted
        lanes = engine.metrics.lanes.values()
        is_open = all(lane.state != "opening" for lane in lanes)
        has_answered = prompted < SERIES or all(lane.runs for lane in lanes)
        if is_open and has_answered and spoken(engine) == prompted:
            Prompted.prompts.release()
            prompted += 1
        return False  # the end of the tape ends it

    with pytest.MonkeyPatch.context() as patience:
        patience.setattr(watchdog, "_patience", lambda *_: float(LIMIT))
        patience.setattr(beginning, "LONGEST", float(LIMIT))
        patience.setattr(shutdown, "PATIENCE", LIMIT)
        patience.setattr(out_of_process, "PATIENCE", LIMIT)
        patience.setattr(out_of_process, "CLOSING", LIMIT)
        return live_shows.play(show, look, LIMIT)


def spoken(engine: Engine) -> int:
    """Return how many of the series have arrived."""
    said = engine.states["out"].box.messages  # type: ignore[attr-defined]
    return [port for _, port, _ in said].count("spoken")


def apart(kind: str, lives: Lives, port: int) -> Engine:
    """Play live, each box in a process of its own."""
    engine = live(kind, lives, port, apart=True)
    assert set(engine.metrics.lanes) == {probe.name for probe in probes(kind)}
    return engine


WAYS: dict[str, Way] = {"offline": offline, "live": live}
# In processes of their own by day a kind of each sort, and in virtual time those of them of which
# few networks run: with pictures and sound all do live. At night all of them.
APART = {"frame", "landmarks", "block", "str", "trigger"}
OFFLINE = APART - {"frame", "block"}
CASES = [
    pytest.param(kind, way, id=f"{kind}-{name}")
    for kind in boxes.KIND_NAMES
    for name, way in {**WAYS, "apart": apart}.items()
    if way is live
    or (way is offline and (kind in OFFLINE or NIGHT))
    or (way is apart and os.name == "posix" and (kind in APART or NIGHT))
]


@pytest.mark.parametrize(("kind", "way"), CASES)
def test_a_kind_goes_through_every_box_that_takes_it(
    kind: str, way: Way, lives: Lives, free_port: int
) -> None:
    engine = way(kind, lives, free_port)
    faults = [f"{fault.box}: {fault.text}" for fault in engine.metrics.faults]
    assert faults == []
    said = engine.states["out"].box.messages  # type: ignore[attr-defined]
    assert spoken(engine) == SERIES
    assert boxes.broken([message for _, _, message in said]) == []
    for probe in probes(kind):
        assert lives.of(probe.name) == ["open", "close"], probe.name


def test_every_box_is_asked_by_some_kind() -> None:
    asked = {(probe.box, probe.inlet) for kind in boxes.KIND_NAMES for probe in probes(kind)}
    assert {box for box, _ in asked} == {*boxes.MODELS, *boxes.NODES}
    assert ("notes", "loudness") in asked, "not only the first inlets"
