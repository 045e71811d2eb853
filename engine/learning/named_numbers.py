"""Numbers with names: what a message says, so that examples are matched by name and not by order.

A body counts as seen from its own trunk, in statures, a hand or a face from its own middle, by its
ruler: where somebody stands, and how near, says nothing. What is not seen is NaN.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Features, Pitch
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.body import Body

Values = NDArray[np.float32]
Said = Landmarks | Features | Pitch | float

MOST: Final = 1024
"""Numbers of one moment; what is more is let go, and told."""
ABSURD: Final = 1e9
"""What is as large counts as not known."""
_PITCH: Final = ("pitch.note", "pitch.level", "pitch.bright")


@dataclass(frozen=True, slots=True, eq=False)
class NamedNumbers:
    """The numbers of one moment: ``values`` float32, shape (n,), NaN where one is not known.

    ``left_out`` is how many more there were than ``MOST``.
    """

    names: tuple[str, ...]
    values: Values
    left_out: int = 0

    @property
    def is_known(self) -> bool:
        """Whether anything of it is known."""
        return bool(np.isfinite(self.values).any())


def moment(said: Iterable[tuple[str, Said]], person: int, confidence: float) -> NamedNumbers:
    """Return what several inlets say at one moment; a number is called as its inlet is.

    ``person`` is the slot of who counts among landmarks, 0 the first. Where two inlets say the same
    name, that of the second is called "INLET.NAME".
    """
    names: dict[str, float] = {}
    for inlet, message in said:
        for name, value in _named(inlet, message, person, confidence):
            known = f"{inlet}.{name}" if name in names else name
            names[known] = value if abs(value) < ABSURD else math.nan
    kept = list(names.items())[:MOST]
    return NamedNumbers(
        tuple(name for name, _ in kept),
        np.array([value for _, value in kept], np.float32),
        len(names) - len(kept),
    )


def aligned(one: NamedNumbers, names: tuple[str, ...]) -> Values:
    """Return the values of some names, NaN for those that are not there."""
    if one.names == names:
        return one.values
    places = {name: place for place, name in enumerate(one.names)}
    found = [places.get(name, -1) for name in names]
    return np.append(one.values, np.float32(np.nan))[found]


def group_of(name: str) -> str:
    """Return what a number is measured together with: all points of a body share one scale."""
    head, point, axis = (*name.rsplit(".", 2), "", "")[:3]
    return head if point and axis in ("x", "y", "z") else name


def _named(
    inlet: str, message: Said, person: int, confidence: float
) -> Iterable[tuple[str, float]]:
    match message:
        case Landmarks():
            return _points(message, person, confidence)
        case Features():
            return zip(message.names, message.values.tolist(), strict=False)
        case Pitch():
            note = message.note if message.on else math.nan
            return zip(_PITCH, (note, message.level, message.bright), strict=True)
    return ((inlet, float(message)),)


def _points(found: Landmarks, person: int, confidence: float) -> Iterable[tuple[str, float]]:
    skeleton = found.skeleton
    one = _who(found, person)
    places = _placed(one, found.aspect, confidence, skeleton) if one else {}
    kind = "body" if skeleton.is_body else skeleton.name
    for row, point in enumerate(skeleton.points):
        x, y = places.get(row, (math.nan, math.nan))
        yield f"{kind}.{point}.x", x
        yield f"{kind}.{point}.y", y


def _who(found: Landmarks, person: int) -> Instance | None:
    if person == 0:
        return min(found.seen, key=lambda one: one.slot, default=None)
    return next((one for one in found.seen if one.slot == person), None)


def _placed(
    one: Instance, aspect: float, confidence: float, skeleton: Skeleton
) -> dict[int, tuple[float, float]]:
    """Return the places of the points that are seen, from the middle of the body, in statures."""
    body = Body(one.points, aspect, confidence, skeleton)
    tall, middle = body.stature, body.centre()
    if tall is None or middle is None:
        return {}
    return {
        row: ((x - middle[0]) * aspect / tall, (y - middle[1]) / tall)
        for row, (x, y, _) in body.seen.items()
    }
