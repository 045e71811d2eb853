"""Makes sounds for tests of the boxes that listen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from engine.core.messages import Block

RATE = 48000
BAD = {
    "silence": np.zeros(RATE),
    "DC": np.full(RATE, 0.7),
    "NaN": np.full(RATE, np.nan),
    "infinite": np.full(RATE, np.inf),
    "huge": np.full(RATE, -1e38),
}


def sine(hz: float, seconds: float = 1.0, level: float = 0.5, rate: int = RATE) -> Any:
    return level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)


def blocks(sound: Any, size: int = 256, rate: int = RATE, first: int = 0) -> Iterator[Block]:
    for start in range(0, len(sound), size):
        yield Block(np.asarray(sound[start : start + size], np.float32), rate, first + start)


def strokes(seed: int, seconds: float) -> tuple[Any, list[float]]:
    """Draw thuds, hisses, plucked and blown notes at random moments; gives when they begin."""
    rng = np.random.default_rng(seed)
    sound = rng.normal(0, 0.002, round(seconds * RATE))
    time = np.arange(round(0.3 * RATE)) / RATE
    moment, begins = 0.5, []
    while moment < seconds - 0.5:
        tone = sum(
            np.sin(2 * np.pi * 220 * 2 ** rng.uniform(0, 2) * k * time) / k for k in (1, 2, 3)
        )
        kinds = (
            np.sin(2 * np.pi * (50 * time + 8 * (1 - np.exp(-30 * time)))) * np.exp(-12 * time),
            rng.normal(size=len(time)) * np.exp(-25 * time),
            0.5 * tone * np.exp(-6 * time),
            0.5 * tone * np.minimum(time / 0.01, 1) * np.minimum((0.3 - time) / 0.05, 1),
        )
        start = round(moment * RATE)
        sound[start : start + len(time)] += 10 ** rng.uniform(-1.2, -0.3) * kinds[rng.integers(4)]
        begins.append(start / RATE)
        moment += rng.uniform(0.12, 0.6)
    return sound, begins
