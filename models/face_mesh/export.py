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

``tflite.py`` says how. Needs ``uv`` on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from packages import from_pypi  # noqa: E402
from tflite import Published, export  # noqa: E402

PACKAGE = "mediapipe==0.10.21"
NETWORKS = {
    "detector": Published(
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        "input",
        {"regressors": "boxes", "classificators": "scores"},
    ),
    "mesh": Published(
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        "input_1",
        {"conv2d_21": "points", "conv2d_31": "presence"},
    ),
}

if __name__ == "__main__":
    export(HERE, __doc__, from_pypi, PACKAGE, NETWORKS)
