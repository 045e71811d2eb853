"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/nanodet/vector.py``

A coarse picture, and the scores that our network gives it on the CPU, to three places: so it takes
little room. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
SIDE, COARSE = 416, 13


def main() -> None:
    """Draw a picture and ask the network."""
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (3, COARSE, COARSE)).astype(np.float32)
    image = np.kron(small, np.ones((SIDE // COARSE, SIDE // COARSE), np.float32))[None]
    file = HERE / "vector.npz"
    scores = open_session(str(HERE)).run_by_name(image=image)["scores"]
    given = {"image": image.astype(np.uint8)}
    write_vector(file, given, {"scores": np.round(scores, 3).astype(np.float16)})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
