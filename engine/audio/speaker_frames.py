"""What a show writes to the process that plays, beside what every device process does."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.system.device_process import OPENED
from engine.system.framing import pack_frame

PLAY: Final = b"p"
"""A block of a cable (``pack_play``)."""
LEVELS: Final = b"v"
"""Volume, place and fade (``pack_levels``)."""
SILENCE: Final = b"x"
"""A cable breaks off, or all (``pack_silence``)."""
NOTICE: Final = b"n"
"""What is wrong, though it plays."""

MOST: Final = 1 << 13
"""Samples of one frame at most; a longer block is several."""
_PLAY: Final = struct.Struct("<hIqq")
_LEVELS: Final = struct.Struct("<fff")
_CABLE: Final = struct.Struct("<h")
_OPENED: Final = struct.Struct("<If")


class PlayedBlock(NamedTuple):
    """A block on its way to the device: which cable's, its rate in Hz, its place and moment."""

    cable: int
    rate: int
    start: int
    at: int
    samples: NDArray[np.float32]


def pack_play(block: PlayedBlock) -> Iterator[bytes]:
    """Yield the frames of a block."""
    count = len(block.samples)
    for begin in range(0, max(count, 1), MOST):
        part = block.samples[begin : begin + MOST]
        head = _PLAY.pack(block.cable, block.rate, block.start + begin, block.at)
        yield pack_frame(PLAY, head, np.ascontiguousarray(part, np.float32).tobytes())


def unpack_play(payload: bytes) -> PlayedBlock:
    """Return a block; raise struct.error or ValueError for a payload of another layout."""
    cable, rate, start, at = _PLAY.unpack_from(payload)
    samples = np.frombuffer(payload, np.float32, offset=_PLAY.size)
    return PlayedBlock(cable, rate, start, at, samples)


def pack_levels(volume: float, pan: float, fade: float) -> bytes:
    """Return the frame of a volume of 0 to 1, a place of -1 to 1, and a fade in seconds."""
    return pack_frame(LEVELS, _LEVELS.pack(volume, pan, fade))


def unpack_levels(payload: bytes) -> tuple[float, float, float]:
    """Return volume, place and fade."""
    volume, pan, fade = _LEVELS.unpack(payload)
    return volume, pan, fade


def pack_silence(cable: int = -1) -> bytes:
    """Return the frame that breaks off a cable, or all."""
    return pack_frame(SILENCE, _CABLE.pack(cable))


def unpack_silence(payload: bytes) -> int:
    """Return which cable."""
    (cable,) = _CABLE.unpack(payload)
    return int(cable)


def pack_open(name: str, rate: int, latency: float) -> bytes:
    """Return the frame of a device that is open: its rate in Hz, and its own delay in seconds."""
    return pack_frame(OPENED, _OPENED.pack(rate, latency), name.encode())


def unpack_open(payload: bytes) -> tuple[str, int, float]:
    """Return the name, the rate in Hz and the delay in seconds of a device that is open."""
    rate, latency = _OPENED.unpack_from(payload)
    return payload[_OPENED.size :].decode("utf-8", "replace"), rate, latency
