"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/nanodet/vector.py``

A picture of ``tests/media/jump.mp4``, coarse, and the scores that our network gives it on the CPU,
in steps of 0.002: so it takes little room, though it has 283,920 scores. Prints the SHA-256 for the
card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
NUMBER = 20
SIDE, COARSE = 416, 26
STEPS = 500


def main() -> None:
    """Make the picture and ask the network."""
    capture = cv2.VideoCapture(str(FILM))
    for _ in range(NUMBER + 1):
        _, picture = capture.read()
    height, width = picture.shape[:2]
    square = picture[:, (width - height) // 2 : (width + height) // 2]
    small = cv2.resize(square, (COARSE, COARSE), interpolation=cv2.INTER_AREA).transpose(2, 0, 1)
    image = np.kron(small, np.ones((SIDE // COARSE, SIDE // COARSE), np.uint8))[None]
    file = HERE / "vector.npz"
    scores = open_session(str(HERE)).run_by_name(image=image.astype(np.float32))["scores"]
    rounded = (np.round(scores * STEPS) / STEPS).astype(np.float16)
    write_vector(file, {"image": image.astype(np.uint8)}, {"scores": rounded})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
