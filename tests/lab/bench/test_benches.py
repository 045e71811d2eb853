"""Every bench runs, and says numbers that are numbers; how good they are is not asked here."""

from __future__ import annotations

import importlib
import math
from typing import Any

import pytest

from engine.lab.bench.command import benches
from engine.lab.bench.report import COUNT, Row
from engine.lab.bench.sound import SHORT_BLOCK
from tests.by_night import NIGHT

TINY: dict[str, dict[str, Any]] = {
    "chords": {"count": 1},
    "learn": {"beside": False},
    "looks": {"seconds": 1.0, "pairs": 1, "turn": 1.0},
    "midi": {"kills": 1, "seconds": 0.5},
    "loop": {"seconds": 1.0, "sizes": ((640, 360),)},
    "notes": {"count": 1, "players": ("stand-in",), "peer": False},
    "pitch": {"each": 1, "notes": 0, "peers": ()},
    "pictures": {"seconds": 0.5},
    "pose": {"seeds": (7000,), "seconds": 1.0, "pictures": 2, "peers": False},
    "overload": {"seconds": 1.5},
    "record": {"seconds": 1.0, "pairs": 1, "set_": 3.0},
    "skeleton_to_picture": {"seconds": 25.0, "steps": 5},
    "sound": {"seconds": 1.0, "long": 2.0, "blocks": (SHORT_BLOCK,)},
    "speaker": {"seconds": 1.5, "warm": 0.5, "clicks": 3, "beside": False},
    "start": {"pairs": 1},
    "steadiness": {"count": 8, "people": False},
    "throughput": {"messages": 200},
    "wire": {"notes": 3, "names": ("square",)},
    "bodies": {"peers": False},
}


BUSY = ("blocks dropped", "gaps in a tone")
"""Counts of a busy machine: a network gives way, and a server that is late itself plays a gap."""
NEVER = {"onset p90", "p90"}
"""A tone that is never answered is an infinite one."""
JACK = pytest.mark.peer("jackd", "jackd2")
PEERS = {"midi": JACK, "sound": JACK, "speaker": JACK, "wire": JACK}


IN_FULL = {"cluster", "style"}
"""Those that .ci/night plays in full, and that take long even when they are short."""
LONG = {
    *("beat", "chords", "classes", "looks", "loop", "midi", "notes", "overload", "pictures"),
    *("pitch", "pose", "record", "shown", "skeleton_to_picture", "sound", "start", "steadiness"),
    *("speaker", "wire"),
}
"""Those that take over six seconds of processor even here, of code that others test too."""
LEFT_OUT = IN_FULL | (set() if NIGHT else LONG)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=PEERS.get(name, ())) for name in benches() if name not in LEFT_OUT],
)
def test_a_bench_gives_rows_of_finite_numbers(name: str) -> None:
    bench = importlib.import_module(f"engine.lab.bench.{name}")
    rows: list[Row] = bench.run(True, **TINY.get(name, {}))
    assert rows
    assert [row for row in rows if not math.isfinite(row.value) and row.metric not in NEVER] == []
    assert any(row.decides for row in rows)
    counted = [row for row in rows if row.unit == COUNT and not row.metric.startswith(BUSY)]
    assert [row for row in counted if not row.met()] == []
    labels = [(row.case, row.metric) for row in rows]
    assert len(set(labels)) == len(labels)


def test_every_bench_says_what_it_measures() -> None:
    assert all(benches().values())
    assert not {"command", "page", "report"} & benches().keys()


def test_a_child_that_fails_says_why() -> None:
    turns = importlib.import_module("engine.lab.bench.rig.turns")
    with pytest.raises(turns.ChildFailed, match=r"(?s)naive: .*not enough values"):
        turns.child("naive")
