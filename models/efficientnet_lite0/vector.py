"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/efficientnet_lite0/vector.py``

A picture of ``parity.npz``, made smaller, and what the four networks answer to it on the CPU; what
the published network answers is in ``parity.npz``. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_sessions

HERE = Path(__file__).parent
LAYERS, LAYER = 17, 3
KEPT = ("features", "classes")
"""What is kept of the network that looks: all of it would be large."""


def main() -> None:
    """Ask the networks on the CPU and store what they answer."""
    with np.load(HERE / "parity.npz") as stored:
        picture = stored["pictures"][0][32:64, 32:96]
    image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    wish = {
        "wanted": np.eye(LAYERS, dtype=np.float32)[LAYER - 1],
        "depth": np.array(LAYER),
        "neuron": np.array(0),
    }
    inputs = {"network": {}, "dream": wish, "edges": {}, "embedding": {}}
    arrays = {}
    for role, session in open_sessions(str(HERE)).items():
        begins = "" if role == "network" else f"{role}."
        asked = {"image": image, **inputs[role]}
        answers = session.run_by_name(**asked)
        arrays |= {f"{begins}in.{name}": array for name, array in asked.items()}
        kept = KEPT if role == "network" else tuple(answers)
        arrays |= {f"{begins}out.{name}": answers[name] for name in kept}
    file = HERE / "vector.npz"
    np.savez_compressed(file, **arrays)
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
