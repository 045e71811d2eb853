"""Memory that two processes share: one writes into it, the other reads."""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_FIRST: Final = 1 << 20
_ALIGNED: Final = 64


class SharedBuffer:
    """A file without a name that grows as its writer needs it.

    ``descriptor`` is that of the process that made it; without one, it is made.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        if descriptor is None:
            descriptor = _nameless()
            os.ftruncate(descriptor, _FIRST)
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, 0)
        self._used = 0

    def clear(self) -> None:
        """Write from the beginning again: what was written has been read."""
        self._used = 0

    def write(self, array: NDArray[Any]) -> int:
        """Copy an array of any shape and dtype into the buffer; return its offset in bytes."""
        begin = self._used
        self._used = begin + -(-array.nbytes // _ALIGNED) * _ALIGNED
        if self._used > len(self._memory):
            os.ftruncate(self.descriptor, 2 * self._used)
            self._memory = mmap.mmap(self.descriptor, 0)
        place = np.frombuffer(self._memory, array.dtype, array.size, begin)
        np.copyto(place.reshape(array.shape), array)
        return begin

    def read(self, begin: int, size: int) -> NDArray[np.uint8]:
        """Return a read-only copy of ``size`` bytes at an offset, shape (size,)."""
        copy = np.empty(size, np.uint8)
        # np.copyto lets go of the interpreter's lock meanwhile
        np.copyto(copy, self.view(begin, size))
        copy.flags.writeable = False
        return copy

    def view(self, begin: int, size: int) -> NDArray[np.uint8]:
        """Return ``size`` bytes at an offset, shape (size,), as they lie there, read-only.

        They change with what is written next.
        """
        if begin + size > len(self._memory):
            self._memory = mmap.mmap(self.descriptor, 0)  # it has grown since
        array = np.frombuffer(self._memory, np.uint8, size, begin)
        array.flags.writeable = False
        return array

    def close(self) -> None:
        """Close the file and its mapping; arrays that were copied out of it stay."""
        self._memory.close()
        os.close(self.descriptor)


def _nameless() -> int:
    """Return a file that is gone when nobody has it open, in memory where the system can."""
    if sys.platform == "linux":
        return os.memfd_create("sensorium")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
