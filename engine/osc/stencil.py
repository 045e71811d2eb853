"""Many messages whose bytes are prepared except for their numbers, which are written all at once.

Why: a body of 17 joints with an address for each joint and axis is 34 messages a person. Building
them one by one takes milliseconds; writing their numbers into ready bytes takes microseconds.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import compress, pairwise
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from engine.osc.bundle import ROOM
from engine.osc.packer import head

_LENGTH: Final = struct.Struct(">i")


class Stencil:
    """Ready bytes of messages, given as (address, tags), where tags are only "i" and "f".

    ``floats`` and ``ints`` are two views of the same bytes, a 32-bit word an element; ``places``
    holds the word of every argument in order.
    """

    __slots__ = ("_chunks", "_views", "floats", "ints", "places")

    def __init__(self, messages: Sequence[tuple[str, str]]) -> None:
        plain = [_blank(address, tags) for address, tags in messages]
        ends = np.cumsum([0, *map(len, plain)]).tolist()
        buffer = bytearray().join(plain)
        self.floats: NDArray[np.float32] = np.frombuffer(buffer, ">f4")
        self.ints: NDArray[np.int32] = np.frombuffer(buffer, ">i4")
        self.places: NDArray[np.intp] = np.array(
            [
                end // 4 - len(tags) + argument
                for end, (_, tags) in zip(ends[1:], messages, strict=True)
                for argument in range(len(tags))
            ],
            dtype=np.intp,
        )
        whole = memoryview(buffer)
        self._views = [whole[start:end] for start, end in pairwise(ends)]
        self._chunks = [
            (first, last, whole[ends[first] : ends[last]]) for first, last in _chunks(ends)
        ]

    def window(self, places: NDArray[np.intp]) -> NDArray[np.float32] | None:
        """Return a view of the floats at ``places``, a table; None where no regular view has them.

        Writing through it takes a third of the time. Messages of equal length make it regular.
        """
        first = places[0, 0]
        step = np.diff(places[:2, 0]).sum()
        rows, columns = np.indices(places.shape)
        if not np.array_equal(places, first + rows * step + columns):
            return None
        return as_strided(self.floats[first:], places.shape, (4 * int(step), 4))

    def pieces(self) -> list[bytes]:
        """Return all messages, in pieces that fit into a bundle each."""
        return [bytes(chunk) for _, _, chunk in self._chunks]

    def some(self, keep: Sequence[bool]) -> list[bytes]:
        """Return the messages whose ``keep`` is true, in pieces that fit into a bundle each."""
        return [
            piece
            for first, last, _ in self._chunks
            if (piece := b"".join(compress(self._views[first:last], keep[first:last])))
        ]


def _blank(address: str, tags: str) -> bytes:
    message = head(address, tags) + bytes(4 * len(tags))
    return _LENGTH.pack(len(message)) + message


def _chunks(ends: list[int]) -> list[tuple[int, int]]:
    """Return runs of messages of at most ROOM bytes: (first, one after the last)."""
    cuts = [0]
    for last in range(1, len(ends)):
        if ends[last] - ends[cuts[-1]] > ROOM and last - 1 > cuts[-1]:
            cuts.append(last - 1)
    return list(zip(cuts, [*cuts[1:], len(ends) - 1], strict=True))
