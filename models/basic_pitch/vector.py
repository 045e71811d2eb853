"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/basic_pitch/vector.py``

The sound in ``parity.npz``, and what our network answers to it on the CPU, which parity.py found to
be the package's answer. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent


def main() -> None:
    """Take the sound out of what parity.py stored, and ask the network."""
    with np.load(HERE / "parity.npz") as stored:
        inputs = {"audio": (stored["sound"] / 32768).astype(np.float16).reshape(1, -1, 1)}
    session = open_session(str(HERE))
    answers = session.run_by_name(audio=inputs["audio"].astype(np.float32))
    file = HERE / "vector.npz"
    write_vector(file, inputs, {"frame": answers["frame"].round(4)})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
