"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/enlarge2x/vector.py``

Noise, fine above and soft below, ever stronger from left to right, so that it has points of 74 of
77 classes; and what the network adds to it on the CPU, rounded so that it stays small. None of the
points lies at the border between two classes, where the last bit decides which filter it is given,
and either is right: what is altered by as little as another machine rounds changes no answer.
Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
WIDTH, HEIGHT = 56, 40
STEPS = np.float32(8192)
ROUNDED = 3e-7
"""Five steps of float32 at a half."""
TIMES = 8
SAME = 1e-5


def noise(rng: np.random.Generator) -> NDArray[np.float16]:
    """Return a picture of noise, (1, 1, h, w)."""
    drawn = rng.normal(0, 1, (HEIGHT, WIDTH))
    drawn[HEIGHT // 2 :] = 1.6 * cv2.GaussianBlur(drawn, (0, 0), 1.0)[HEIGHT // 2 :]
    strength = np.geomspace(0.002, 0.25, WIDTH)
    return np.clip(0.5 + drawn * strength, 0, 1).astype(np.float16)[None, None]


def main() -> None:
    """Draw until no point lies at a border, and ask the network."""
    session = open_session(str(HERE))
    rng = np.random.default_rng(0)
    while True:
        luma = noise(rng)
        full = luma.astype(np.float32)
        (found,) = session.run(luma=full)
        altered = (full + rng.normal(0, ROUNDED, full.shape) for _ in range(TIMES))
        answers = [session.run(luma=each.astype(np.float32))[0] for each in altered]
        if max(np.abs(each - found).max() for each in answers) < SAME:
            break
    file = HERE / "vector.npz"
    write_vector(file, {"luma": luma}, {"added": np.round(found * STEPS) / STEPS})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
