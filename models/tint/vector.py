"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/tint/vector.py``

A drawn scene, and the colours that the network makes up for it on the CPU, rounded so that it
stays small. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
WIDTH, HEIGHT = 96, 64
STEPS = np.float32(4096)


def main() -> None:
    """Draw, and ask the network."""
    scene = np.tile(np.linspace(230, 90, HEIGHT, dtype=np.float32)[:, None], (1, WIDTH))
    cv2.rectangle(scene, (0, 44), (WIDTH, HEIGHT), 70.0, -1)
    cv2.circle(scene, (60, 30), 14, 160.0, -1)
    scene += np.random.default_rng(0).normal(0, 4, scene.shape).astype(np.float32)
    luma = (np.round(np.clip(scene, 0, 255)) / 255).astype(np.float16)[None, None]
    (found,) = open_session(str(HERE)).run(luma=luma.astype(np.float32))
    file = HERE / "vector.npz"
    write_vector(file, {"luma": luma}, {"colours": np.round(found * STEPS) / STEPS})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
