"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/beatnet/vector.py``

The first frames of ``parity.npz``, and what our network answers to them on the CPU, which parity.py
compared with the published one. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
FRAMES = 16


def main() -> None:
    """Take the features out of what parity.py stored, and ask the network."""
    with np.load(HERE / "parity.npz") as stored:
        features = stored["features"][None, :FRAMES]
    rest = np.zeros((6, 1, 150), np.float32)
    inputs = {"features": features, "h": rest, "c": rest}
    file = HERE / "vector.npz"
    write_vector(file, inputs, open_session(str(HERE)).run_by_name(**inputs))
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
