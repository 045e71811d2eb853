# /// script
# requires-python = "==3.11.*"
# dependencies = [
#     "tensorflow-cpu==2.15.1",
#     "tf2onnx==1.16.1",
#     "onnx==1.16.2",
#     "numpy==1.26.4",
# ]
# ///
"""Make ``palm.onnx`` and ``hand.onnx`` again, from the published PyPI package.

``uv run models/build/hands_full/export.py``

What only its answer in metres needs is left out of the hand.

``tflite.py`` says how. Needs ``uv`` on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from packages import from_pypi  # noqa: E402
from tflite import Published, export  # noqa: E402

PACKAGE = "mediapipe==0.10.21"
NETWORKS = {
    "palm": Published(
        "mediapipe/modules/palm_detection/palm_detection_full.tflite",
        "1b14e9422c6ad006cde6581a46c8b90dd573c07ab7f3934b5589e7cea3f89a54",
        "input_1",
        {"Identity": "boxes", "Identity_1": "scores"},
    ),
    "hand": Published(
        "mediapipe/modules/hand_landmark/hand_landmark_full.tflite",
        "11c272b891e1a99ab034208e23937a8008388cf11ed2a9d776ed3d01d0ba00e3",
        "input_1",
        {"Identity": "points", "Identity_1": "presence", "Identity_2": "handedness"},
    ),
}

if __name__ == "__main__":
    export(HERE, __doc__, from_pypi, PACKAGE, NETWORKS)
