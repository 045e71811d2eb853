"""Folders of sounds that are made here: tones of two kinds, and what is none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

RATE = 16000


def tone(hz: float, seconds: float = 0.3) -> np.ndarray:
    """Return a tone that dies away."""
    time = np.arange(int(seconds * RATE)) / RATE
    return 0.5 * np.sin(2 * np.pi * hz * time) * np.exp(-time * 3)


def hiss(seed: int, seconds: float = 0.3) -> np.ndarray:
    """Return a hiss."""
    return np.random.default_rng(seed).normal(0, 0.1, int(seconds * RATE))


def fill(folder: Path, each: int = 5) -> None:
    """Write tones and hisses into a folder, and hisses into one within it."""
    (folder / "more").mkdir(parents=True)
    for number in range(each):
        soundfile.write(folder / f"tone{number}.wav", tone(300 + 40 * number), RATE)
        soundfile.write(folder / "more" / f"hiss{number}.flac", hiss(number), RATE)
