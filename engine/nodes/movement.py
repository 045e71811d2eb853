"""Measure how much moves in each part of a picture."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Annotated, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.messages import Features, Frame, Message, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.change import Floats, changed, in_cells, in_contrast
from engine.dsp.image.earlier import Earlier
from engine.dsp.image.warping import small_grey

_LONGER = 256
_WHOLE = 3.0
"""How much more the whole picture counts than a cell: a person fills a part of it."""
_STILL = 0.004
"""The part of a picture below which what changes is nowhere in particular."""


class Moving(NamedTuple):
    """How much moves; see the box."""

    cells: Features
    amount: float
    x: float
    y: float


class MovementNode(Node):
    """Measure how much moves in each part of a picture, for whoever wants no skeletons.

    The picture is divided into ``columns`` times ``rows`` cells. ``cells`` has a number for each,
    0 to 1, row by row from the top left, as one reads: ``r1c1``, ``r1c2`` ... A cable takes one by
    its name (``movement.r2c1``), and ``osc_out`` sends all in one message, or to
    ``"/lamp/{name}"`` each to an address of its own. ``amount`` is how much of the whole picture
    moves, 1 where a ninth of it does; ``x`` and ``y``, 0 to 1, where the middle of that is: they
    stay while nothing moves.

    A number rises at once, and falls within ``release``. Light that changes is no movement; the
    camera should stand still. Says nothing about the first picture, and after a gap of half a
    second.
    """

    lane: ClassVar[bool] = True
    lag: ClassVar[float] = 0.055

    columns: Annotated[int, Param("cells from left to right", 1, 16)] = 4
    rows: Annotated[int, Param("cells from top to bottom", 1, 16)] = 3
    gain: Annotated[
        float, Param("by what the part of a cell that moves is multiplied", 0.1, 100)
    ] = 3.0
    release: Annotated[
        float, Param("how long a number takes to fall by two thirds", 0, 60, unit="s")
    ] = 0.2

    _earlier: Earlier[Floats] = field(default_factory=Earlier)
    _levels: NDArray[np.float64] | None = None
    _where: tuple[float, float] = (0.5, 0.5)
    _last: Ns = Ns(0)

    def reset(self) -> None:
        """Forget the pictures before a gap."""
        self._earlier.forget()
        self._levels = None

    def at_rest(self, outlet: str, said: Message) -> Message:
        """Return that nothing moves."""
        if isinstance(said, Features):
            return Features(said.names, np.zeros_like(said.values)) if said.values.any() else None
        return 0.0 if outlet == "amount" else None

    def process(self, frame: Frame, at: Ns) -> Moving | None:
        """Return how much moves up to this picture, uint8 (h, w, 3)."""
        picture = in_contrast(small_grey(frame.image, _LONGER))
        before = self._earlier.take(picture, at)
        if before is None:
            self._levels, self._last = None, at
            return None
        moves = changed(before.picture, picture)
        share = float(moves.mean())
        if share > _STILL:
            self._where = _middle(moves)
        cells = in_cells(moves, self.columns, self.rows)
        now = np.minimum(np.append(cells, share * _WHOLE) * self.gain, 1.0)
        levels = self._fallen(now, at)
        names = tuple(
            f"r{row}c{column}"
            for row in range(1, self.rows + 1)
            for column in range(1, self.columns + 1)
        )
        values = levels[:-1].astype(np.float32)
        return Moving(Features(names, values), float(levels[-1]), *self._where)

    def _fallen(self, now: NDArray[np.float64], at: Ns) -> NDArray[np.float64]:
        """Return the levels, which have fallen since the last picture, or risen at once."""
        seconds = max(at - self._last, 0) / SECOND
        self._last = at
        if self._levels is not None and self._levels.shape == now.shape and self.release > 0:
            now = np.maximum(now, self._levels * math.exp(-seconds / self.release))
        self._levels = now
        return now


def _middle(moves: Floats) -> tuple[float, float]:
    """Return the middle of what moves: x from the left, y from the bottom, 0 to 1."""
    height, width = moves.shape
    whole = float(moves.sum())
    x = float((moves.sum(axis=0) * (np.arange(width) + 0.5)).sum()) / whole / width
    y = float((moves.sum(axis=1) * (np.arange(height) + 0.5)).sum()) / whole / height
    return x, 1.0 - y
