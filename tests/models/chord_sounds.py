"""Chords played by instruments that were drawn, none of which anything was tuned on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block

RATE = 22050

Sound = NDArray[np.float64]


def _plucked(hz: float, time: Sound) -> Sound:
    parts = (np.sin(2 * np.pi * k * hz * time) * np.exp(-1.5 * k**0.5 * time) / k for k in KS)
    return np.sum([*parts], axis=0)


def _organ(hz: float, time: Sound) -> Sound:
    rise = np.minimum(1.0, time / 0.02)
    return rise * np.sum([np.sin(2 * np.pi * k * hz * time) / k for k in (1, 2, 3, 4, 6)], axis=0)


def _reed(hz: float, time: Sound) -> Sound:
    rise = np.minimum(1.0, time / 0.03)
    return rise * np.sum([np.sin(2 * np.pi * k * hz * time) / k for k in (1, 3, 5, 7)], axis=0)


KS = range(1, 10)
TIMBRES: dict[str, Callable[[float, Sound], Sound]] = {
    "plucked": _plucked,
    "organ": _organ,
    "reed": _reed,
}


def chord(notes: Sequence[int], seconds: float, timbre: str = "plucked", rate: int = RATE) -> Sound:
    """Return notes that begin together and fade at the end."""
    time = np.arange(round(seconds * rate)) / rate
    tones = [TIMBRES[timbre](440.0 * 2 ** ((note - 69) / 12), time) for note in notes]
    fade = np.minimum(1.0, (seconds - time) / 0.03)
    return np.sum(tones, axis=0) * fade * 0.3 / len(notes)


def silence(seconds: float, rate: int = RATE) -> Sound:
    return np.zeros(round(seconds * rate))


def blocks(sound: Sound, rate: int = RATE, size: int = 441, start: int = 0) -> Iterator[Block]:
    for begin in range(0, len(sound), size):
        yield Block(sound[begin : begin + size].astype(np.float32), rate, start + begin)


def listen(box: Any, sound: Sound, rate: int = RATE, size: int = 441) -> list[tuple[float, Any]]:
    """Return what a box says, each with the second of the newest sample."""
    return [
        ((block.start + len(block.samples)) / rate, told)
        for block in blocks(sound, rate, size)
        for told in box.process(block)
    ]
