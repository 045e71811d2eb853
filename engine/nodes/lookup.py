"""A number goes through a curve that somebody has drawn."""

from __future__ import annotations

import math
from dataclasses import field
from itertools import pairwise
from typing import Annotated, Literal

from engine.core.errors import ParameterError
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.curve import Curve, Point

STRAIGHT: list[Point] = [(0.0, 0.0), (1.0, 1.0)]
MOST = 64
"""Points of one curve."""


class Lookup(Node):
    """Bend a number along a curve of your own: written as points, or drawn on the page.

    ``points = [[0, 0], [0.2, 0.9], [1, 1]]`` gives 0.9 for 0.2, and goes from point to point in
    between: straight, or softly with ``curve = "smooth"``, which never swings beyond two
    neighbours. Left of the first point and right of the last it stays as it is there. Two points
    above each other are a jump.

    On the page the curve is drawn by dragging its points.

    Raises ParameterError for points that are out of order, none, or more than 64.
    """

    points: Annotated[list[Point], Param("[in, out] of each point, in order of what comes in")] = (
        field(default_factory=lambda: list(STRAIGHT))
    )
    curve: Annotated[
        Literal["linear", "smooth"], Param("straight from point to point, or softly")
    ] = "linear"

    _drawn: tuple[list[Point], str] | None = None
    _curve: Curve = field(default_factory=lambda: Curve(STRAIGHT, smooth=False))

    def __post_init__(self) -> None:
        self._draw()

    def process(self, value: float) -> float | None:
        """Return the height of the curve above a number."""
        if self._drawn != (self.points, self.curve):
            self._draw()
        if not math.isfinite(value):
            return None
        result = self._curve.at(value)
        return result if math.isfinite(result) else None

    def _draw(self) -> None:
        """Take the curve as it is now. Raise ParameterError for a bad one; the last one stays."""
        if problem := _problem(self.points):
            self.points = self._drawn[0] if self._drawn else list(STRAIGHT)
            raise ParameterError(f"points: {problem}")
        self._drawn = (self.points, self.curve)
        self._curve = Curve(self.points, smooth=self.curve == "smooth")


def _problem(points: list[Point]) -> str:
    """Return what is wrong with points, or ""."""
    if not 1 <= len(points) <= MOST:
        return f"expected 1 to {MOST} points such as [0, 0], got {len(points)}"
    for (before, _), (after, _) in pairwise(points):
        if after < before:
            return f"expected them in order of what comes in, got {after:g} after {before:g}"
    return ""
