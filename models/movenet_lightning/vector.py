"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/movenet_lightning/vector.py``

The drawn figure of ``parity.npz``, which is small, and what the published graph answers to it.
Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.vector import write_vector

HERE = Path(__file__).parent
FIGURE = 3


def main() -> None:
    """Take it out of what parity.py stored."""
    with np.load(HERE / "parity.npz") as stored:
        inputs = {"image": stored["pictures"][FIGURE][None]}
        outputs = {"joints": stored["joints"][FIGURE][None, None]}
    file = HERE / "vector.npz"
    write_vector(file, inputs, outputs)
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
