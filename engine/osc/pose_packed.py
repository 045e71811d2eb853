"""A pose, packed: ``/pose/1 i id, 51 x f``: x, y and confidence of 17 joints in COCO order.

One message a person, which Max, Pure Data and openFrameworks take apart with one object. Somebody
who leaves is sent once more, with -1 for an id and 51 zeros; a joint of confidence 0 is not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.core.messages import JOINTS, Ns, Pose
from engine.osc.address import slotted
from engine.osc.crowd import Joints, Who, gather, left, who
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.packer import Packer
from engine.osc.stencil import Stencil

NUMBERS: Final = 3 * len(JOINTS)
NOBODY: Final = -1
_KEPT: Final = 64


class Packed(Layout):
    """Everybody's joints, one message a person."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a packed pose", "layout")
        self._address = slotted(address)
        self._tags = dialect.tag("i") + "f" * NUMBERS
        self._clamp = dialect.clamp
        self._here: Who = ()
        self._tables: dict[Who, _Table] = {}

    def encode(self, message: Pose, at: Ns) -> Sequence[bytes]:
        """Give a message for everybody, and a last one for who has left."""
        people = message.people
        here = who(people)
        gone: list[bytes] = []
        if here != self._here:
            gone = [self._farewell(slot) for slot in left(self._here, here)]
            self._here = here
        if not here:
            return gone
        joints = gather(people)
        table = self._tables.get(here) or self._table(here)
        table.write(np.clip(joints, 0, 1) if self._clamp else joints)
        return gone + table.pieces()

    def end(self) -> Sequence[bytes]:
        """Say that nobody is here any more."""
        gone = [self._farewell(slot) for slot in left(self._here, ())]
        self._here = ()
        return gone

    def example(self) -> Sequence[bytes]:
        """Give the message of one person."""
        return (self._farewell(1),)

    def _farewell(self, slot: int) -> bytes:
        packer = Packer(self._address.format(slot=slot), self._tags)
        return packer.pack(NOBODY, *[0.0] * NUMBERS)

    def _table(self, here: Who) -> _Table:
        if len(self._tables) >= _KEPT:
            self._tables.clear()
        addresses = [self._address.format(slot=slot) for slot, _ in here]
        table = self._tables[here] = _Table(addresses, self._tags, [id_ for _, id_ in here])
        return table


class _Table(Stencil):
    """The messages of some people: their ids are written once, their joints every time."""

    __slots__ = ("_numbers", "_shape", "_window")

    def __init__(self, addresses: Sequence[str], tags: str, ids: Sequence[int]) -> None:
        super().__init__([(address, tags) for address in addresses])
        places = self.places.reshape(len(addresses), 1 + NUMBERS)
        (self.ints if tags[0] == "i" else self.floats)[places[:, 0]] = ids
        self._numbers = places[:, 1:].copy()
        self._shape = self._numbers.shape
        self._window = self.window(self._numbers)

    def write(self, joints: Joints) -> None:
        """Write everybody's joints."""
        if self._window is not None:
            self._window[...] = joints.reshape(self._shape)
        else:
            self.floats[self._numbers] = joints.reshape(self._shape)
