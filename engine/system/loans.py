"""Pictures in pools that one end of a channel lends to the other, which sees them without a copy.

The lender holds what it has lent until the borrower returns it: it says, with the end of a call,
what it has received and which of that is still shown there. So a picture may even be kept by a box;
but from then on it gets copies, that the pool does not run dry.
"""

from __future__ import annotations

import struct
import weakref
from collections import deque
from typing import Any, Final

from numpy.typing import NDArray

from engine.system.frame_pool import FramePool, ReadOnlyPool, SlotPlace

Returned = tuple[int, list[int]]
"""The number of the last loan that was received, and those up to there that are still shown."""

DESCRIPTORS: Final = 8
"""How many new pools a frame may need."""
_LOAN: Final = struct.Struct("<QQQQ")
"""The number of the loan, that of the pool, the offset and the size in bytes."""


class Lender:
    """What one end has lent: it holds each picture until the other end shows it no more."""

    def __init__(self) -> None:
        self._last = 0
        self._lent: dict[int, NDArray[Any]] = {}
        self._known: set[int] = set()
        self._new: list[FramePool] = []
        self._gone: deque[int] = deque()

    def lend(self, array: NDArray[Any], place: SlotPlace) -> bytes:
        """Return what tells the other end where an array lies; empty where it cannot be lent."""
        pool = place.pool
        if pool.number not in self._known:
            if len(self._new) == DESCRIPTORS:
                return b""
            self._known.add(pool.number)
            self._new.append(pool)
            weakref.finalize(pool, self._gone.append, pool.number).atexit = False
        self._last += 1
        self._lent[self._last] = array
        return _LOAN.pack(self._last, pool.number, place.offset, array.nbytes)

    def news(self) -> tuple[list[FramePool], list[int]] | None:
        """Return, once, pools that the other end does not know yet, and numbers of those gone.

        None where there are neither.
        """
        if not self._new and not self._gone:
            return None
        new, self._new = self._new, []
        return new, [self._gone.popleft() for _ in range(len(self._gone))]

    def take_back(self, last: int, shown: list[int]) -> None:
        """Hold what was lent no more, but for what is ``shown`` there, and what came after."""
        if self._lent:
            still = {number: each for number, each in self._lent.items() if number > last}
            self._lent = {each: self._lent[each] for each in shown if each in self._lent} | still


class Borrower:
    """What one end was lent."""

    def __init__(self) -> None:
        self._pools: dict[int, ReadOnlyPool] = {}
        self._descriptors: deque[int] = deque()
        self._last = 0
        self._shown: dict[int, weakref.ref[Any]] = {}
        self._keeps = False

    def take(self, descriptors: list[int]) -> None:
        """Take the descriptors of pools, whose numbers come next."""
        self._descriptors.extend(descriptors)

    def borrow(self, loan: memoryview) -> NDArray[Any]:
        """Return what was lent, shape (size,), read-only; a copy where the box keeps pictures."""
        number, pool, offset, size = _LOAN.unpack(loan)
        self._last = number
        lent = self._pools[pool].read(offset, size)
        if self._keeps:
            copy = lent.copy()
            copy.flags.writeable = False
            return copy
        self._shown[number] = weakref.ref(lent.base)  # which all views of it keep
        return lent

    def returned(self) -> Returned:
        """Return the last loan, and those that are still shown; from then on copies are made."""
        self._shown = {each: view for each, view in self._shown.items() if view() is not None}
        self._keeps = self._keeps or bool(self._shown)
        return self._last, list(self._shown)

    def learn(self, new: list[int], gone: list[int]) -> None:
        """Map new pools, and let go of those that are gone; what is still shown of them stays."""
        for number in new:
            self._pools[number] = ReadOnlyPool(self._descriptors.popleft())
        for number in gone:
            self._pools.pop(number, None)
