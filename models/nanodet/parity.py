"""Store in ``parity.npz`` what the published weights, before they are rounded, find in a film.

``uv run python models/nanodet/parity.py UNROUNDED``, where UNROUNDED is the file that ``export.py``
writes with ``BITS = 0``.

Of pictures 20, 80 and 140 of ``tests/media/jump.mp4``: ``picture`` int64 (n,), ``corners`` float32
(n, 4) in pixels of the square, ``confidences`` (n,) and ``things`` (n,). Prints how ours differ.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from engine.dsp.image.detecting import Boxes, boxes, in_square, overlap

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
NUMBERS = (20, 80, 140)
SIDE, SURE = 416, 0.4


def found(network: Path) -> list[Boxes]:
    """Return what a network finds in each of the pictures."""
    session = onnxruntime.InferenceSession(network)
    capture = cv2.VideoCapture(str(FILM))
    answers = []
    for number in range(max(NUMBERS) + 1):
        _, picture = capture.read()
        if number in NUMBERS:
            square = in_square(np.asarray(picture, np.uint8), SIDE)
            scores, sides = session.run(["scores", "sides"], {"image": square.planes})
            answers.append(boxes(scores[0], sides[0], SIDE, SURE, frozenset()))
    return answers


def main() -> None:
    """Compare, print and store."""
    right, ours = found(Path(sys.argv[1])), found(HERE / "model.onnx")
    for one, other in zip(right, ours, strict=True):
        for box, sure in zip(one.corners, one.confidences, strict=True):
            shared = overlap(box, other.corners)
            near = int(shared.argmax())
            print(
                f"overlap {shared[near]:.3f}, confidence {sure:.3f} {other.confidences[near]:.3f}"
            )
    numbers = np.repeat(np.arange(len(right)), [len(one.things) for one in right])
    parts = (np.concatenate(part) for part in zip(*right, strict=True))
    names = ("corners", "confidences", "things")
    np.savez_compressed(
        HERE / "parity.npz", picture=numbers, **dict(zip(names, parts, strict=True))
    )


if __name__ == "__main__":
    main()
