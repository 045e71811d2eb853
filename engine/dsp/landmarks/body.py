"""Measures of a body: where its parts are, how high, how far apart, how large, how lively.

Lengths are in picture heights: an x is first multiplied by the picture's aspect, so that a length
is the same whichever way it points.

Why proportions: a camera does not know how far away somebody stands, so a length in the picture
means nothing by itself. It is measured against the body it belongs to, whose parts have much the
same proportions in everyone: fractions of the stature after Drillis & Contini (1966), as printed
in Winter, Biomechanics and Motor Control of Human Movement, 4th ed. (2009), fig. 4.1.

What is not seen gives ``None``, never a guess.

Hands and faces have no such proportions: they are measured by the ruler of their skeleton, or by
how large they are.

Why plain numbers: one loop over 17 joints takes a third of the time of a dozen numpy calls.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.errors import UnknownName
from engine.core.messages import Ns
from engine.core.skeletons import COCO_17, Skeleton

Point = tuple[float, float]

SEEN: Final = 0.3
"""A joint that is less sure than this is taken as not seen, unless asked otherwise."""

# In statures. Shoulders are joint centres, as people mark them in photographs; the bony breadth is
# wider, and so is the most that a seen distance between the shoulders can stand for.
TRUNK: Final = 0.288
ARM: Final = 0.186 + 0.146
SHOULDERS: Final = 0.220
BREADTH: Final = 0.259
FACE: Final = 0.112
REACH: Final = TRUNK + ARM
SPAN: Final = 2 * ARM + SHOULDERS

_RESHAPED: Final = 0.05
"""By what part a picture must be wider or narrower than before to be another one: a crop that
moves may be a pixel larger or smaller."""

_SMALLEST = 0.01  # picture heights; what is smaller than a few pixels has no proportions


def reshaped(aspect: float, before: float) -> bool:
    """Whether a picture has another shape than the one before, as when a camera is turned.

    Nothing is then where it was.
    """
    return abs(aspect - before) > _RESHAPED * before


class Body:
    """What the points of one body, hand or face say at one moment.

    ``points`` are those of an ``Instance``, shape (n, 3) or (n, 4) as the ``skeleton`` says, and
    ``aspect`` is the picture's width over its height. Points below ``confidence`` do not count, nor
    do those that are not finite: ``seen`` holds the others, index to (x, y, confidence). A part is
    any name that the skeleton has. Methods raise UnknownName for another.
    """

    def __init__(
        self,
        points: NDArray[np.float32],
        aspect: float,
        confidence: float = SEEN,
        skeleton: Skeleton = COCO_17,
    ) -> None:
        self.aspect = aspect
        self._skeleton = skeleton
        self._points: list[list[float]] = points.tolist()
        flat = [(x, y, sure) for x, y, _, sure in self._points] if skeleton.depth else self._points
        self.seen = {
            index: (x, y, sure)
            for index, (x, y, sure) in enumerate(flat)
            if sure > 0 and sure >= confidence and math.isfinite(x + y + sure)
        }
        self._places: dict[str, Point | None] = {}

    def sureness(self, part: str) -> float:
        """Return how surely a part is seen, 0 to 1: the mean over its points."""
        rows = self._skeleton.rows(part)
        return sum(_unit(self._points[row][-1]) for row in rows) / len(rows)

    @property
    def has_depth(self) -> bool:
        """Whether its points say how near they are."""
        return self._skeleton.depth

    def depth(self, part: str) -> float | None:
        """Return the mean z of a part, in picture widths, larger being nearer; None unseen.

        Raises UnknownName where the skeleton has no depth.
        """
        if not self._skeleton.depth:
            raise UnknownName("axis", "z", self._skeleton.axes)
        found = [self._points[row][2] for row in self._skeleton.rows(part) if row in self.seen]
        return sum(found) / len(found) if found and math.isfinite(sum(found)) else None

    def position(self, part: str) -> Point | None:
        """Return (x, y) of a part, each 0 to 1 within the picture; None when it is not seen.

        A part of several joints is the middle of those that are seen, the surer ones counting more,
        so that it does not jump while one of them fades.
        """
        if part not in self._places:
            self._places[part] = self._middle(self._skeleton.rows(part))
        return self._places[part]

    @cached_property
    def stature(self) -> float | None:
        """How tall this body would stand, in picture heights; None without a shoulder.

        What has no shoulders, such as a hand, is as tall as its ruler, or as the larger side of
        what is seen of it; None when that is not seen. On a floor it is a metre.

        It does not depend on arms or legs, so that it keeps still while they move. Where several
        lengths are seen the longest counts, for what points towards the camera only looks shorter.
        """
        if not self._skeleton.is_body:
            return self._ruler()
        shoulders = self.position("shoulders")
        if shoulders is None:
            return None
        width = self._between("left_shoulder", "right_shoulder") or 0.0
        trunk = self._between("shoulders", "hips")
        if trunk is not None:
            tall = max(trunk / TRUNK, width / BREADTH)
        else:
            neck = self._between("shoulders", "head") or 0.0
            tall = max(width / SHOULDERS, neck / FACE)
        return tall if tall > _SMALLEST else None

    def _ruler(self) -> float | None:
        if self._skeleton.metres:
            return 1.0
        ruler = self._skeleton.ruler
        tall = self._between(*ruler) if ruler else self._extent()
        return tall if tall is not None and tall > _SMALLEST else None

    def _extent(self) -> float | None:
        """Return the larger side of what is seen, in picture heights."""
        if not self.seen:
            return None
        xs, ys, _ = zip(*self.seen.values(), strict=True)
        across: float = (max(xs) - min(xs)) * self.aspect
        upright: float = max(ys) - min(ys)
        return max(across, upright)

    def height(self, part: str) -> float | None:
        """Return how high a part is on its own body: 0 at the hip or below, 1 at full reach.

        Full reach is where the wrist is when the arm is stretched straight up: one trunk and one
        arm above the hips. On the way, a shoulder is at about 0.46 and the face at 0.65. Plumb
        heights are measured, whichever way the body leans. When the hips are hidden, behind a table
        or below the picture, they are taken to be one trunk's length under the shoulders. On what
        has no shoulders it is 0 at its lowest point and 1 at its highest.
        """
        if not self._skeleton.is_body:
            return self._height_within(part)
        place, tall, shoulders = self.position(part), self.stature, self.position("shoulders")
        if place is None or tall is None or shoulders is None:
            return None
        hips = self.position("hips")
        ground = hips[1] if hips is not None else shoulders[1] - TRUNK * tall
        return _unit((place[1] - ground) / (REACH * tall))

    def _height_within(self, part: str) -> float | None:
        place = self.position(part)
        if place is None:
            return None
        ys = [y for _, y, _ in self.seen.values()]
        return _unit((place[1] - min(ys)) / max(max(ys) - min(ys), _SMALLEST))

    def apart(self, one: str, other: str) -> float | None:
        """Return how far apart two parts are: 0 together, 1 as wrists with both arms spread wide.

        What has no shoulders is measured by the ruler and span of its skeleton. None when either
        part, or what it is measured against, is not seen.
        """
        distance, tall = self._between(one, other), self.stature
        if distance is None or tall is None:
            return None
        return _unit(distance / ((SPAN if self._skeleton.is_body else self._skeleton.span) * tall))

    def centre(self) -> Point | None:
        """Return (x, y) of the middle of the trunk, 0 to 1; None when nothing is seen.

        Without hips it is the middle of the shoulders and the other way round; without either, the
        middle of whatever is seen.
        """
        ends = ("shoulders", "hips") if self._skeleton.is_body else ()
        places = [place for end in ends if (place := self.position(end)) is not None]
        if not places:
            places = [(x, y) for x, y, _ in self.seen.values()]
        if not places:
            return None
        return sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)

    def size(self) -> float | None:
        """Return how much of the picture it fills, along whichever side it fills more: 0 to 1."""
        if not self.seen:
            return None
        xs, ys, _ = zip(*self.seen.values(), strict=True)
        return _unit(max(max(xs) - min(xs), max(ys) - min(ys)))

    def _middle(self, rows: tuple[int, ...]) -> Point | None:
        x = y = total = 0.0
        for row in rows:
            if row in self.seen:
                its_x, its_y, sure = self.seen[row]
                x, y, total = x + sure * its_x, y + sure * its_y, total + sure
        return (x / total, y / total) if total else None

    def _between(self, one: str, other: str) -> float | None:
        """Return the distance of two parts in picture heights; None when either is not seen."""
        first, second = self.position(one), self.position(other)
        if first is None or second is None:
            return None
        return math.hypot((first[0] - second[0]) * self.aspect, first[1] - second[1])


class EnergyMeter:
    """How much a body moves, from 0 for standing still to almost 1 for all of it going wild.

    It is the mean speed of the joints that are seen, the surer ones counting more, in body lengths
    a second: 0.1 (one waving hand) gives 0.2, 0.5 gives 0.63, 1 (the whole body at a run) 0.86. A
    joint slower than STILL counts as still, which hides the trembling of a pose model.

    Why low-passed positions rather than differences of frames: a difference divided by a shorter
    time makes the same trembling look faster, so a faster camera would show a livelier dancer.
    """

    STEADY: Final = 0.1  # seconds over which positions are steadied
    RELEASE: Final = 0.25  # seconds; it rises at once and falls slowly, so it does not flicker
    STILL: Final = 0.1  # body lengths a second
    FASTEST: Final = 5.0  # what is faster is a joint that was mistaken for another
    LIVELY: Final = 0.5  # the mean speed that makes 1 - 1/e
    GAP: Final = 0.5  # seconds without a reading after which it begins anew

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the past: the next reading begins anew."""
        self._at: Ns | None = None
        self._aspect = 0.0
        self._tall: float | None = None
        self._level: float | None = None
        self._places: dict[int, Point] = {}

    def update(self, body: Body, at: Ns) -> float | None:
        """Return the energy at one moment; None until two moments can be compared.

        In a picture of another shape what is there begins anew, and the energy falls from where it
        was.
        """
        gap = (at - self._at) / SECOND if self._at is not None else math.inf
        if gap <= 0:
            return self._level
        if gap > self.GAP:
            self.reset()
        if reshaped(body.aspect, self._aspect):
            self._aspect, self._tall, self._places = body.aspect, None, {}
        self._tall = body.stature or self._tall
        if self._tall is None:
            return None
        self._at = at
        moving = self._speed(body, gap, self._tall)
        if moving is None:
            return None
        now = -math.expm1(-moving / self.LIVELY)
        fallen = (self._level or 0.0) * math.exp(-gap / self.RELEASE)
        self._level = max(now, fallen)
        return self._level

    def _speed(self, body: Body, gap: float, tall: float) -> float | None:
        """Move the steadied places on; return the mean speed in body lengths a second."""
        follow = -math.expm1(-gap / self.STEADY)
        length = gap * tall
        places: dict[int, Point] = {}
        total = weight = 0.0
        for joint, (x, y, sure) in body.seen.items():
            across = x * body.aspect
            before = self._places.get(joint)
            if before is None:
                places[joint] = across, y
                continue
            aside, up = follow * (across - before[0]), follow * (y - before[1])
            places[joint] = before[0] + aside, before[1] + up
            weight += sure
            speed = math.hypot(aside, up) / length
            if speed > self.STILL:
                total += sure * min(speed - self.STILL, self.FASTEST)
        self._places = places
        return total / weight if weight else None


def _unit(value: float) -> float:
    """Return a number clamped to 0 to 1; NaN becomes 0."""
    return 0.0 if math.isnan(value) else min(1.0, max(0.0, value))
