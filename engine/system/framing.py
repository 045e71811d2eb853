"""The frames in which our processes talk: kind (1 byte), length (uint32, little-endian), payload.

What a kind means and how its payload is laid out is up to whoever talks; the kinds of every process
that owns a device are in ``engine.system.device_process``.
"""

from __future__ import annotations

import select
import struct
from collections.abc import Iterable, Iterator
from typing import Final

LONGEST: Final = 1 << 24
"""Largest payload in bytes: more than any device yields at once."""
AT_ONCE: Final[int] = getattr(select, "PIPE_BUF", 4096)
"""Bytes that a pipe takes whole or not at all (POSIX: at least 512; 4096 on Linux)."""

RawFrame = tuple[bytes, bytes]
"""Kind and payload."""

_HEADER: Final = struct.Struct("<cI")


def pack_frame(kind: bytes, *parts: bytes) -> bytes:
    """Return a frame whose payload is ``parts`` joined, copied once.

    Raise ValueError where the payload is longer than ``LONGEST``.
    """
    size = sum(map(len, parts))
    if size > LONGEST:
        raise ValueError(f"expected a frame of at most {LONGEST} bytes, got {size}")
    return b"".join((_HEADER.pack(kind, size), *parts))


class Unframer:
    """Splits a stream of bytes into frames, however it was cut into pieces."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[RawFrame]:
        """Return all frames that are complete by now.

        Raise ValueError where the next frame is longer than ``LONGEST``: the stream is damaged, and
        where another frame begins is unknown.
        """
        data = self._rest + piece if self._rest else piece
        frames: list[RawFrame] = []
        start = 0
        while (begin := start + _HEADER.size) <= len(data):
            kind, size = _HEADER.unpack_from(data, start)
            if size > LONGEST and not frames:
                raise ValueError(f"a frame of {size} bytes")
            end = begin + size
            if size > LONGEST or end > len(data):
                break
            frames.append((kind, data[begin:end]))
            start = end
        self._rest = data[start:]
        return frames


def batched(frames: Iterable[bytes]) -> Iterator[bytes]:
    """Join frames into pieces of at most ``AT_ONCE`` bytes; a longer frame is its own piece."""
    piece = b""
    for each in frames:
        if piece and len(piece) + len(each) > AT_ONCE:
            yield piece
            piece = b""
        piece += each
    if piece:
        yield piece
