"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/swift_f0/vector.py``

A quarter of a second of the glide in ``parity.npz``, and what our network answers to it on the CPU,
which parity.py found to be the package's answer to the last bit. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
GLIDE = 0
SAMPLES = 4096
LOWEST, HIGHEST = 46.875, 2093.75


def main() -> None:
    """Take the sound out of what parity.py stored, and ask the network."""
    with np.load(HERE / "parity.npz") as stored:
        sound = stored["sounds"][GLIDE, :SAMPLES]
    inputs = {
        "audio": (sound / 32768).astype(np.float32)[None],
        "fmin": np.asarray(LOWEST, np.float32),
        "fmax": np.asarray(HIGHEST, np.float32),
    }
    file = HERE / "vector.npz"
    write_vector(file, inputs, open_session(str(HERE)).run_by_name(**inputs))
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
