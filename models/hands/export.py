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

``uv run models/hands/export.py``

What only its answer in metres needs is left out of the hand. Weights are stored in ten bits.

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
    "palm": Published(
        "mediapipe/modules/palm_detection/palm_detection_lite.tflite",
        "e9a4aaddf90dda56a87235303cf00e4c2d3fb28725f68fd88772997dac905c18",
        "input_1",
        {"Identity": "boxes", "Identity_1": "scores"},
    ),
    "hand": Published(
        "mediapipe/modules/hand_landmark/hand_landmark_lite.tflite",
        "048edd3645c9bf7397d19a9f6e3a42957d6e414c9bea6598030a2e9b624156e6",
        "input_1",
        {"Identity": "points", "Identity_1": "presence", "Identity_2": "handedness"},
    ),
}

if __name__ == "__main__":
    export(HERE, __doc__, from_pypi, PACKAGE, NETWORKS, bits=10)
