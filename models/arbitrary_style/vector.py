"""Write ``vector.npz``, the test vector that a provider other than the CPU is held to.

``uv run python models/arbitrary_style/vector.py``

A picture of ``parity.npz`` in the mean of two styles, and a painting in two tones and its style, as
the networks here answer on the CPU. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np

from engine.inference.session import open_sessions

HERE = Path(__file__).parent


def main() -> None:
    """Take it out of what parity.py stored."""
    sessions = open_sessions(HERE.name)
    with np.load(HERE / "parity.npz") as stored:
        style = stored["styles"][:2].mean(0).astype(np.float16)
        picture = stored["picture"].transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
        dark_or_light = stored["painting"].transpose(2, 0, 1)[None] > stored["painting"].mean()
    inputs = {
        "paint": {"image": picture.astype(np.float16), "style": style},
        "read": {"picture": dark_or_light.astype(np.uint8)},
    }
    arrays: dict[str, np.ndarray] = {}
    for role, given in inputs.items():
        begins = "" if role == "paint" else f"{role}."
        arrays |= {f"{begins}in.{name}": array for name, array in given.items()}
        exact = {name: array.astype(np.float32) for name, array in given.items()}
        answers = sessions[role].run_by_name(**exact)
        arrays |= {f"{begins}out.{name}": array for name, array in answers.items()}
    file = HERE / "vector.npz"
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    data = file.read_bytes()
    print(f"{file}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
