"""Hears notes with what the program ``aubionotes`` runs: aubio's own notes, as it comes.

It knows nothing of the engine. Run: python note_peers.py SOUNDS, an npz file of ``s0``, ``s1`` ...
float32 (n,) at 48 kHz. It prints, as JSON, for each sound a list of [second, note], the second
being that of the last sample it had heard.
"""
# mypy: ignore-errors

from __future__ import annotations

import json
import sys

import numpy as np
from numpy.typing import NDArray

RATE = 48000
FRAME, HOP = 2048, 512
"""As ``aubionotes`` has them."""


def hear(samples: NDArray[np.float32]) -> list[list[float]]:
    """Return [second, note] of each note that begins."""
    import aubio

    detect = aubio.notes("default", FRAME, HOP, RATE)
    said = []
    for start in range(0, len(samples) - HOP + 1, HOP):
        note, velocity, _ = (float(each) for each in detect(samples[start : start + HOP]))
        if note > 0 and velocity > 0:
            said.append([(start + HOP) / RATE, round(note)])
    return said


if __name__ == "__main__":
    with np.load(sys.argv[1]) as sounds:
        print(json.dumps([hear(sounds[f"s{place}"]) for place in range(len(sounds.files))]))
