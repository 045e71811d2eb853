"""Follows one person from picture to picture: is it somebody, are they new, where to look next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.dsp.image.ignored import IgnoredAreas
from engine.dsp.image.region import Point, Region, middle, next_region, whole_picture
from engine.inference.closer import Scored
from engine.inference.found_body import ENOUGH, STAYS, SURE

Image = NDArray[np.uint8]
Look = Callable[[Image, Region], Scored]
"""Asks a network for the joints in a square of a picture. Raises ModelError."""

_LOOKS: Final = 2
"""Pictures without the person in which the last region is tried again, before the whole one."""
_PATIENCE: Final = 5
"""Pictures without the person before they are gone: near, whole picture, near again."""


@dataclass(frozen=True, slots=True)
class ScoredBody:
    """Joints with their scores; ``surest`` are the indices of those that decide about a person.

    Why lists: see ``engine.dsp.image.region``.
    """

    points: list[Point]
    scores: list[float]
    surest: list[int]


class OnePerson:
    """Finds one person picture by picture, and tells whether it is the same one.

    ``id`` counts from 1, and grows with each who is new; ``body`` is who is there now, or None.
    """

    def __init__(self) -> None:
        self.id = 0
        self.body: ScoredBody | None = None
        self._region: Region | None = None
        self._misses = 0

    def reset(self) -> None:
        """Forget the person: the next one is found anew, and has a new id."""
        self._region = self.body = None
        self._misses = 0

    def drop_if_ignored(self, ignored: IgnoredAreas, width: int, height: int) -> None:
        """Forget a person who stands in areas that were drawn just now."""
        if self.body is not None and _is_ignored(self.body, ignored, width, height):
            self.body = self._region = None

    def find(self, image: Image, look: Look, confidence: float, ignored: IgnoredAreas) -> None:
        """Look for the person in a picture, (h, w, 3) or grey; ``body`` is who is there.

        Raises ModelError as ``look`` does; then the person is forgotten.
        """
        height, width = image.shape[:2]
        if self.body is None:
            image = ignored.cover(image)
        try:
            points, scores = look(image, self._region or whole_picture(width, height))
        except ModelError:
            self.reset()
            raise
        found = ScoredBody(points, scores, _surest(scores))
        self._judge(found, confidence, ignored, width, height)

    def _judge(
        self, found: ScoredBody, confidence: float, ignored: IgnoredAreas, width: int, height: int
    ) -> None:
        """Decide whether this is a person, whether they are new, and where to look next."""
        bar = confidence * (1.0 if self.body is None else STAYS)
        seen = sum(found.scores[joint] for joint in found.surest) >= bar * ENOUGH
        new = self.body is None or _far(self.body, found)
        if seen and not (new and _is_ignored(found, ignored, width, height)):
            self.id += new
            self.body, self._misses = found, 0
        else:
            self._miss(found)
        near = seen or self._misses % (_LOOKS + 1)
        sure = [score >= SURE for score in found.scores]
        self._region = next_region(found.points, sure, width, height) if near else None

    def _miss(self, found: ScoredBody) -> None:
        """Keep a person who is not seen for some pictures, with lower scores."""
        self._misses += 1
        if self.body is None:
            return
        if self._misses > _PATIENCE:
            self.body = None
            return
        scores = list(map(min, self.body.scores, found.scores))
        self.body = replace(self.body, scores=scores, surest=_surest(scores))


def _is_ignored(body: ScoredBody, ignored: IgnoredAreas, width: int, height: int) -> bool:
    """Whether most of a body lies in an area where nobody comes in."""
    surest = np.array([body.points[joint] for joint in body.surest])
    return ignored.hold(surest, width, height)


def _far(before: ScoredBody, after: ScoredBody) -> bool:
    """Whether a body is further from the last one than either is long, so somebody else.

    Nobody moves by their own length within the few pictures for which a person may be missed.
    """
    a, b = ([body.points[joint] for joint in body.surest] for body in (before, after))
    (x, y), (u, v) = middle(a), middle(b)
    return max(abs(x - u), abs(y - v)) > max(_length(a), _length(b))


def _length(points: list[Point]) -> float:
    """Return the longer side of the box around some points, in pixels."""
    xs, ys = zip(*points, strict=True)
    return float(max(max(xs) - min(xs), max(ys) - min(ys)))


def _surest(scores: list[float]) -> list[int]:
    """Return the indices of the ENOUGH joints with the highest scores."""
    return sorted(range(len(scores)), key=scores.__getitem__)[-ENOUGH:]
