"""Zones that people are in, and lines that they cross.

Places are (x, y) with y upwards: picture parts, whose x counts ``aspect`` times, or metres.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.body import Point, reshaped

_TOUCHING: Final = 1e-9
EDGE: Final = 0.02
EDGE_IN_METRES: Final = 0.2
"""How far out somebody has left if nothing is said: picture heights, and metres, of which feet in
the picture are less sure, and which are many on a small stage."""
FURTHEST: Final = 100.0
"""Metres, or parts of the picture: what lies beyond was meant in pixels."""
MOST_CORNERS: Final = 64
"""Corners of one zone: it is looked at anew while a hand draws it."""


def edge_of(edge: float | None, *, metres: bool) -> float:
    """Return how far out somebody has left, whether that is said or not."""
    if edge is not None:
        return edge
    return EDGE_IN_METRES if metres else EDGE


class Polygon:
    """A zone by its corners, in order.

    Raise ValueError for fewer than three corners or more than 64, two that are the same, corners on
    one line, and edges that cross each other.
    """

    def __init__(self, corners: Iterable[Sequence[float]]) -> None:
        places = [(float(x), float(y)) for x, y in corners]
        if len(places) > MOST_CORNERS:
            raise ValueError(f"a zone has {MOST_CORNERS} corners at most, and this {len(places)}")
        if len(places) > 3 and places[0] == places[-1]:
            places.pop()  # some tools say the first once more, to close it
        if len(places) < 3:
            raise ValueError(f"a zone has three corners or more, and this has {len(places)}")
        if len({*places}) < len(places):
            raise ValueError("two corners of the zone are the same")
        self._edges = [*zip(places, [*places[1:], places[0]], strict=True)]
        if crossing := _crossing(np.array(places)):
            one, other = crossing
            raise ValueError(
                f"the zone crosses itself: its edge from corner {one + 1} meets that from corner "
                f"{other + 1}; name the corners in order, once around"
            )
        self._area = Area(tuple(places))

    def holds(self, place: Point) -> bool:
        """Whether a place is inside."""
        return bool(self._area.holds(np.array([place]))[0])

    def outside(self, place: Point, aspect: float = 1.0) -> float:
        """Return how far outside a place is, in units of y; 0 inside."""
        if self.holds(place):
            return 0.0
        return min(_from_segment(place, one, other, aspect) for one, other in self._edges)


def zone_fault(corners: Sequence[Sequence[float]]) -> str:
    """Return what is wrong with the corners of a zone, or ""."""
    try:
        Polygon(corners)
    except ValueError as error:
        return str(error)
    return _pixels_fault(corners)


def _pixels_fault(places: Sequence[Sequence[float]]) -> str:
    """Return a word about places that were meant in pixels, or ""."""
    if max(abs(part) for place in places for part in place) < FURTHEST:
        return ""
    return (
        "a place is far outside: 0, 0 is the left bottom of the picture and 1, 1 the right top; "
        "behind a floor, places are metres"
    )


def _crossing(corners: NDArray[np.float64]) -> tuple[int, int] | None:
    """Return the numbers of two edges that meet elsewhere than in a corner of both.

    ``corners``: (n, 2); an edge goes from the corner of its number to the next one.
    """
    ends = np.roll(corners, -1, axis=0)
    begins, stops = (_sides(corners, ends, places) for places in (corners, ends))
    apart = (begins * stops < 0) & (begins * stops < 0).T
    touching = (begins == 0) & (_ahead(corners, corners, ends) <= 0)
    touching |= (stops == 0) & (_ahead(ends, corners, ends) <= 0)
    meets = apart | touching | touching.T
    count = len(corners)
    back = (np.diag(np.roll(stops, -1, axis=1)) == 0) & _turns_back(corners, ends)
    for before in range(count):  # neighbours have a corner in common anyway
        after = (before + 1) % count
        meets[before, after] = meets[after, before] = back[before]
    found = np.argwhere(np.triu(meets, 1))
    return (int(found[0][0]), int(found[0][1])) if len(found) else None


def _sides(
    begins: NDArray[np.float64], ends: NDArray[np.float64], places: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return on which side of each edge (rows) each place (columns) is: 1 left, -1 right, 0 on."""
    along, to = (ends - begins)[:, None], places[None] - begins[:, None]
    surface = along[..., 0] * to[..., 1] - along[..., 1] * to[..., 0]
    return np.where(np.abs(surface) < _TOUCHING, 0.0, np.sign(surface))


