"""How steady paintings are with `steady`: flicker, likeness, lateness; and what in-betweens cost.

Each footage, 640x360, is painted picture by picture, and once more with `steady`; both at the size
of 384x216. "Flicker" is the warping error of Lai et al. 2018, steady by plain, measured by a flow
that the box does not use (OpenCV's DIS); "its root" is the same in levels of grey rather than their
squares. "Likeness" is the SSIM of a steady painting to the plain one of the same picture. "Late" is
how many pictures an edge is behind that swings once a second. In-betweens: a painter that paints
every 2nd or 3rd picture, and `in_betweens` behind it, which shows all; the processor time of
painting all by theirs, and the SSIM of what is shown to what would have been painted. Both are
steady there: plain paintings are as unlike each other as they flicker.

"People" is the film of the package sports2d (BSD-3-Clause), which is fetched by uv for the time of
the bench; without it the stand-in stands alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.dsp.image.similarity import ssim
from engine.lab.bench.report import Goal, Row
from engine.lab.bench.rig.fetched import NotFetched, alone
from engine.lab.bench.rig.films import pictures_of
from engine.lab.bench.rig.footage import FPS, SIZE, frames
from engine.lab.bench.rig.swing import lateness, swinging
from engine.lab.bench.rig.warping_error import true_flows, warping_error
from engine.models.in_betweens import InBetweensModel
from engine.models.style import Look, StyleModel

PACKAGE = "sports2d==0.8.34"
FILM = "Sports2D/Demo/demo.mp4"
FROM = 20
"""The picture of the film at which somebody begins to move."""
LOOKS: tuple[Look, ...] = ("starry", "ink", "mosaic")
STEADY = 0.6
EVERY = (2, 3)
FLICKER: Goal = ("<=", 0.5)
LIKENESS: Goal = (">=", 0.85)
LATE: Goal = ("<=", 1.0)
FASTER: Goal = (">=", 2.0)

Picture = NDArray[np.uint8]


def run(short: bool, count: int | None = None, people: bool = True) -> list[Row]:
    """Measure for some minutes; short, for one. ``count`` pictures of each footage."""
    count = count or (12 if short else 60)
    looks = LOOKS[:1] if short else LOOKS
    cv2.setNumThreads(1)
    footage = {"stand-in": [frame.image for frame in frames(count / FPS)]}
    if people and (film := _people(count)):
        footage["people"] = film
    rows: list[Row] = []
    for name, pictures in footage.items():
        for look in looks:
            rows += _steadiness(f"{name}, {look}", pictures, look)
        rows += _in_betweens(name, pictures, looks[0])
    swing = swinging(max(count, 8), SIZE)
    for look in looks:
        plain, steady = (painted(swing, look, amount) for amount in (0.0, STEADY))
        rows.append(Row(f"swing, {look}", "late", lateness(steady, plain), "pictures", LATE))
    return rows


def painted(pictures: Sequence[Picture], look: Look, steady: float) -> list[Picture]:
    """Return the paintings of pictures."""
    box = StyleModel(look=look, steady=steady)
    box.open()
    return [
        box.process(Frame(picture), at=_moment(number)).image
        for number, picture in enumerate(pictures)
    ]


def _steadiness(case: str, pictures: Sequence[Picture], look: Look) -> Iterator[Row]:
    truths = true_flows(pictures)
    plain, steady = (painted(pictures, look, amount) for amount in (0.0, STEADY))
    ratio = warping_error(steady, truths) / max(warping_error(plain, truths), 1e-9)
    likeness = float(np.mean([ssim(*both) for both in zip(steady, plain, strict=True)]))
    yield Row(case, "flicker", ratio, "x", FLICKER)
    yield Row(case, "its root", float(np.sqrt(ratio)), "x")
    yield Row(case, "likeness", likeness, "SSIM", LIKENESS)


def _in_betweens(name: str, pictures: Sequence[Picture], look: Look) -> Iterator[Row]:
    """Paint all pictures, then some, with in-betweens: by the time of the processor."""
    whole, all_painted = _timed(pictures, look)
    held = np.mean([ssim(one, other) for one, other in pairwise(all_painted)])
    yield Row(f"{name}, a painting and the next", "likeness", float(held), "SSIM")
    for every in EVERY:
        part, shown = _timed(pictures, look, every)
        late = [ssim(*both) for both in zip(shown, all_painted, strict=True)]
        case = f"{name}, every {every} painted"
        yield Row(case, "faster", whole / part, "x", FASTER if every == EVERY[-1] else None)
        yield Row(case, "likeness", float(np.mean(late)), "SSIM")


def _timed(pictures: Sequence[Picture], look: Look, every: int = 1) -> tuple[float, list[Picture]]:
    """Return the seconds of the processor, and all that is shown, beginning with a painting.

    With every picture painted nothing is put in between.
    """
    painter = StyleModel(look=look, steady=STEADY)
    between = InBetweensModel()
    painter.open()
    between.open()
    shown: list[Picture] = []
    painting, of = Frame(pictures[0]), Ns(0)
    begun = time.process_time()
    for number, picture in enumerate(pictures):
        frame, at = Frame(picture), _moment(number)
        if number % every == 0:
            painting, of = painter.process(frame, at=at), at
        seen = between.process(frame, painting, slow_at=of, at=at) if every > 1 else painting
        assert seen is not None
        shown.append(seen.image)
    return time.process_time() - begun, shown


def _moment(number: int) -> Ns:
    return Ns(ns(number / FPS))


def _people(count: int) -> list[Picture]:
    """Return pictures of the film; none where it cannot be fetched, which is told."""
    try:
        with alone(PACKAGE) as folder:
            return _read(folder / FILM, count)
    except NotFetched as error:
        print(f"{PACKAGE} cannot be fetched: {error}", file=sys.stderr)
        return []


def _read(file: Path, count: int) -> list[Picture]:
    return [
        np.asarray(cv2.resize(each, SIZE, interpolation=cv2.INTER_AREA), np.uint8)
        for each in pictures_of(file, FROM, FROM + count)
    ]
