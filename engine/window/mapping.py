"""Moves the corners and edges of a sheet by mouse and keys.

M begins and ends it (Enter ends it too), Escape takes all back. The mouse drags the nearest corner.
Tab and the digits choose what the arrows move: 1 to 4 are the corners from the top left clockwise,
5 to 8 the widths over which the left, bottom, right and top edge fade into another projector's
picture. Shift moves by ten pixels, R puts all back as it was made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from engine.window.frames import Mapping
from engine.window.placing import CORNERS, Corners, Point, is_convex

HANDLES: Final = 8
"""Four corners, then four edges."""
WIDEST: Final = 0.9
"""The widest edge, as a part of the sheet."""
FAR: Final = 0.5
"""How far outside the window a corner may lie."""


@dataclass(frozen=True)
class MappingEdit:
    """A mapping in work: ``before`` is what Escape brings back, ``chosen`` what the arrows move."""

    before: Mapping
    now: Mapping
    chosen: int = 0

    @classmethod
    def begin(cls, mapping: Mapping) -> MappingEdit:
        """Return an edit that has changed nothing."""
        return cls(mapping, mapping)

    def choose(self, handle: int) -> MappingEdit:
        """Choose a corner or an edge, counted from 0; round and round."""
        return replace(self, chosen=handle % HANDLES)

    def next(self, step: int = 1) -> MappingEdit:
        """Choose the next corner or edge."""
        return self.choose(self.chosen + step)

    def reset(self) -> MappingEdit:
        """Put all corners and edges back as they were made."""
        return replace(self, now=Mapping())

    def nudge(self, right: float, up: float) -> MappingEdit:
        """Move what is chosen by parts of the window; an edge gets wider to the right and up."""
        if self.chosen < len(CORNERS):
            x, y = self.now.corners[self.chosen]
            return self.move_to((x + right, y + up))
        edge = self.chosen - len(CORNERS)
        widths = list(self.now.blend)
        widths[edge] = min(max(widths[edge] + right + up, 0.0), WIDEST)
        return replace(self, now=Mapping(self.now.corners, _four(widths)))

    def move_to(self, point: Point) -> MappingEdit:
        """Move the chosen corner to a point; one that would fold the sheet stays where it is."""
        if self.chosen >= len(CORNERS):
            return self
        corners = list(self.now.corners)
        corners[self.chosen] = _near(point)
        moved: Corners = (corners[0], corners[1], corners[2], corners[3])
        return replace(self, now=Mapping(moved, self.now.blend)) if is_convex(moved) else self

    def grab(self, point: Point, shape: float) -> MappingEdit:
        """Choose the corner nearest to a point; ``shape`` is the window's width by its height."""

        def distance(corner: int) -> float:
            x, y = self.now.corners[corner]
            return ((x - point[0]) * shape) ** 2 + (y - point[1]) ** 2

        return self.choose(min(range(len(CORNERS)), key=distance))


def _near(point: Point) -> Point:
    x, y = (round(min(max(each, -FAR), 1 + FAR), 5) for each in point)
    return x, y


def _four(widths: list[float]) -> tuple[float, float, float, float]:
    left, bottom, right, top = (round(each, 5) for each in widths)
    return left, bottom, right, top
