"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/multistyle26/vector.py``

A picture of ``parity.npz`` in a mix of two looks, and how the published network paints it, rounded
to a sixteenth of what its card tolerates so that it stays small. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.vector import write_vector

HERE = Path(__file__).parent
MIX = 2
STEPS = np.float32(8192)
"""How many steps there are from 0 to 1."""


def main() -> None:
    """Take it out of what parity.py stored."""
    with np.load(HERE / "parity.npz") as stored:
        picture = stored["pictures"][MIX].transpose(2, 0, 1)[None].astype(np.float32) / 255
        inputs = {"image": picture, "style_weights": stored["weights"][MIX]}
        painting = np.round(stored["paintings"][MIX] * STEPS) / STEPS
    file = HERE / "vector.npz"
    write_vector(file, inputs, {"stylized": painting[None]})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
