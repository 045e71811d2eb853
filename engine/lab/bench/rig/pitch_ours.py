"""Hears sounds with the box ``pitch`` as it is live: 128 samples at a time, every reading counted.

Run: python -m engine.lab.bench.rig.pitch_ours SOUNDS READINGS. Both are npz files: ``s0``, ``s1``
... float32 (n,) at 48 kHz; ``r0``, ``r1`` ... float64 (n, 3): second, Hz or 0, sure or not. It
prints the processor's seconds as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block
from engine.lab.bench.rig.instruments import RATE
from engine.registry import Registry

BLOCK = 128


def box() -> Any:
    """Return a new box, opened if it has to be."""
    made = Registry().find("pitch")()
    if hasattr(made, "open"):
        made.open()
    return made


def hear(
    samples: NDArray[np.float32], rate: int = RATE, block: int = BLOCK, listener: Any = None
) -> NDArray[np.float64]:
    """Return all readings (n, 3) of a sound: the second at which it is given, Hz or 0, sure."""
    listener = listener or box()
    said = []
    for start in range(0, len(samples), block):
        part = samples[start : start + block]
        for pitch in listener.process(Block(part, rate, start)) or ():
            second = (start + len(part)) / rate
            said.append((second, pitch.hz if pitch.on else 0.0, pitch.on and pitch.sure))
    return np.array(said, np.float64).reshape(-1, 3)


def main() -> None:
    """Hear all sounds of a file."""
    sounds, readings = sys.argv[1:]
    with np.load(sounds) as file:
        parts = [file[f"s{number}"] for number in range(len(file.files))]
    hear(np.zeros(RATE // 10, np.float32))
    begun = time.process_time()
    said = {f"r{number}": hear(part) for number, part in enumerate(parts)}
    spent = time.process_time() - begun
    np.savez(readings, **said)  # type: ignore[arg-type]
    print(json.dumps({"cpu": spent}))


if __name__ == "__main__":
    main()
