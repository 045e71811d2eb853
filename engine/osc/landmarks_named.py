"""Landmarks, named: each number under a plain name, such as ``/p1/left_wrist/x``.

/p1/here i (0 once, when they leave)  /p1/id i  /p1/x /p1/y /p1/size f
/p1/left_wrist/x f  .../y f  (17 joints of a pose; .../confidence when asked; .../z with depth)
/p1/left_hand/height f  /p1/right_hand/height f  /p1/hands/apart f (of a body)  /p1/energy f
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.body import Body, EnergyMeter
from engine.osc.address import slotted
from engine.osc.landmarks import Who, chosen, gather, left, numbers, who
from engine.osc.landmarks_fields import Fields, Line, axes_sent, line
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import Packer

_BEFORE: Final = ("x", "y", "size")
_HANDS: Final = ("left_hand/height", "right_hand/height", "hands/apart")


class Named(Fields):
    """Everything that is known of everyone, under its name."""

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        options.only("a named pose", "layout", "joints", "confidence")
        base = slotted(address)
        self._has_hands = skeleton.is_body and {"left_hand", "right_hand"} <= {*skeleton.rows_of}
        after = (*(_HANDS if self._has_hands else ()), "energy")
        measures = len(_BEFORE) + len(after)
        columns = numbers(skeleton) + 2 * measures + 1
        lines = _lines(base, options, skeleton, after)
        super().__init__(lines, dialect, skeleton, columns)
        self._leave = f"{base}/here"
        self._here: Who = ()
        self._energies: dict[int, EnergyMeter] = {}

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of everyone, and ``here 0`` for those who have left."""
        here = who(message.seen)
        gone: list[bytes] = []
        if here != self._here:
            gone = self._farewells(here)
            known = {id_ for _, id_ in here}
            self._energies = {key: e for key, e in self._energies.items() if key in known}
            self._here = here
        return [*gone, *super().encode(message, at)]

    def end(self) -> Sequence[bytes]:
        """Return the messages that say that nobody is here any more."""
        gone = self._farewells(())
        self._here = ()
        self._energies.clear()
        return gone

    def _farewells(self, here: Who) -> list[bytes]:
        slots = left(self._here, here)
        tag = self._dialect.tag("i")
        return [Packer(self._leave.format(slot=slot), tag).pack(0) for slot in slots]

    def _row(self, message: Landmarks, seen: tuple[Instance, ...], at: Ns) -> NDArray[np.float32]:
        points = gather(self._skeleton, seen).tolist()
        width = numbers(self._skeleton)
        row: list[float] = []
        for index, one in enumerate(seen):
            row += points[index * width : (index + 1) * width]
            row += self._measures(one, message.aspect, at)
        return np.array(row, np.float32)

    def _measures(self, one: Instance, aspect: float, at: Ns) -> list[float]:
        """Return the measures, then 1 or 0 for whether each is known, then a constant 1."""
        body = Body(one.points, aspect, skeleton=self._skeleton)
        if (energy := self._energies.get(one.id)) is None:
            energy = self._energies[one.id] = EnergyMeter()
        values = [*(body.centre() or (None, None)), body.size()]
        if self._has_hands:
            values += [body.height("left_hand"), body.height("right_hand")]
            values.append(body.apart("left_hand", "right_hand"))
        values.append(energy.update(body, at))
        return [value or 0.0 for value in values] + [value is not None for value in values] + [1.0]


def _lines(base: str, options: OscOptions, skeleton: Skeleton, after: Sequence[str]) -> list[Line]:
    """Return the messages of one instance, in order; see ``_measures`` for the columns."""
    first = numbers(skeleton)
    names = (*_BEFORE, *after)
    measured = [
        Line(f"{base}/{name}", (first + index,), first + len(names) + index)
        for index, name in enumerate(names)
    ]
    points = [
        line(skeleton, f"{base}/{name}/{axis}", place, [axis])
        for name, place in chosen(skeleton, options).items()
        for axis in axes_sent(skeleton, options)
    ]
    always = first + 2 * len(names)
    constant = [Line(f"{base}/{name}", sure=always, constant=name) for name in ("here", "id")]
    return constant + measured[: len(_BEFORE)] + points + measured[len(_BEFORE) :]
