"""A pose, named: what a person does under plain names, such as ``/p1/left_wrist/x``.

/p1/here i (0 once, when they leave)  /p1/id i  /p1/x /p1/y /p1/size f
/p1/left_wrist/x f  .../y f  (17 joints; .../confidence when asked)
/p1/left_hand/height f  /p1/right_hand/height f  /p1/hands/apart f  /p1/energy f
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Ns, Person, Pose
from engine.dsp.landmarks.body import Body, EnergyMeter
from engine.osc.address import slotted
from engine.osc.crowd import Who, gather, left, who
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import Packer
from engine.osc.pose_fields import AXES, Fields, Line, chosen, line

BODY: Final = (
    "x",
    "y",
    "size",
    "left_hand/height",
    "right_hand/height",
    "hands/apart",
    "energy",
)
_JOINTS: Final = 51
_KNOWN: Final = _JOINTS + len(BODY)
_ALWAYS: Final = _KNOWN + len(BODY)


class Named(Fields):
    """Everything that is known of everybody, under its name."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a named pose", "layout", "joints", "confidence")
        base = slotted(address)
        super().__init__(_lines(base, options), dialect)
        self._leave = f"{base}/here"
        self._here: Who = ()
        self._energies: dict[int, EnergyMeter] = {}

    def encode(self, message: Pose, at: Ns) -> Sequence[bytes]:
        """Give the messages of everybody, and ``here 0`` for who has left."""
        here = who(message.people)
        gone: list[bytes] = []
        if here != self._here:
            gone = self._farewells(here)
            known = {id_ for _, id_ in here}
            self._energies = {key: e for key, e in self._energies.items() if key in known}
            self._here = here
        return [*gone, *super().encode(message, at)]

    def end(self) -> Sequence[bytes]:
        """Say that nobody is here any more."""
        gone = self._farewells(())
        self._here = ()
        self._energies.clear()
        return gone

    def _farewells(self, here: Who) -> list[bytes]:
        slots = left(self._here, here)
        tag = self._dialect.tag("i")
        return [Packer(self._leave.format(slot=slot), tag).pack(0) for slot in slots]

    def _row(self, pose: Pose, people: tuple[Person, ...], at: Ns) -> NDArray[np.float32]:
        joints = gather(people).tolist()
        row: list[float] = []
        for index, person in enumerate(people):
            row += joints[index * _JOINTS : (index + 1) * _JOINTS]
            row += self._body(person, pose.aspect, at)
        return np.array(row, np.float32)

    def _body(self, person: Person, aspect: float, at: Ns) -> list[float]:
        """Give what BODY names, then whether each is known, then a 1 for what always is."""
        body = Body(person.joints, aspect)
        if (energy := self._energies.get(person.id)) is None:
            energy = self._energies[person.id] = EnergyMeter()
        values = (
            *(body.centre() or (None, None)),
            body.size(),
            body.height("left_hand"),
            body.height("right_hand"),
            body.apart("left_hand", "right_hand"),
            energy.update(body, at),
        )
        return [value or 0.0 for value in values] + [value is not None for value in values] + [1.0]

    @property
    def _columns(self) -> int:
        return _ALWAYS + 1


def _lines(base: str, options: OscOptions) -> list[Line]:
    said = [
        Line(f"{base}/{name}", (_JOINTS + index,), _KNOWN + index)
        for index, name in enumerate(BODY)
    ]
    joints = [
        line(f"{base}/{name}/{axis}", joint, [axis])
        for name, joint in chosen(options).items()
        for axis in (AXES if options.confidence else AXES[:2])
    ]
    constant = [Line(f"{base}/{name}", sure=_ALWAYS, constant=name) for name in ("here", "id")]
    return constant + said[:3] + joints + said[3:]
