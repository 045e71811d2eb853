"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/enlarge2x/vector.py``

A drawn scene of edges each way and of texture, and what the network adds to it on the CPU, rounded
so that it stays small. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
WIDTH, HEIGHT = 56, 40
STEPS = np.float32(4096)


def main() -> None:
    """Draw, and ask the network."""
    scene = np.tile(np.linspace(200, 60, WIDTH, dtype=np.float32), (HEIGHT, 1))
    cv2.circle(scene, (18, 18), 12, 235.0, -1, cv2.LINE_AA)
    for turn in range(6):
        end = int(42 + 14 * np.cos(turn * np.pi / 6)), int(20 + 14 * np.sin(turn * np.pi / 6))
        cv2.line(scene, (42, 20), end, 20.0, 1, cv2.LINE_AA)
    scene[30:] += np.random.default_rng(0).normal(0, 12, (HEIGHT - 30, WIDTH)).astype(np.float32)
    luma = (np.round(np.clip(scene, 0, 255)) / 255).astype(np.float16)[None, None]
    (found,) = open_session(str(HERE)).run(luma=luma.astype(np.float32))
    file = HERE / "vector.npz"
    write_vector(file, {"luma": luma}, {"added": np.round(found * STEPS) / STEPS})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
