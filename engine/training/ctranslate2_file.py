"""Reads the arrays of a model file of CTranslate2, without that library.

The file, of little-endian numbers: a version, the name of the model and its revision; then each
array with its name, its sizes, its type and its bytes; then other names for arrays. No code is in
it, and none runs.
"""

from __future__ import annotations

import struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError

VERSION: Final = 6
_TYPES: Final = {0: "<f4", 1: "i1", 2: "<i2", 3: "<i4", 4: "<f2"}


def read_ctranslate2(data: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file by their names, as they are stored.

    Raises ModelError where it is no such file, ends early, or is of another version.
    """
    try:
        return _Reader(data).arrays()
    except (struct.error, ValueError, KeyError, IndexError):
        raise ModelError("its weights cannot be read: it is damaged, or something else") from None


class _Reader:
    """Takes one value after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def arrays(self) -> dict[str, NDArray[Any]]:
        if self._number("I") != VERSION:
            raise ValueError("another version")
        self._text()
        self._number("I")
        found: dict[str, NDArray[Any]] = {}
        for _ in range(self._number("I")):
            name = self._text()
            shape = [self._number("I") for _ in range(self._number("B"))]
            kind = _TYPES[self._number("B")]
            found[name] = np.frombuffer(self._bytes(self._number("I")), kind).reshape(shape)
        for _ in range(self._number("I")):
            other = self._text()
            found[other] = found[self._text()]
        return found

    def _number(self, kind: str) -> int:
        (value,) = struct.unpack(f"<{kind}", self._bytes(struct.calcsize(kind)))
        return int(value)

    def _text(self) -> str:
        return self._bytes(self._number("H")).rstrip(b"\0").decode()

    def _bytes(self, count: int) -> bytes:
        taken = self._data[self._place : self._place + count]
        if len(taken) < count:
            raise ValueError("it ends early")
        self._place += count
        return taken
