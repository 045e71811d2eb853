"""What came in while something was shown, and the small picture of it that the page shows."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.messages import Features, Pitch
from engine.dsp.image.jpeg import downscaled, encode_jpeg
from engine.web.lesson_now import rounded

LONGEST: Final = 96
"""Pixels of a thumbnail."""
_QUALITY: Final = 70
_MOMENTS: Final = 400
_PICTURES: Final = 40
_NUMBERS: Final = 48
_LINES: Final = 4
_POINTS: Final = 32

Values = NDArray[np.float64]
Line = list[list[float]]


class Example(Struct, frozen=True):
    """One take: a thumbnail as JPEG in base64, a figure of bones, bars, or traces over time.

    All places are 0 to 1, from the left top. One that has several of them is shown by the first.
    """

    picture: str
    figure: list[Line]
    bars: list[float]
    traces: list[Line]


@dataclass(slots=True)
class TakeSeen:
    """One take as it is seen on its way to a box; of a long one the beginning."""

    _moments: list[Values] = field(default_factory=list)
    _figures: list[list[Line]] = field(default_factory=list)
    _pictures: list[NDArray[np.uint8]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it was seen."""
        return not self._moments

    @property
    def wants_picture(self) -> bool:
        """Whether a further picture says more of it."""
        return len(self._pictures) < _PICTURES

    def add(self, said: Iterable[Any]) -> None:
        """Add what is said to the box now, the first of it first."""
        if len(self._moments) >= _MOMENTS:
            return
        said = list(said)
        numbers = [number for one in said for number in _numbers(one)][:_NUMBERS]
        self._moments.append(np.array(numbers, np.float64))
        self._figures += [_figure(one) for one in said[:1] if isinstance(one, Landmarks)]

    def add_picture(self, image: NDArray[np.uint8]) -> None:
        """Add a picture of now, made small."""
        self._pictures.append(np.array(downscaled(image, LONGEST)))

    def drop_pictures(self) -> None:
        """Forget the pictures."""
        self._pictures.clear()

    def example(self) -> Example:
        """Return what is shown of it."""
        figures = [figure for figure in self._figures if figure]
        width = max(len(one) for one in self._moments)
        rows = np.array(
            [np.pad(one, (0, width - len(one)), constant_values=np.nan) for one in self._moments]
        )
        return Example(
            _picture(self._pictures[len(self._pictures) // 2]) if self._pictures else "",
            figures[len(figures) // 2] if figures else [],
            [] if figures else _bars(rows),
            _traces(rows),
        )


def _numbers(said: object) -> list[float]:
    match said:
        case Features():
            return [float(one) for one in said.values[:_NUMBERS]]
        case Landmarks():
            points = said.seen[0].points if said.seen else np.empty((0, 3))
            return [float(one) for one in points[:, :2].ravel()]
        case Pitch():
            return [said.note, said.level, said.bright]
        case int() | float():
            return [float(said)]
    return []


def _figure(found: Landmarks) -> list[Line]:
    """Return the bones of whoever is seen first, as lines in their own square."""
    if not found.seen:
        return []
    points = found.seen[0].points
    known = points[:, -1] > 0
    if not known.any():
        return []
    places = points[:, :2] * np.array([found.aspect, -1.0])
    low = places[known].min(axis=0)
    span = max(float((places[known].max(axis=0) - low).max()), 1e-6)
    rest = (1.0 - (places[known].max(axis=0) - low) / span) / 2.0
    rows = {name: row for row, name in enumerate(found.skeleton.points)}
    bones = ((rows[one], rows[other]) for one, other in found.skeleton.bones)
    return [
        [[rounded(x) for x in (places[row] - low) / span + rest] for row in bone]
        for bone in bones
        if known[bone[0]] and known[bone[1]]
    ]


def _picture(image: NDArray[np.uint8]) -> str:
    try:
        return base64.b64encode(encode_jpeg(image, _QUALITY)).decode()
    except ValueError:
        return ""


def _bars(rows: Values) -> list[float]:
    """Return what the numbers were in the middle of the take, -1 to 1 of the largest."""
    middle = np.nan_to_num(rows[len(rows) // 2])
    most = float(np.abs(middle).max(initial=0.0))
    return [rounded(one / most) for one in middle] if most > 0 else []


def _traces(rows: Values) -> list[Line]:
    """Return the numbers that moved most over the time of the take, each in its own height."""
    rows = np.where(np.isfinite(rows), rows, 0.0)
    spans = np.ptp(rows, axis=0)
    chosen = [int(column) for column in np.argsort(-spans)[:_LINES] if spans[column] > 0]
    steps = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), _POINTS)).astype(np.intp))
    across = steps / max(1, len(rows) - 1)
    return [
        [
            [
                rounded(x),
                rounded(1.0 - (rows[step, column] - rows[:, column].min()) / spans[column]),
            ]
            for x, step in zip(across, steps, strict=True)
        ]
        for column in chosen
    ]
