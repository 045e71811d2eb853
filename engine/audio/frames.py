"""What a capture process writes, beside what every device process does (system/device_process)."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Ns
from engine.system.device_process import OPENED
from engine.system.framing import pack_frame

SOUND: Final = b"s"
"""One block of samples (``pack_sound``)."""
NOTICE: Final = b"n"
"""What is wrong with the device, which goes on."""

_STAMP: Final = struct.Struct("<qq")
_RATE: Final = struct.Struct("<I")


def pack_sound(samples: NDArray[np.float32], at: int, start: int) -> bytes:
    """Return the frame of a block: mono ``samples``, captured at ``at`` ns, counted from ``start``.

    ``samples`` may be a view of every n-th value; it is copied.
    """
    return pack_frame(SOUND, _STAMP.pack(at, start), samples.tobytes())


def unpack_sound(payload: bytes) -> tuple[NDArray[np.float32], Ns, int]:
    """Return the samples of a block, a view of ``payload``, with their ``at`` and ``start``.

    Raise ValueError or struct.error for a payload of another layout.
    """
    at, start = _STAMP.unpack_from(payload)
    return np.frombuffer(payload, np.float32, offset=_STAMP.size), Ns(at), start


def pack_opened(name: str, rate: int) -> bytes:
    """Return the frame of a device that is open: its name and its sample rate in Hz."""
    return pack_frame(OPENED, _RATE.pack(rate), name.encode())


def unpack_opened(payload: bytes) -> tuple[str, int]:
    """Return the name and the sample rate in Hz of a device that is open."""
    (rate,) = _RATE.unpack_from(payload)
    return payload[_RATE.size :].decode("utf-8", "replace"), rate
