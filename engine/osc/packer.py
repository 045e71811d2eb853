"""Encodes numbers and texts as one OSC message, by a plan made once for every address.

The bytes follow the OSC 1.0 specification, and equal those of python-osc's builder.

A *piece* is one message or several, each preceded by its length as a 32-bit number. That is the
form of a message inside a bundle and on a TCP stream, and a piece can be cut into datagrams without
parsing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Final

FORMATS: Final = {
    "i": "i",
    "f": "f",
    "h": "q",
    "d": "d",
    "T": "",
    "F": "",
    "N": "",
    "I": "",
    "t": "Q",
}
"""The type tags of fixed length, as ``struct`` writes them; "s" is the one of variable length."""

LARGEST: Final = 3.4028234663852886e38
"""The largest 32-bit float: the comparison ``-LARGEST <= x <= LARGEST`` also refuses NaN."""

_LENGTH: Final = struct.Struct(">i")


def osc_string(text: str) -> bytes:
    """Return an OSC-string: UTF-8, padded with 1 to 4 zeros to a multiple of four bytes."""
    encoded = text.encode()
    return encoded + bytes(4 - len(encoded) % 4)


def head(address: str, tags: str) -> bytes:
    """Return what stands before the arguments of a message: the address and its type tags."""
    return osc_string(address) + osc_string("," + tags)


class Packer:
    """Packs the arguments of one address; ``tags`` are out of ``i f h d s t T F N I``.

    ``pack`` takes an argument for every tag but T, F, N and I, and raises ``struct.error`` or
    ``OverflowError`` for one that does not fit its tag.
    """

    __slots__ = ("_head", "_parts", "_struct", "address", "pack", "tags")

    def __init__(self, address: str, tags: str) -> None:
        self.address = address
        self.tags = tags
        self._head = head(address, tags)
        self.pack: Callable[..., bytes]
        if "s" in tags:
            self._parts = [
                struct.Struct(">" + FORMATS[tag]) if tag != "s" else None for tag in tags
            ]
            self.pack = self._pack_texts
        else:
            self._struct = struct.Struct(">" + "".join(FORMATS[tag] for tag in tags))
            self._head = _LENGTH.pack(len(self._head) + self._struct.size) + self._head
            self.pack = self._pack_numbers

    def _pack_numbers(self, *arguments: float) -> bytes:
        return self._head + self._struct.pack(*arguments)

    def _pack_texts(self, *arguments: float | str) -> bytes:
        given = iter(arguments)
        body = self._head + b"".join(
            osc_string(str(next(given)))
            if part is None
            else part.pack(*((next(given),) if part.size else ()))
            for part in self._parts
        )
        return _LENGTH.pack(len(body)) + body


@lru_cache(maxsize=4096)
def packer(address: str, tags: str) -> Packer:
    """Return the packer of an address: the same one for the same tags."""
    return Packer(address, tags)
