"""What a published graph of TensorFlow.js answers: for the scripts that compare one with ours.

Needs ``node`` and ``npm``.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

TFJS = "@tensorflow/tfjs@4.22.0"
SCRIPT = Path(__file__).with_suffix(".js")


def published(
    graph: Path, pictures: NDArray[np.uint8], kind: Literal["int32", "float32"]
) -> NDArray[np.float32]:
    """Run a graph in node on square pictures, uint8 (n, side, side, 3); return its answers (n, m).

    It takes their numbers as they are, or, as ``float32``, from 0 to 1.
    """
    count, side = pictures.shape[:2]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / SCRIPT.name).write_text(SCRIPT.read_text())
        (folder / "pictures").write_bytes(pictures.tobytes())
        subprocess.run(["npm", "install", "--silent", TFJS], cwd=folder, check=True)
        files = [str(graph.resolve()), "pictures", "answers"]
        subprocess.run(["node", SCRIPT.name, *files, str(side), kind], cwd=folder, check=True)
        return np.fromfile(folder / "answers", np.float32).reshape(count, -1)
