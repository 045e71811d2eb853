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
"""Bytes of the largest payload that a reader takes: more than any device yields at once."""
_MOST: Final = (1 << 32) - 1
AT_ONCE: Final[int] = getattr(select, "PIPE_BUF", 4096)
"""Bytes that a pipe takes whole or not at all (POSIX: at least 512; 4096 on Linux)."""

RawFrame = tuple[bytes, bytes]
"""Kind and payload."""

_HEADER: Final = struct.Struct("<cI")


def pack_frame(kind: bytes, *parts: bytes) -> bytes:
    """Return a frame whose payload is ``parts`` joined, copied once.

    Raise ValueError for 4 GiB or more.
    """
    size = sum(map(len, parts))
    if size > _MOST:
        raise ValueError(f"expected a frame of at most {_MOST} bytes, got {size}")
    return b"".join((_HEADER.pack(kind, size), *parts))


class Unframer:
    """Splits a stream of bytes into frames, however it was cut into pieces.

    A payload longer than ``longest`` bytes is taken for a sign that the stream is damaged.
    """

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._pieces: list[bytes] = []
        self._length = 0
        self._wanted = _HEADER.size

    @property
    def unfinished(self) -> bool:
        """Whether the beginning of a frame has come and its end has not."""
        return self._length > 0

    def feed(self, piece: bytes) -> list[RawFrame]:
        """Return all frames that are complete by now.

        Raise ValueError where the next frame is longer than ``longest``: where another begins is
        unknown.
        """
        self._pieces.append(piece)
        self._length += len(piece)
        if self._length < self._wanted:
            return []  # pieces are joined once for each frame: a long one has many
        data = b"".join(self._pieces)
        frames: list[RawFrame] = []
        start = 0
        self._wanted = _HEADER.size
        while (begin := start + _HEADER.size) <= len(data):
            kind, size = _HEADER.unpack_from(data, start)
            if size > self._longest and not frames:
                raise ValueError(f"a frame of {size} bytes")
            end = begin + size
            if size > self._longest:
                break
            if end > len(data):
                self._wanted = end - start
                break
            frames.append((kind, data[begin:end]))
            start = end
        rest = data[start:]
        self._pieces, self._length = [rest], len(rest)
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
