"""How long a sound file says that it is, by its header alone.

A file that was cut off plays up to there, and libsndfile takes what is there for all: only the
header knows of more. Recorders that write into a pipe, or that lose their power, leave a length of
nothing or of all that fits: that says nothing, and is no damage.

RIFF and WAVE: Microsoft and IBM, 1991; RF64: EBU Tech 3306; AIFF and AIFF-C: Apple, 1991; Wave64:
Sony, 2003; AU: Sun; CAF: Apple, 2005.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple

from engine.core.errors import UnreadableFile
from engine.core.files import open_file

_MOST_CHUNKS: Final = 1000
_HEAD: Final = 256
"""Bytes that are read of a chunk; those that matter are shorter."""
_AU_BITS: Final = {1: 8, 2: 8, 3: 16, 4: 24, 5: 32, 6: 32, 7: 64, 27: 8}
"""Bits of a sample by the encoding of an AU file."""
_UNKNOWN_32: Final = ((0, 0), (0x7FFF_0000, 0x8000_0100), (0xFFFF_FF00, 0xFFFF_FFFF))
"""Sizes that mean nothing: what sox, arecord, ffmpeg and others write where they do not know."""


class DeclaredSound(NamedTuple):
    """What a header says: seconds, None where it does not say; and whether it leaves it open."""

    seconds: float | None = None
    unfinished: bool = False


def read_declared(path: Path) -> DeclaredSound:
    """Return what the header of a sound file declares; nothing for what has no such header."""
    try:
        with open_file(path) as stream:
            return _declared(stream)
    except (UnreadableFile, OSError, struct.error, ZeroDivisionError, OverflowError):
        return DeclaredSound()


def _declared(stream: IO[bytes]) -> DeclaredSound:
    magic = stream.read(4)
    if magic in (b"RIFF", b"RF64", b"BW64", b"RIFX"):
        return _riff(stream, ">" if magic == b"RIFX" else "<")
    if magic == b"FORM":
        return _aiff(stream)
    if magic == b".snd":
        return _au(stream.read(20))
    if magic == b"caff":
        return _caf(stream)
    return _wave64(stream) if magic == b"riff" else DeclaredSound()


class _Chunk(NamedTuple):
    name: bytes
    size: int
    head: bytes


def _chunks(stream: IO[bytes], begin: int, form: str, pad: int = 2) -> Iterator[_Chunk]:
    """Yield the chunks from a position on; ``form`` is that of name and size."""
    layout = struct.Struct(form)
    for _ in range(_MOST_CHUNKS):
        stream.seek(begin)
        head = stream.read(layout.size)
        if len(head) < layout.size:
            return
        name, size = layout.unpack(head)
        if form == _WAVE64:
            size -= layout.size  # its sizes count the head too
        if size < 0 and name != b"data":
            return
        yield _Chunk(name, size, stream.read(min(max(size, 0), _HEAD)))
        begin += layout.size + size + -size % pad


_WAVE64: Final = "<16sq"


def _riff(stream: IO[bytes], order: str) -> DeclaredSound:
    rate = long_size = 0
    for name, size, head in _chunks(stream, 12, f"{order}4sI"):
        if name == b"fmt ":
            (rate,) = struct.unpack_from(f"{order}I", head, 8)  # bytes a second
        elif name == b"ds64":
            (long_size,) = struct.unpack_from("<Q", head, 8)
        elif name == b"data":
            if size == 0xFFFF_FFFF and long_size:
                return DeclaredSound(long_size / rate)
            return _of_size(size, rate)
    return DeclaredSound()


def _of_size(size: int, rate: float) -> DeclaredSound:
    """Return what a 32 bit size says, at so many bytes a second."""
    if any(low <= size <= high for low, high in _UNKNOWN_32):
        return DeclaredSound(None, unfinished=True)
    return DeclaredSound(size / rate)


def _aiff(stream: IO[bytes]) -> DeclaredSound:
    for name, _, head in _chunks(stream, 12, ">4sI"):
        if name == b"COMM":
            _, frames, _, exponent, mantissa = struct.unpack_from(">hIhHQ", head)
            rate = mantissa * 2.0 ** ((exponent & 0x7FFF) - 16383 - 63)  # 80 bit, IEEE 754
            return _of_size(frames, rate)
    return DeclaredSound()


def _au(head: bytes) -> DeclaredSound:
    _, size, encoding, rate, channels = struct.unpack(">IIIII", head)
    bits = _AU_BITS.get(encoding)
    return _of_size(size, bits * rate * channels / 8) if bits else DeclaredSound()


def _caf(stream: IO[bytes]) -> DeclaredSound:
    rate = 0.0
    for name, size, head in _chunks(stream, 8, ">4sq", pad=1):
        if name == b"desc":
            frames_a_second, _, _, packet, frames = struct.unpack_from(">d4sIII", head)
            rate = frames_a_second * packet / frames  # 0 where packets differ in size
        elif name == b"data":
            if size < 0:
                return DeclaredSound(None, unfinished=True)
            return DeclaredSound((size - 4) / rate)  # an edit count stands before the samples
    return DeclaredSound()


def _wave64(stream: IO[bytes]) -> DeclaredSound:
    rate = 0
    for name, size, head in _chunks(stream, 40, _WAVE64, pad=8):
        if name.startswith(b"fmt "):
            (rate,) = struct.unpack_from("<I", head, 8)
        elif name.startswith(b"data"):
            return DeclaredSound(size / rate if size > 0 else None, unfinished=size <= 0)
    return DeclaredSound()
