"""A phrase as a voice has spoken it."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import DeviceError

_FULL: Final = 32768.0


class SpokenWord(NamedTuple):
    """A word in the phonetic alphabet (IPA), and when it sounds, in seconds."""

    ipa: str
    begin: float
    end: float


class Spoken(NamedTuple):
    """Sound, float32 (n,), -1 to 1, its rate in Hz, and its words as far as they are known."""

    sound: NDArray[np.float32]
    rate: int
    words: tuple[SpokenWord, ...]


def read_wav(data: bytes) -> tuple[NDArray[np.float32], int]:
    """Return the sound of a WAVE of 16 bits, and its rate in Hz; of two channels the first.

    How long it says that it is does not count: into a pipe nobody can write that. Raise DeviceError
    for anything else.
    """
    rate = channels = bits = 0
    place = 12
    while data[:4] == b"RIFF" and place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        place += 8
        if name == b"fmt " and place + 16 <= len(data):
            _, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", data, place)
        elif name == b"data" and bits == 16 and channels:
            body = data[place : place + size]
            whole = len(body) // (2 * channels) * 2 * channels
            samples = np.frombuffer(body[:whole], "<i2").reshape(-1, channels)[:, 0]
            return samples.astype(np.float32) / np.float32(_FULL), rate
        place += size + size % 2
    raise DeviceError("the voice gave no sound")
