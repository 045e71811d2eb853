"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/silero_vad/vector.py``

Two steps of the first voice in ``parity.npz``, and what our network answers to the second on the
CPU, which parity.py found to be the package's answer within 4e-7. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
STEP, CONTEXT = 512, 64
BEGIN = 8 * STEP


def main() -> None:
    """Take the sound out of what parity.py stored, and ask the network."""
    with np.load(HERE / "parity.npz") as stored:
        sound = (stored["sounds"][0] / 32768).astype(np.float32)
    session = open_session(str(HERE))
    state = np.zeros((2, 1, 128), np.float32)
    first = sound[BEGIN - CONTEXT : BEGIN + STEP][None]
    state = session.run_by_name(input=first, state=state)["state_after"]
    inputs = {"input": sound[BEGIN + STEP - CONTEXT : BEGIN + 2 * STEP][None], "state": state}
    file = HERE / "vector.npz"
    write_vector(file, inputs, session.run_by_name(**inputs))
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
