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

What only its mask, its heat maps and its answer in metres need is left out: half of its time.

``tflite.py`` says how. Needs ``npm`` on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from packages import from_npm  # noqa: E402
from tflite import Published, export  # noqa: E402

PACKAGE = "@mediapipe/pose@0.5.1675469404"
NETWORKS = {
    "model": Published(
        "pose_landmark_full.tflite",
        "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        "input_1",
        {"Identity": "points", "Identity_1": "presence"},
    ),
}

if __name__ == "__main__":
    export(HERE, __doc__, from_npm, PACKAGE, NETWORKS)
