"""Landmarks as many small messages: an address for every point and axis.

    "/p{slot}/{joint}/{axis}" = { from = "pose", joints = ["left_wrist", "nose"] }

Unknown points are not sent, so a receiver keeps the last ones; no wrist jumps to (0, 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.osc.address import check
from engine.osc.landmarks import KEPT, Who, chosen, gather, numbers, who
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.stencil import Stencil


@dataclass(frozen=True, slots=True)
class Line:
    """One message of each instance: the columns of its numbers in the row of that instance.

    ``fields`` are columns of the row, where the points come first; ``sure`` is the column that is 0
    while the message must not be sent. ``constant`` is "here" or "id" instead.
    """

    address: str
    fields: tuple[int, ...] = ()
    sure: int = 0
    constant: str = ""


class Fields(Layout):
    """The messages of each instance, by ``lines``; without ``{slot}`` in them, of the first one.

    ``columns`` is the number of columns of a row.
    """

    def __init__(
        self, lines: Sequence[Line], dialect: Dialect, skeleton: Skeleton, columns: int = 0
    ) -> None:
        self._lines = lines
        self._everybody = any("{slot}" in line.address for line in lines)
        self._dialect = dialect
        self._skeleton = skeleton
        self._columns = columns or numbers(skeleton)
        self._table = lru_cache(KEPT)(self._make_table)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of everyone."""
        seen = self._of(message)
        if not seen:
            return ()
        row = self._row(message, seen, at)
        return self._table(who(seen)).write(row.clip(0, 1) if self._dialect.clamp else row)

    def example(self) -> Sequence[bytes]:
        """Return the messages of one."""
        return self._make_table(((1, 1),)).pieces()

    def _of(self, message: Landmarks) -> tuple[Instance, ...]:
        if self._everybody or len(message.seen) < 2:
            return message.seen
        return (min(message.seen, key=lambda one: one.slot),)

    def _row(self, message: Landmarks, seen: tuple[Instance, ...], at: Ns) -> NDArray[np.float32]:
        """Return the rows of all instances: the columns that lines refer to."""
        return gather(self._skeleton, seen)

    def _make_table(self, here: Who) -> _FieldsTable:
        return _FieldsTable(self._lines, here, self._columns, self._dialect)


class _FieldsTable(Stencil):
    """The messages of some instances, and the places of their numbers."""

    __slots__ = ("_sources", "_sure", "_targets")

    def __init__(self, lines: Sequence[Line], here: Who, columns: int, dialect: Dialect) -> None:
        tag = dialect.tag("i")
        every = [
            (line, index, slot, id_) for index, (slot, id_) in enumerate(here) for line in lines
        ]
        super().__init__(
            [
                (line.address.format(slot=slot), tag if line.constant else "f" * len(line.fields))
                for line, _, slot, _ in every
            ]
        )
        sources: list[int] = []
        targets: list[int] = []
        places = iter(self.places.tolist())
        words = self.ints if tag == "i" else self.floats
        for line, index, _, id_ in every:
            if line.constant:
                words[next(places)] = id_ if line.constant == "id" else 1
            for field in line.fields:
                targets.append(next(places))
                sources.append(index * columns + field)
        self._sources = np.array(sources, np.intp)
        self._targets = np.array(targets, np.intp)
        self._sure = np.array([index * columns + line.sure for line, index, _, _ in every], np.intp)

    def write(self, row: NDArray[np.float32]) -> list[bytes]:
        """Write the numbers of all instances; return the messages of known points."""
        self.floats[self._targets] = row[self._sources]
        sure = row[self._sure]
        return self.pieces() if sure.all() else self.some((sure > 0).tolist())


def by_joint(address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton) -> Fields:
    """Return the layout of an address with ``{joint}`` or ``{axis}``; raise ParameterError.

    Without ``{axis}`` a message carries the position of a point, and the confidence on request.
    """
    options.only("an address with {joint} or {axis}", "joints", "confidence")
    holes = check(address, ("slot", "joint", "axis"))
    points = chosen(skeleton, options)
    if "joint" not in holes and len(points) > 1:
        raise ParameterError(f'"{address}" needs {{joint}}, or a single one of them as "joints"')
    axes = axes_sent(skeleton, options)
    groups = [(axis,) for axis in axes] if "axis" in holes else [axes]
    lines = [
        line(skeleton, address.format(slot="{slot}", joint=name, axis=group[0]), place, group)
        for name, place in points.items()
        for group in groups
    ]
    return Fields(lines, dialect, skeleton)


def axes_sent(skeleton: Skeleton, options: OscOptions) -> tuple[str, ...]:
    """Return the axes of a point that are sent: its position, and the confidence on request."""
    return skeleton.axes if options.confidence else skeleton.axes[:-1]


def line(skeleton: Skeleton, address: str, point: int, axes: Sequence[str]) -> Line:
    """Return the message of one point."""
    width = len(skeleton.axes)
    fields = tuple(width * point + skeleton.axes.index(axis) for axis in axes)
    return Line(address, fields, width * point + width - 1)
