"""The records of an MCAP file as bytes: a chunk is unpacked to the size that it states, or refused.

Why not by the library: it unpacks whatever a chunk holds before it looks how much that is, and
some kilobytes become gigabytes.

The format is https://mcap.dev/spec.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from struct import Struct
from typing import IO, Final

import lz4.frame  # type: ignore[import-untyped]
import zstandard

LARGEST: Final = 132 << 20
"""The most bytes of a record, and of a chunk when unpacked: more are a damaged length, or meant to
fill the memory. The largest of ours is a picture (8192 x 4320), or what boxes have kept."""

MAGIC: Final = b"\x89MCAP0\r\n"

_HEAD: Final = Struct("<BQ")
_CHUNK: Final = Struct("<QQQII")
_LENGTH: Final = Struct("<Q")


class DamagedChunk(ValueError):
    """A chunk that is not what it says."""


class OversizedRecord(ValueError):
    """A record, or an unpacked chunk, that is larger than any of ours."""


def records(stream: IO[bytes], wanted: frozenset[int], size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the opcode and content of each complete record in a file of ``size`` bytes.

    The stream stands behind the magic. Records that are not ``wanted`` are passed over unread.
    Raise OversizedRecord for one that is larger than LARGEST.
    """
    while len(head := stream.read(_HEAD.size)) == _HEAD.size:
        opcode, length = _HEAD.unpack(head)
        if length > LARGEST:
            raise OversizedRecord(f"a record of {length:,} bytes, and {LARGEST:,} is the most")
        if length > size - stream.tell():
            return
        if opcode in wanted:
            yield opcode, stream.read(length)
        else:
            stream.seek(length, 1)


def records_within(data: bytes) -> Iterator[tuple[int, memoryview]]:
    """Yield the opcode and content of each record in an unpacked chunk; raise DamagedChunk."""
    view, start = memoryview(data), 0
    while start < len(data):
        if start + _HEAD.size > len(data):
            raise DamagedChunk("a record in it is cut off")
        opcode, length = _HEAD.unpack_from(data, start)
        start += _HEAD.size
        if length > len(data) - start:
            raise DamagedChunk("a record in it is cut off")
        yield opcode, view[start : start + length]
        start += length


def unpack(record: bytes) -> bytes:
    """Return the records of a chunk as bytes; raise DamagedChunk or OversizedRecord."""
    try:
        _, _, size, checksum, named = _CHUNK.unpack_from(record)
        start = _CHUNK.size + named
        compression = str(record[_CHUNK.size : start], "utf-8", "replace")
        (length,) = _LENGTH.unpack_from(record, start)
    except struct.error:
        raise DamagedChunk("its head is cut off") from None
    start += _LENGTH.size
    if size > LARGEST:
        raise OversizedRecord(f"unpacked it has {size:,} bytes, and {LARGEST:,} is the most")
    if length > len(record) - start:
        raise DamagedChunk("its content is cut off")
    try:
        data = _unpacked(compression, memoryview(record)[start : start + length], size)
    except (zstandard.ZstdError, RuntimeError):  # the one of zstd, the other of lz4
        raise DamagedChunk("its content cannot be unpacked") from None
    if len(data) != size:
        raise DamagedChunk(f"unpacked it has {len(data):,} bytes, and says {size:,}")
    if checksum and zlib.crc32(data) != checksum:
        raise DamagedChunk("its checksum is another")
    return data


def _unpacked(compression: str, packed: memoryview, size: int) -> bytes:
    """Unpack at most so many bytes, or one more where there are more."""
    if compression == "zstd":
        return _zstd(packed, size)
    if compression == "lz4":
        data: bytes = lz4.frame.LZ4FrameDecompressor().decompress(packed, max_length=size + 1)
        return data
    if compression:
        raise DamagedChunk(f'it is packed by "{compression[:20]}", and not by zstd or lz4')
    return bytes(packed)


def _zstd(packed: memoryview, size: int) -> bytes:
    """Unpack a frame, which may state its size itself: that is then what the library reserves."""
    stated = zstandard.frame_content_size(packed)
    if stated not in (-1, size):
        raise DamagedChunk(f"unpacked it has {stated:,} bytes, and says {size:,}")
    return zstandard.ZstdDecompressor().decompress(packed, max_output_size=size) if size else b""
