"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/selfie_segmentation/vector.py``

A picture of ``parity.npz`` in nine tones, which is small, and what the network here answers to it
on the CPU. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_session
from engine.inference.vector import write_vector

HERE = Path(__file__).parent
WALKING = 2
TONES = 8


def main() -> None:
    """Take it out of what parity.py stored."""
    with np.load(HERE / "parity.npz") as stored:
        planes = stored["pictures"][WALKING].transpose(2, 0, 1)[None].astype(np.float32) / 255
    image = (np.round(planes * TONES) / TONES).astype(np.float16)
    (mask,) = open_session(HERE.name).run(image=image.astype(np.float32))
    file = HERE / "vector.npz"
    write_vector(file, {"image": image}, {"mask": np.round(mask * 4096) / np.float32(4096)})
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
