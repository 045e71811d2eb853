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

``uv run models/blazepose_lite/export.py``

What only its mask, its heat maps and its answer in metres need is left out: half of its time.

``tflite.py`` says how. Needs ``npm`` on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from packages import from_npm  # noqa: E402
from tflite import Published, export  # noqa: E402

PACKAGE = "@mediapipe/pose@0.5.1675469404"
NETWORKS = {
    "model": Published(
        "pose_landmark_lite.tflite",
        "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
        "input_1",
        {"Identity": "points", "Identity_1": "presence"},
    ),
}

if __name__ == "__main__":
    export(HERE, __doc__, from_npm, PACKAGE, NETWORKS)
