"""Landmarks, packed: ``/pose/1 i id, 51 x f``: x, y and confidence of each point in their order.

One message each, which Max, Pure Data and openFrameworks unpack with one object; with depth a point
has x, y, z and confidence. A person who leaves is sent once more, with -1 for an id and all zeros;
a point of confidence 0 is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np

from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.osc.address import slotted
from engine.osc.landmarks import KEPT, Points, Who, gather, left, numbers, who
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.packer import Packer
from engine.osc.stencil import Stencil

NOBODY: Final = -1


class Packed(Layout):
    """The points of everyone, one message each."""

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        options.only("a packed pose", "layout")
        self._address = slotted(address)
        self._skeleton = skeleton
        self._tags = dialect.tag("i") + "f" * numbers(skeleton)
        self._clamp = dialect.clamp
        self._here: Who = ()
        self._table = lru_cache(KEPT)(self._make_table)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return a message for everyone, and a last one for those who have left."""
        here = who(message.seen)
        gone: list[bytes] = []
        if here != self._here:
            gone = [self._farewell(slot) for slot in left(self._here, here)]
            self._here = here
        if not here:
            return gone
        points = gather(self._skeleton, message.seen)
        table = self._table(here)
        table.write(np.clip(points, 0, 1) if self._clamp else points)
        return gone + table.pieces()

    def end(self) -> Sequence[bytes]:
        """Return the messages that say that nobody is here any more."""
        gone = [self._farewell(slot) for slot in left(self._here, ())]
        self._here = ()
        return gone

    def example(self) -> Sequence[bytes]:
        """Return the message of one."""
        return (self._farewell(1),)

    def _farewell(self, slot: int) -> bytes:
        packer = Packer(self._address.format(slot=slot), self._tags)
        return packer.pack(NOBODY, *[0.0] * numbers(self._skeleton))

    def _make_table(self, here: Who) -> _PackedTable:
        addresses = [self._address.format(slot=slot) for slot, _ in here]
        return _PackedTable(addresses, self._tags, [id_ for _, id_ in here])


class _PackedTable(Stencil):
    """The messages of some instances: ids are written once, points every time."""

    __slots__ = ("_numbers", "_shape", "_window")

    def __init__(self, addresses: Sequence[str], tags: str, ids: Sequence[int]) -> None:
        super().__init__([(address, tags) for address in addresses])
        places = self.places.reshape(len(addresses), len(tags))
        (self.ints if tags[0] == "i" else self.floats)[places[:, 0]] = ids
        self._numbers = places[:, 1:].copy()
        self._shape = self._numbers.shape
        self._window = self.window(self._numbers)

    def write(self, points: Points) -> None:
        """Write the points of all instances."""
        if self._window is not None:
            self._window[...] = points.reshape(self._shape)
        else:
            self.floats[self._numbers] = points.reshape(self._shape)
