"""Pictures in memory that the processes of boxes can read: none is copied to be handed over.

A pool is a file without a name, cut into slots. Its owner, a source, writes each picture into a
free slot; a slot is taken until the last array that shows it is gone, wherever that is: in a
mailbox, on the page, in the recorder. So nobody has to give a slot back, and none is lost where
pictures are dropped, boxes are exchanged or a process crashes. Nobody ever waits for a slot: where
none is free, a picture lies in memory of its own, and is copied to be handed over.

Other processes map the file for reading only: on Linux it is sealed against all writing but by the
mapping that was there before; elsewhere they get a descriptor that was opened for reading.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
import weakref
from collections import deque
from contextlib import suppress
from itertools import count
from math import prod
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

if sys.platform == "linux":
    import fcntl

Shape = tuple[int, ...]

SLOTS: Final = 16
"""One that is written, one that waits, one in the engine, two for each of a few boxes, and eight
that the page keeps. Those that are never used take no memory: the last one freed is taken first."""
_F_SEAL_FUTURE_WRITE: Final = 0x10
"""Has no name in ``fcntl``. Linux 5.1."""


class SlotPlace(NamedTuple):
    """Where in a pool an array lies: the pool, and an offset in bytes."""

    pool: FramePool
    offset: int


_LEASES: Final[dict[int, FramePool]] = {}
"""Which pool a memoryview of a slot belongs to, by the id of that view while it lives."""
_NUMBERS: Final = count()


class FramePool:
    """Slots of ``size`` bytes. One thread takes them; they come back on any.

    ``number`` is unique in this process, ``begin`` the address of its memory. Raise OSError
    where there is no memory to share.
    """

    def __init__(self, size: int, slots: int = SLOTS) -> None:
        self.number: Final = next(_NUMBERS)
        self.size: Final = size
        self._stride = -(-size // mmap.PAGESIZE) * mmap.PAGESIZE
        writable, self.descriptor = _make_file(slots * self._stride)
        try:
            self._memory = mmap.mmap(writable, 0)
            if sys.platform == "linux":
                _seal(writable)
        finally:
            if writable != self.descriptor:
                os.close(writable)
            weakref.finalize(self, os.close, self.descriptor)
        self.begin: Final = _address(np.frombuffer(self._memory, np.uint8))
        self._free = deque(range(slots))

    def take(self, shape: Shape) -> NDArray[np.uint8] | None:
        """Return a free slot as an array of a shape; None where none is free, or it is too small.

        What is in it is what was there before.
        """
        size = prod(shape)
        if not 0 < size <= self.size:
            return None
        try:
            slot = self._free.pop()
        except IndexError:
            return None
        array = np.frombuffer(self._memory, np.uint8, size, slot * self._stride)
        view = array.base  # which numpy makes for each array, and all views of it keep
        _LEASES[id(view)] = self
        weakref.finalize(view, _free, id(view), self._free, slot).atexit = False
        return array.reshape(shape)


def _free(view: int, free: deque[int], slot: int) -> None:
    """Return a slot that no array shows any more to the pool."""
    del _LEASES[view]
    free.append(slot)


def find_place(array: NDArray[Any]) -> SlotPlace | None:
    """Return where in a pool an array lies; None where it lies in none, or not in one piece."""
    base: Any = array
    while isinstance(base, np.ndarray):
        base = base.base
    pool = _LEASES.get(id(base))
    if pool is None or not array.flags.c_contiguous:
        return None
    return SlotPlace(pool, _address(array) - pool.begin)


def _address(array: NDArray[Any]) -> int:
    address: int = array.__array_interface__["data"][0]
    return address


class FrameStore:
    """Where a source puts its pictures: into slots of a pool that fits, where there can be one.

    Used by one thread; one that hung and comes back late does no harm, since no two get the same
    slot. The pool is made anew when pictures get larger.
    """

    def __init__(self) -> None:
        self._pool: FramePool | None = None
        self._usable = os.name == "posix"

    def take(self, shape: Shape) -> NDArray[np.uint8] | None:
        """Return an array of a shape to write a picture into, (h, w, 3); None where none is free.

        Then the picture needs memory of its own.
        """
        size = prod(shape)
        if self._usable and size > (self._pool.size if self._pool else 0):
            try:
                self._pool = FramePool(size)
            except OSError:  # no descriptor, or no memory, is left for it
                self._pool, self._usable = None, False
        return self._pool.take(shape) if self._pool else None

    def put(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return a picture as it lies in the pool, copied there if need be; only to be read then.

        Where no slot is free that is the picture itself.
        """
        if find_place(picture) is not None or (slot := self.take(picture.shape)) is None:
            return picture
        np.copyto(slot, picture)
        slot.flags.writeable = False
        return slot


class ReadOnlyPool:
    """A pool of another process, mapped for reading. Takes over its descriptor."""

    def __init__(self, descriptor: int) -> None:
        try:
            self._memory = mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)
        finally:
            os.close(descriptor)

    def read(self, offset: int, size: int) -> NDArray[np.uint8]:
        """Return ``size`` bytes at an offset, shape (size,), read-only, without a copy."""
        return np.frombuffer(self._memory, np.uint8, size, offset)


def _make_file(size: int) -> tuple[int, int]:
    """Return a descriptor to write a nameless file of ``size`` bytes, and one for others to read.

    On Linux both are the same.
    """
    if sys.platform == "linux":
        descriptor = os.memfd_create("sensorium", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        os.ftruncate(descriptor, size)
        return descriptor, descriptor
    with tempfile.NamedTemporaryFile() as file:
        os.ftruncate(file.fileno(), size)
        return os.dup(file.fileno()), os.open(file.name, os.O_RDONLY)


def _seal(descriptor: int) -> None:
    """Refuse all writing from now on, but by mappings that are there: see ``fcntl(2)``."""
    fixed = fcntl.F_SEAL_GROW | fcntl.F_SEAL_SHRINK
    with suppress(OSError):  # an older kernel: then only its size is sealed
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _F_SEAL_FUTURE_WRITE)
    fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, fixed | fcntl.F_SEAL_SEAL)
