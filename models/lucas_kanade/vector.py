"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/lucas_kanade/vector.py``

A texture that turns and moves, and the flow that the network finds on the CPU, rounded so that it
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
SIZE = (96, 64)
STEPS = np.float32(512)


def main() -> None:
    """Draw, and ask the network."""
    noise = np.random.default_rng(4).uniform(0, 255, (SIZE[1], SIZE[0])).astype(np.float32)
    before = cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2), None, 0, 255, cv2.NORM_MINMAX)
    turn = cv2.getRotationMatrix2D((48, 32), 4, 1.0)
    turn[:, 2] += (2, -1)
    after = cv2.warpAffine(before, turn, SIZE, borderMode=cv2.BORDER_REFLECT)
    pictures = [np.round(one).astype(np.uint8) for one in (before, after)]
    inputs = {
        name: one[None, None].astype(np.float32) / np.float32(255)
        for name, one in zip(("before", "after"), pictures, strict=True)
    }
    found = open_session(str(HERE)).run_by_name(**inputs)
    outputs = {name: np.round(one * STEPS) / STEPS for name, one in found.items()}
    file = HERE / "vector.npz"
    write_vector(file, inputs, outputs)
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
