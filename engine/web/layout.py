"""Lays out a drawing in layers, so that no cable crosses a box.

After Sugiyama, Tagawa and Toda, "Methods for Visual Understanding of Hierarchical System
Structures", 1981: a cable that passes a column gets a place of its own there, as boxes do; then
each column is ordered by the mean of its neighbours, back and forth, and the order with the fewest
crossings is kept. What leads back, round a loop, runs below all boxes. All sizes are in pixels.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.web.drawing import Drawing

MARGIN: Final = 48.0
GAP: Final = 88.0
"""Between two columns: room for cables to cross."""
BETWEEN: Final = 22.0
"""Between two boxes of a column, or a box and a cable."""
TRUNK: Final = 10.0
"""The height of a place where cables pass a column."""
LANE: Final = 16.0
"""Between two cables below all boxes."""
_SWEEPS: Final = 8
_MOST_TRUNKS: Final = 5000
"""Beyond so many places, what passes a column runs below all boxes: time is not to run away."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Size:
    """What a box needs: its size, and how far below its top a cable leaves and each one arrives.

    ``arrivals`` are by the index of the cable in the drawing.
    """

    width: float
    height: float
    departure: float
    arrivals: Mapping[int, float]


@dataclass(frozen=True)
class Rectangle:
    """Where a box lies."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Arrangement:
    """Where everything lies: boxes by name, and each cable as points.

    From its first point on, three points each are a cubic Bézier curve (two handles, then an end).
    """

    width: float
    height: float
    boxes: Mapping[str, Rectangle]
    cables: Sequence[Sequence[Point]]


@dataclass(eq=False)
class _Item:
    """A box in a column, or a place (``size`` None) where the cables of one box pass it."""

    name: str
    column: int
    size: Size | None = None
    place: float = 0.0
    top: float = 0.0
    before: list[tuple[_Item, float]] = field(default_factory=list)
    after: list[tuple[_Item, float]] = field(default_factory=list)

    @property
    def height(self) -> float:
        return self.size.height if self.size else TRUNK

    @property
    def departure(self) -> float:
        return self.size.departure if self.size else TRUNK / 2


def lay_out(drawing: Drawing, sizes: Mapping[str, Size]) -> Arrangement:
    """Return the layout of a drawing whose boxes have these sizes."""
    return _Layouter(drawing, sizes).layout()


class _Layouter:
    """Lays out one drawing."""

    def __init__(self, drawing: Drawing, sizes: Mapping[str, Size]) -> None:
        self._drawing = drawing
        used = sorted({box.column for box in drawing.boxes})
        at = {column: place for place, column in enumerate(used)}
        self._boxes = {
            box.name: _Item(box.name, at[box.column], sizes[box.name]) for box in drawing.boxes
        }
        self._columns: list[list[_Item]] = [[] for _ in used]
        for item in self._boxes.values():
            self._columns[item.column].append(item)
        self._trunks: dict[tuple[str, int], _Item] = {}
        self._below: dict[str, int] = {}
        self._join()

    def layout(self) -> Arrangement:
        """Return the layout."""
        self._order()
        self._stack()
        for _ in range(3):
            for columns, side in ((self._columns, "before"), (self._columns[::-1], "after")):
                for column in columns:
                    _settle(column, side)
        lowest = min((item.top for column in self._columns for item in column), default=0.0)
        for column in self._columns:
            for item in column:
                item.top += MARGIN - lowest
        lefts, widths = self._across()
        boxes = {
            name: Rectangle(lefts[item.column], item.top, widths[item.column], item.height)
            for name, item in self._boxes.items()
        }
        bottom = max((box.top + box.height for box in boxes.values()), default=0.0)
        trunks = (trunk.top + TRUNK for trunk in self._trunks.values())
        bottom = max([bottom, *trunks])
        routes = _Routes(boxes, self._boxes, self._trunks, self._below, lefts, widths, bottom)
        cables = [
            routes.route(index, c.start, c.end) for index, c in enumerate(self._drawing.cables)
        ]
        width = (lefts[-1] + widths[-1] if lefts else 0.0) + MARGIN
        height = bottom + MARGIN + (len(self._below) + 1) * LANE * bool(self._below)
        return Arrangement(width, height, boxes, cables)

    def _join(self) -> None:
        """Join the boxes by their cables, through the columns that these pass."""
        forward = []
        farthest: dict[str, int] = {}
        for index, cable in enumerate(self._drawing.cables):
            start, end = self._boxes[cable.start], self._boxes[cable.end]
            if end.column <= start.column:
                self._below.setdefault(cable.start, len(self._below))
                continue
            forward.append((index, start, end))
            farthest[cable.start] = max(farthest.get(cable.start, 0), end.column - 1)
        if sum(to - self._boxes[name].column for name, to in farthest.items()) > _MOST_TRUNKS:
            for _, start, end in forward:
                if end.column > start.column + 1:
                    self._below.setdefault(start.name, len(self._below))
            forward = [each for each in forward if each[2].column == each[1].column + 1]
            farthest = {}
        for name, to in farthest.items():
            before = self._boxes[name]
            for column in range(before.column + 1, to + 1):
                trunk = _Item(name, column)
                self._trunks[name, column] = trunk
                self._columns[column].append(trunk)
                _join(before, trunk, TRUNK / 2)
                before = trunk
        for index, start, end in forward:
            last = self._trunks.get((start.name, end.column - 1), start)
            assert end.size is not None
            _join(last, end, end.size.arrivals[index])

    def _order(self) -> None:
        """Order the columns, so that few cables cross."""
        for column in self._columns:
            _number(column)
        best, fewest = [list(column) for column in self._columns], self._crossings()
        for sweep in range(_SWEEPS):
            down = sweep % 2 == 0
            for column in self._columns if down else reversed(self._columns):
                column.sort(key=_before if down else _after)
                _number(column)
            crossings = self._crossings()
            if crossings < fewest:
                best, fewest = [list(column) for column in self._columns], crossings
        self._columns = best
        for column in self._columns:
            _number(column)

    def _crossings(self) -> int:
        """Count how often cables cross."""
        count = 0
        for column in self._columns:
            ends = sorted(
                (item.place, _end(other, arrival))
                for item in column
                for other, arrival in item.after
            )
            above: list[float] = []
            for _, end in ends:
                count += len(above) - bisect_right(above, end)
                insort(above, end)
        return count

    def _stack(self) -> None:
        for column in self._columns:
            top = 0.0
            for item in column:
                item.top = top
                top += item.height + BETWEEN

    def _across(self) -> tuple[list[float], list[float]]:
        """Return the left side and the width of each column."""
        widths = [
            max((item.size.width for item in column if item.size), default=0.0)
            for column in self._columns
        ]
        lefts, left = [], MARGIN
        for width in widths:
            lefts.append(left)
            left += width + GAP
        return lefts, widths


def _join(before: _Item, after: _Item, arrival: float) -> None:
    before.after.append((after, arrival))
    after.before.append((before, arrival))


def _number(column: list[_Item]) -> None:
    for place, item in enumerate(column):
        item.place = float(place)


def _before(item: _Item) -> float:
    """Return the mean place of what feeds an item."""
    places = [other.place for other, _ in item.before]
    return sum(places) / len(places) if places else item.place


def _after(item: _Item) -> float:
    """Return the mean place of where the cables of an item end."""
    places = [_end(other, arrival) for other, arrival in item.after]
    return sum(places) / len(places) if places else item.place


def _end(item: _Item, arrival: float) -> float:
    """Return the place of an item, and which part of the way to the next one a cable ends at."""
    return item.place + arrival / item.height / 2


def _settle(column: list[_Item], side: str) -> None:
    """Move the items of a column to where their cables are straight, as far as there is room.

    The order stays: the nearest tops with distances kept are found by pooling those that would
    overlap (isotonic regression, Ayer et al. 1955).
    """
    offsets, top = [], 0.0
    for item in column:
        offsets.append(top)
        top += item.height + BETWEEN
    blocks: list[tuple[float, int]] = []
    for item, offset in zip(column, offsets, strict=True):
        mean, count = _wanted(item, side) - offset, 1
        while blocks and blocks[-1][0] > mean:
            other, more = blocks.pop()
            mean, count = (mean * count + other * more) / (count + more), count + more
        blocks.append((mean, count))
    tops = [mean for mean, count in blocks for _ in range(count)]
    for item, offset, top in zip(column, offsets, tops, strict=True):
        item.top = top + offset


def _wanted(item: _Item, side: str) -> float:
    """Return the top at which the cables on one side of an item would be straight, on average."""
    if side == "before":
        found = [other.top + other.departure - arrival for other, arrival in item.before]
    else:
        found = [other.top + arrival - item.departure for other, arrival in item.after]
    return sum(found) / len(found) if found else item.top


@dataclass(frozen=True)
class _Routes:
    """Leads the cables through the gaps between columns, and below all boxes.

    ``below`` counts the boxes whose cables run there; ``lefts`` and ``widths`` are by column.
    """

    boxes: Mapping[str, Rectangle]
    items: Mapping[str, _Item]
    trunks: Mapping[tuple[str, int], _Item]
    below: Mapping[str, int]
    lefts: Sequence[float]
    widths: Sequence[float]
    bottom: float

    def route(self, index: int, start: str, end: str) -> list[Point]:
        """Return the points of a cable; see ``Arrangement``."""
        begin, last = self.items[start], self.items[end]
        assert last.size is not None
        target = (self.boxes[end].left, last.top + last.size.arrivals[index])
        box = self.boxes[start]
        points = [(box.left + box.width, begin.top + begin.departure)]
        passes = range(begin.column + 1, last.column)
        if last.column <= begin.column or any((start, c) not in self.trunks for c in passes):
            return self._round(points[0], target, self.below[start])
        for column in passes:
            height = self.trunks[start, column].top + TRUNK / 2
            _bend(points, (self.lefts[column], height))
            _straight(points, (self.lefts[column] + self.widths[column], height))
        _bend(points, target)
        return points

    def _round(self, begin: Point, target: Point, lane: int) -> list[Point]:
        """Lead a cable down through the gap behind its box, back below all, and up again."""
        low = self.bottom + (lane + 1) * LANE
        aside = 10.0 + 4.0 * (lane % 7)
        right, left = begin[0] + aside, target[0] - aside
        points = [begin]
        _turn(points, (right, begin[1]), (right, begin[1] + aside))
        _straight(points, (right, low - aside))
        _turn(points, (right, low), (right - aside if right > left else right + aside, low))
        _straight(points, (left + aside if right > left else left - aside, low))
        _turn(points, (left, low), (left, low - aside))
        _straight(points, (left, target[1] + aside))
        _turn(points, (left, target[1]), target)
        return points


def _bend(points: list[Point], to: Point) -> None:
    """Add a curve that begins and ends level."""
    (x1, y1), (x2, y2) = points[-1], to
    middle = (x1 + x2) / 2
    points += [(middle, y1), (middle, y2), to]


def _straight(points: list[Point], to: Point) -> None:
    points += [points[-1], to, to]


def _turn(points: list[Point], corner: Point, to: Point) -> None:
    points += [corner, corner, to]
