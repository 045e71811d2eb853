"""A chain of eight picture boxes at 1280x720, beside the same chain in OpenCV alone.

Cut, bring back to size, grade, mix by a mask, feed back with zoom and turn, draw a skeleton, a
title and a wave. "plain" is the chain as one writes it with OpenCV for one picture after the other;
it draws into its own pictures and hands nothing over. "boxes" are ours, called in the same way;
"show" is the chain live, each box but the first on a lane of its own, from the moment a picture is
there until it has come to the output. All get the same pictures (their hash is compared), 10 a
second, and OpenCV has one thread; each comes before other programs where the system allows it.
"processor" is what a picture that comes through takes of all cores, whatever else they do. "copies"
are whole pictures that a box copies for each that it gives: to draw into it, since what came may be
seen elsewhere too, or to have a part in one piece; between boxes nothing is copied. "apart" is by
how many levels of 255 both ways differ before anything is drawn.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from engine.lab.bench.report import COUNT, Goal, Row, ratio
from engine.lab.bench.rig.chain_footage import BOXES
from engine.lab.bench.rig.turns import PAIRS, Numbers, child, in_turn, median, ratios
from engine.lab.bench.rig.undisturbed import undisturbed

FPS: Final = 10
SECONDS: Final = 4.0
PARTS: Final = ("p50", "p99", "processor")
BESIDE: Final[Goal] = ("<=", 1.2)


def run(short: bool, seconds: float = SECONDS) -> list[Row]:
    """Measure for two minutes and a half; short, for half of one."""
    pairs = 1 if short else PAIRS
    ways = [partial(_measure, way, seconds) for way in ("plain", "boxes", "show")]
    plain, boxes, show = in_turn(pairs, *ways)
    if len({numbers["inputs"] for numbers in (*plain, *boxes, *show)}) != 1:
        raise RuntimeError("they were not given the same pictures")
    rows = []
    for name in BOXES:
        rows += [
            Row(name, "plain", median(plain, name), "ms"),
            Row(name, "boxes", median(boxes, name), "ms"),
            Row(name, "copies", median(boxes, f"{name} copies"), COUNT, ("<=", 1)),
        ]
    for way, measured in (("plain", plain), ("boxes", boxes), ("show", show)):
        rows += [Row("chain", f"{way} {part}", median(measured, part), "ms") for part in PARTS]
    rows.append(Row("chain", "apart", median(boxes, "apart"), "levels", ("<=", 1)))
    rows.append(Row("chain", "dropped in the show", median(show, "dropped"), "pictures"))
    rows += ratio("boxes / plain", "chain", ratios(boxes, plain, "p50"), BESIDE)
    rows += ratio("show / plain", "chain", ratios(show, plain, "p50"), BESIDE)
    return rows + ratio("show / plain", "processor", ratios(show, plain, "processor"), BESIDE)


def _measure(way: str, seconds: float) -> Numbers:
    with undisturbed():
        measured: Numbers = child("picture_chain", way, seconds, FPS)
    return measured
