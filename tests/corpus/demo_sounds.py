"""Make the sounds of the patch sound_map again, and their map.

``python -m tests.corpus.demo_sounds`` does, with the extra "learn".

Six drums of each kind and six of each kind of tone, drawn here: they are nobody's but ours.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from engine.corpus.build import build_corpus

FOLDER: Final = Path(__file__).parents[2] / "patches" / "sound_map"
RATE: Final = 16000
EACH: Final = 6

Sound = NDArray[np.float64]
Random = np.random.Generator


def time(seconds: float) -> Sound:
    return np.arange(int(seconds * RATE)) / RATE


def kick(rng: Random) -> Sound:
    t = time(0.25)
    fall = rng.uniform(20, 60)
    turns = rng.uniform(42, 65) * t + rng.uniform(1, 3) * (1 - np.exp(-fall * t))
    return np.sin(2 * np.pi * turns) * np.exp(-t / rng.uniform(0.05, 0.1))


def snare(rng: Random) -> Sound:
    t = time(0.18)
    rattle = rng.normal(0, 0.4, len(t)) * np.exp(-t / rng.uniform(0.03, 0.06))
    return rattle + 0.6 * np.sin(2 * np.pi * rng.uniform(160, 230) * t) * np.exp(-t / 0.04)


def hat(rng: Random) -> Sound:
    t = time(0.1)
    return np.diff(rng.normal(0, 0.5, len(t) + 1)) * np.exp(-t / rng.uniform(0.008, 0.03))


def pluck(rng: Random) -> Sound:
    t = time(0.35)
    hz = 110 * 2 ** (rng.integers(0, 24) / 12)
    parts = (np.sin(2 * np.pi * k * hz * t) * np.exp(-t * k * 5) / k for k in range(1, 7))
    return 0.5 * np.sum([*parts], axis=0)


def bell(rng: Random) -> Sound:
    t = time(0.35)
    hz = rng.uniform(500, 1200)
    parts = ((1, 1.0), (2.76, 0.5), (5.4, 0.3))
    return (
        0.4
        * np.sum([a * np.sin(2 * np.pi * k * hz * t) for k, a in parts], axis=0)
        * np.exp(-t / 0.12)
    )


def whoop(rng: Random) -> Sound:
    t = time(0.3)
    low, high = rng.uniform(200, 500), rng.uniform(900, 2000)
    turns = np.cumsum(low + (high - low) * t / t[-1]) / RATE
    return 0.5 * np.sin(2 * np.pi * turns) * np.sin(np.pi * t / t[-1])


KINDS: Final[dict[str, Callable[[Random], Sound]]] = {
    each.__name__: each for each in (kick, snare, hat, pluck, bell, whoop)
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for number, (name, make) in enumerate(KINDS.items()):
        for one in range(EACH):
            sound = make(np.random.default_rng([number, one]))
            sound = 0.7 * sound / np.abs(sound).max()
            soundfile.write(FOLDER / f"{name}_{one + 1}.flac", sound, RATE, "PCM_16")
    built = build_corpus(FOLDER, FOLDER.with_suffix(".corpus"), None, lambda *_: None)
    print(built.corpus.layout, built.left_out)


if __name__ == "__main__":
    main()
