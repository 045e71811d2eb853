"""Write ``order.txt``: of each layer, which of its neurons to look at first.

``uv run python models/efficientnet_lite0/order.py``

Most neurons of a deep layer are silent most of the time, and many see the same. Each line names
64 neurons of one layer, or all, from 1: each next one is that which tells most of what those before
do not tell (QR decomposition with column pivoting, Businger and Golub 1965) of what they saw in
pictures of a film and of the drawn dancer. Prints the SHA-256 for the card.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.inference.session import open_session
from engine.sources.stand_in import StandIn

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
SIZE = (256, 128)
LAYERS, KEPT = 18, 64
OF_FILM, OF_DANCER = (10, 60, 110, 160), (60, 200)

Picture = NDArray[np.uint8]


def pictures() -> list[Picture]:
    """Return pictures of a film and of the drawn dancer."""
    found = []
    capture = cv2.VideoCapture(str(FILM))
    for number in range(max(OF_FILM) + 1):
        _, picture = capture.read()
        if number in OF_FILM:
            found.append(np.asarray(picture, np.uint8))
    for ground in ("plain", "cluttered"):
        stage = StandIn(ground=ground, width=640, height=360).events()
        drawn = (message.image for _, outlet, message in stage if outlet == "frame")
        found += [one for n, one in enumerate(islice(drawn, max(OF_DANCER) + 1)) if n in OF_DANCER]
    return found


def main() -> None:
    """Look at the pictures, order, write."""
    session = open_session("efficientnet_lite0", role="network")
    seen: dict[int, list[NDArray[np.float32]]] = {layer: [] for layer in range(1, LAYERS + 1)}
    for picture in pictures():
        small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)[:, :, ::-1]
        image = np.ascontiguousarray(small.transpose(2, 0, 1)[None].astype(np.float32) / 255)
        answers = session.run_by_name(image=image)
        for layer, kept in seen.items():
            # What lies at the edge sees the nothing beyond it, which is no picture.
            maps = answers[f"layer{layer}"][0, :, 1:-1, 1:-1]
            kept.append(maps.reshape(len(maps), -1))
    lines = [order(np.concatenate(kept, 1)) for kept in seen.values()]
    file = HERE / "order.txt"
    file.write_text("".join(" ".join(map(str, line)) + "\n" for line in lines))
    print(f"{file}: SHA-256 {hashlib.sha256(file.read_bytes()).hexdigest()}")


def order(seen: NDArray[np.float32]) -> list[int]:
    """Return the neurons, from 1, of what each saw, (neurons, places): the telling ones first."""
    left = seen - seen.mean(1, keepdims=True)
    found: list[int] = []
    for _ in range(min(KEPT, len(left))):
        power = np.square(left).sum(1)
        power[[number - 1 for number in found]] = -1
        place = int(power.argmax())
        found.append(place + 1)
        if power[place] > 0:
            axis = left[place] / np.sqrt(power[place])
            left = left - np.outer(left @ axis, axis)
    return found


if __name__ == "__main__":
    main()