def _ahead(
    middles: NDArray[np.float64], ones: NDArray[np.float64], others: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return more than 0 where, from a middle (columns), both ends of an edge (rows) lie ahead."""
    ahead = (ones[:, None] - middles[None]) * (others[:, None] - middles[None])
    return np.asarray(ahead.sum(axis=-1), np.float64)


def _turns_back(begins: NDArray[np.float64], ends: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether the edge after each one goes back the way that it came."""
    following = np.roll(ends, -1, axis=0)
    return np.asarray(((begins - ends) * (following - ends)).sum(axis=-1) > 0, np.bool_)


def turned(a: Point, b: Point, place: Point) -> float:
    """Return twice the surface of a triangle: more than 0 left of the way from a to b, or less."""
    return (b[0] - a[0]) * (place[1] - a[1]) - (b[1] - a[1]) * (place[0] - a[0])


def _from_segment(place: Point, one: Point, other: Point, aspect: float) -> float:
    (x, y), (ax, ay), (bx, by) = ((p[0] * aspect, p[1]) for p in (place, one, other))
    along = (bx - ax, by - ay)
    length = along[0] ** 2 + along[1] ** 2
    part = ((x - ax) * along[0] + (y - ay) * along[1]) / length if length else 0.0
    part = min(max(part, 0.0), 1.0)
    return math.hypot(x - ax - part * along[0], y - ay - part * along[1])


@dataclass(slots=True)
class _Guest:
    since: Ns
    seen: Ns
    slot: int


class Occupancy:
    """Who is in a zone: in as soon as inside, out when further outside than an edge.

    Who is not seen counts as gone after a while, or as soon as somebody else has their slot.
    Whoever came in goes out once, however they went.
    """

    def __init__(self) -> None:
        self._inside: dict[int, _Guest] = {}
        self.slots: tuple[int, ...] = ()
        """Who is inside, by slot: as of the last update, whole for whoever reads it meanwhile."""

    def update(
        self,
        zone: Polygon,
        places: Mapping[int, tuple[int, Point]],
        at: Ns,
        *,
        aspect: float,
        edge: float,
        memory: float,
    ) -> tuple[list[int], list[int]]:
        """Return the slots of those who came in and who went; ``places``: id to (slot, place).

        Who went is told first: whoever comes in may have their slot.
        """
        came, went = [], []
        taken = {slot for slot, _ in places.values()}
        for who, (slot, place) in places.items():
            guest = self._inside.get(who)
            if guest is None and zone.holds(place):
                self._inside[who] = _Guest(at, at, slot)
                came.append(slot)
            elif guest is not None and zone.outside(place, aspect) <= edge:
                guest.seen, guest.slot = at, slot
            elif guest is not None:
                went.append(self._inside.pop(who).slot)
        for who, guest in [*self._inside.items()]:
            replaced = who not in places and guest.slot in taken
            if replaced or at - guest.seen > memory * SECOND:
                went.append(self._inside.pop(who).slot)
        self.slots = tuple(sorted(guest.slot for guest in self._inside.values()))
        return came, went

    def empty(self) -> tuple[int, ...]:
        """Have everybody go; return their slots."""
        went, self.slots = self.slots, ()
        self._inside = {}
        return went

    @property
    def count(self) -> int:
        """How many are inside."""
        return len(self._inside)

    def longest(self, at: Ns) -> float:
        """Return for how many seconds whoever has been inside the longest is; 0 for nobody."""
        return max((at - guest.since for guest in self._inside.values()), default=0) / SECOND


@dataclass(slots=True)
class _Walker:
    place: Point
    seen: Ns
    side: int = 0
    through: bool = False


class Tripwire:
    """A line from a place to another one: who crosses it, and which way.

    Raise ValueError when both are the same. A crossing is told when it is ``edge`` past the line,
    and once, however somebody trembles on it. Past the ends of the line nothing is crossed.
    """

    def __init__(self, line: Sequence[Sequence[float]]) -> None:
        self._walkers: dict[int, _Walker] = {}
        self._aspect = 0.0
        self.move(line)

    def move(self, line: Sequence[Sequence[float]]) -> None:
        """Lie elsewhere from now on: over whom it is moved has not crossed it."""
        if len(line) != 2:
            raise ValueError(f"a line goes from one place to another, and this has {len(line)}")
        (ax, ay), (bx, by) = line
        self._from, self._to = (float(ax), float(ay)), (float(bx), float(by))
        if self._from == self._to:
            raise ValueError("the line begins where it ends")
        for walker in self._walkers.values():
            walker.side, walker.through = 0, False

    def update(
        self,
        places: Mapping[int, tuple[int, Point]],
        at: Ns,
        *,
        aspect: float,
        edge: float,
        memory: float,
    ) -> list[tuple[int, bool]]:
        """Return (slot, whether from left to right) of those who have crossed it just now.

        Left and right are those of somebody who walks along the line. In a picture of another shape
        nobody has crossed it.
        """
        if reshaped(aspect, self._aspect):
            self._walkers, self._aspect = {}, aspect
        self._walkers = {
            who: one
            for who, one in self._walkers.items()
            if who in places or at - one.seen <= memory * SECOND
        }
        crossed = []
        for who, (slot, place) in places.items():
            walker = self._walkers.setdefault(who, _Walker(place, at))
            walker.through ^= self._passes(walker.place, place)
            walker.place, walker.seen = place, at
            away = self._left(place, aspect)
            if abs(away) < max(edge, _TOUCHING):
                continue
            side = 1 if away > 0 else -1
            if walker.side == -side and walker.through:
                crossed.append((slot, side < 0))
            walker.side, walker.through = side, False
        return crossed

    def forget(self) -> None:
        """Forget where everybody was."""
        self._walkers = {}

    def _left(self, place: Point, aspect: float) -> float:
        """Return how far left of the line a place is, in units of y; right of it is below 0."""
        a, b, there = ((p[0] * aspect, p[1]) for p in (self._from, self._to, place))
        return turned(a, b, there) / math.hypot(b[0] - a[0], b[1] - a[1])

    def _passes(self, before: Point, now: Point) -> bool:
        """Whether a step leads over the line, between its ends."""
        one, other = self._left(before, 1.0), self._left(now, 1.0)
        if (one > 0) == (other > 0):
            return False
        part = one / (one - other)
        x, y = (p + part * (q - p) for p, q in zip(before, now, strict=True))
        along = (self._to[0] - self._from[0], self._to[1] - self._from[1])
        way = (x - self._from[0]) * along[0] + (y - self._from[1]) * along[1]
        return 0 <= way <= along[0] ** 2 + along[1] ** 2


def line_fault(line: Sequence[Sequence[float]]) -> str:
    """Return what is wrong with the ends of a line, or ""."""
    try:
        Tripwire(line)
    except ValueError as error:
        return str(error)
    return _pixels_fault(line)


def middle_and_spread(places: Sequence[Point], aspect: float) -> tuple[float, float, float]:
    """Return x and y of the middle of one or more places, and their spread in units of y.

    The spread is the root of the mean square of the distances from the middle.
    """
    x, y = (sum(part) / len(places) for part in zip(*places, strict=True))
    squares = (((px - x) * aspect) ** 2 + (py - y) ** 2 for px, py in places)
    return x, y, math.sqrt(sum(squares) / len(places))
