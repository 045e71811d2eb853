"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/sound_classes/vector.py``

The features of a second of drawn claps, and what the network answers to them on the CPU. Prints the
SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.dsp.audio.sound_features import WINDOW, sound_features
from engine.inference.session import open_session
from engine.inference.vector import write_vector
from engine.lab.bench.class_sounds import claps

HERE = Path(__file__).parent


def main() -> None:
    """Draw, and ask the network."""
    sound = claps(np.random.default_rng(9))[:WINDOW].astype(np.float32)
    inputs = {"features": sound_features(sound)[None]}
    file = HERE / "vector.npz"
    write_vector(file, inputs, open_session(str(HERE)).run_by_name(**inputs))
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
