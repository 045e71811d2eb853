# /// script
# requires-python = "==3.11.*"
# dependencies = [
#     "tensorflow-cpu==2.15.1",
#     "tf2onnx==1.16.1",
#     "onnx==1.16.2",
#     "numpy==1.26.4",
# ]
# ///
"""Make ``detector.onnx`` and ``mesh.onnx`` again, from the published PyPI package.

``uv run models/face_mesh/export.py``

Three steps; together they give the same bytes every time:

1. ``uv pip install --no-deps`` fetches the package, and what is used of it is checked against its
   SHA-256.
2. Each network is converted by tf2onnx (opset 17); the picture comes with its colours apart, as the
   network works on it.
3. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact, and
   nodes and tensors are put in one order.

Why float16 costs nothing here: the publisher had already rounded the weights to float16.

Needs ``uv`` on the path. TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from packages import from_pypi  # noqa: E402
from tfjs import write  # noqa: E402
from tflite import convert  # noqa: E402

PACKAGE = "mediapipe==0.10.21"
NETWORKS = {
    "detector": (
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        "input",
        {"regressors": "boxes", "classificators": "scores"},
    ),
    "mesh": (
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        "input_1",
        {"conv2d_21": "points", "conv2d_31": "presence"},
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
        from_pypi(folder, PACKAGE, {path: sha for path, sha, *_ in NETWORKS.values()})
        for name, (path, _, image, outputs) in NETWORKS.items():
            model = convert(folder / Path(path).name, name, image, outputs)
            write(model, name, out / f"{name}.onnx")


if __name__ == "__main__":
    main()
