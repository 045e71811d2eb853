"""Makes ``tests/media/hand_shapes.npz``: what the network of hands sees in photographs of hands.

``python -m tests.learning.hand_shapes FOLDER``, where the npm package ``fingerpose`` 0.1.0 (MIT)
lies unpacked. Of its film those pictures are taken in which one shape is held, "victory" or
"thumb", and as "" those between; of its three photographs views, turned by up to 25 degrees, larger
or smaller, moved, lighter or darker, with a camera's noise. The coloured dots on the hand are the
film's own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.messages import Frame, Ns
from engine.models.hands import HandsModel

Picture = NDArray[np.uint8]
FILE: Final = Path(__file__).parents[1] / "media" / "hand_shapes.npz"
HELD: Final = {
    "victory": (*range(3, 12), *range(26, 36)),
    "thumb": (0, *range(14, 23), *range(37, 43)),
}
"""In which pictures of the film a shape is held, as was seen by eye."""
SECOND: Final = 24
"""From this picture on the shapes are held a second time."""
PHOTOGRAPHS: Final = {"fullcurl": "fist", "nocurl": "index", "halfcurl": "hook"}
VIEWS: Final = 40
SHOWN: Final = 10
"""So many views are of the first take."""


def found(box: HandsModel, picture: Picture) -> Landmarks:
    """Return the hand of a picture, as it is seen after a tenth of a second."""
    box.reset()
    return [box.process(Frame(picture), None, at=Ns(n * 33_333_333)) for n in range(3)][-1].hands


def view(picture: Picture, rng: np.random.Generator) -> Picture:
    """Return a photograph as another camera may see it."""
    height, width = picture.shape[:2]
    turn, size = rng.uniform(-25, 25), rng.uniform(0.7, 1.15)
    matrix = cv2.getRotationMatrix2D((width / 2, height * 0.55), turn, size)
    matrix[:, 2] += rng.uniform(-40, 40, 2)
    moved = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    light = moved.astype(np.float32) * rng.uniform(0.6, 1.25) + rng.normal(0, 4, picture.shape)
    return np.clip(light, 0, 255).astype(np.uint8)


def film(file: Path) -> list[Picture]:
    """Return the pictures of the film, twice as large, without the sign that it shows."""
    capture = cv2.VideoCapture(str(file))
    pictures = []
    while True:
        there, picture = capture.read()
        if not there:
            return pictures
        picture[:70, 240:] = picture[75:76, 240:]  # it is a hand, too
        pictures.append(cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC))


def main() -> None:
    """Look at all of them, and write what was seen."""
    assets = Path(sys.argv[1]) / "assets"
    box = HandsModel()
    box.open()
    rows = []
    for number, picture in enumerate(film(assets / "fingers-lq.gif")):
        label = next((name for name, held in HELD.items() if number in held), "")
        rows.append((label, int(number >= SECOND), found(box, picture)))
    rng = np.random.default_rng(3)
    for name, label in PHOTOGRAPHS.items():
        photograph = np.asarray(cv2.imread(str(assets / f"{name}.jpg")), np.uint8)
        views = (view(photograph, rng) for _ in range(VIEWS))
        rows += [(label, int(n >= SHOWN), found(box, each)) for n, each in enumerate(views)]
    seen = [row for row in rows if row[2].count]
    np.savez_compressed(
        FILE,
        labels=np.array([label for label, _, _ in seen]),
        takes=np.array([take for _, take, _ in seen], np.uint8),
        points=np.stack([hands.seen[0].points for *_, hands in seen]).astype(np.float16),
        aspects=np.array([hands.aspect for *_, hands in seen], np.float32),
    )


if __name__ == "__main__":
    main()
