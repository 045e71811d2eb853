"""A pose as many small messages: an address for every joint and axis.

    "/p{slot}/{joint}/{axis}" = { from = "pose", joints = ["left_wrist", "nose"] }

What is not known is not sent, so a receiver keeps what it had; nobody's wrist is at (0, 0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ParameterError, nearest
from engine.core.messages import Ns, Person, Pose
from engine.dsp.landmarks.parts import PARTS
from engine.osc.address import check
from engine.osc.crowd import Who, gather, who
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.stencil import Stencil

AXES: Final = ("x", "y", "confidence")
_KEPT: Final = 64


@dataclass(frozen=True, slots=True)
class Line:
    """One message of every person: where its numbers stand among that person's, and how sure it is.

    ``fields`` are columns of the person's row, a joint's at ``3 * joint + axis``; ``sure`` is the
    column that is 0 while the message is not to be sent. ``constant`` is "here" or "id" instead.
    """

    address: str
    fields: tuple[int, ...] = ()
    sure: int = 0
    constant: str = ""


class Fields(Layout):
    """Messages of every person, as ``lines`` say; without ``{slot}`` in them, of the first one."""

    def __init__(self, lines: Sequence[Line], dialect: Dialect) -> None:
        self._lines = lines
        self._everybody = any("{slot}" in line.address for line in lines)
        self._dialect = dialect
        self._tables: dict[Who, _Table] = {}

    def encode(self, message: Pose, at: Ns) -> Sequence[bytes]:
        """Give the messages of everybody."""
        people = self._of(message)
        if not people:
            return ()
        here = who(people)
        table = self._tables.get(here) or self._table(here)
        row = self._row(message, people, at)
        return table.write(row.clip(0, 1) if self._dialect.clamp else row)

    def example(self) -> Sequence[bytes]:
        """Give the messages of one person."""
        return _Table(self._lines, ((1, 1),), self._columns, self._dialect).pieces()

    def _of(self, pose: Pose) -> tuple[Person, ...]:
        if self._everybody or len(pose.people) < 2:
            return pose.people
        return (min(pose.people, key=lambda person: person.slot),)

    def _row(self, pose: Pose, people: tuple[Person, ...], at: Ns) -> NDArray[np.float32]:
        """Give everybody's numbers side by side: the columns that lines speak of."""
        return gather(people)

    def _table(self, here: Who) -> _Table:
        if len(self._tables) >= _KEPT:
            self._tables.clear()
        table = self._tables[here] = _Table(self._lines, here, self._columns, self._dialect)
        return table

    @property
    def _columns(self) -> int:
        """How many columns a person's row has."""
        return 51


class _Table(Stencil):
    """The messages of some people, and which of their numbers goes where."""

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
        """Write everybody's numbers; give the messages of what is known."""
        self.floats[self._targets] = row[self._sources]
        sure = row[self._sure]
        return self.pieces() if sure.all() else self.some((sure > 0).tolist())


def by_joint(address: str, options: OscOptions, dialect: Dialect) -> Fields:
    """Make the layout of an address with ``{joint}`` or ``{axis}``; raises ParameterError.

    Without ``{axis}`` a message carries x and y, and the confidence where it was asked for.
    """
    options.only("an address with {joint} or {axis}", "joints", "confidence")
    holes = check(address, ("slot", "joint", "axis"))
    joints = chosen(options)
    if "joint" not in holes and len(joints) > 1:
        raise ParameterError(f'"{address}" needs {{joint}}, or a single one of them as "joints"')
    axes = AXES if options.confidence else AXES[:2]
    groups = [(axis,) for axis in axes] if "axis" in holes else [axes]
    return Fields(
        [
            line(address.format(slot="{slot}", joint=name, axis=group[0]), joint, group)
            for name, joint in joints.items()
            for group in groups
        ],
        dialect,
    )


def line(address: str, joint: int, axes: Sequence[str]) -> Line:
    """Give the message of one joint."""
    return Line(address, tuple(3 * joint + AXES.index(axis) for axis in axes), 3 * joint + 2)


def chosen(options: OscOptions) -> dict[str, int]:
    """Give the joints that were asked for, or all, by name; raises ParameterError."""
    single = {name: rows[0] for name, rows in PARTS.items() if len(rows) == 1}
    if options.joints is None:
        return {name: row for name, row in single.items() if not name.endswith(("_hand", "_foot"))}
    for name in options.joints:
        if name not in single:
            raise ParameterError(f'there is no joint "{name}".{nearest(name, single)}')
    return {name: single[name] for name in options.joints}
