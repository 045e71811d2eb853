"""Paint the thumbnails of all looks in ``looks/``, and the sheet ``docs/looks.jpg``.

``uv run python models/multistyle26/looks.py``

Both are of the same two pictures: the drawn dancer of the stand-in, and a film of a man on a wall.
"""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame, Ns
from engine.models.style import LOOKS, StyleModel
from engine.sources.stand_in import StandIn

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FILM = ROOT / "tests" / "media" / "jump.mp4"
MOMENT = 60
"""Which picture of the stand-in, arms spread; one of the film is nearer to its beginning."""
OF_FILM = 20
SIZE = 384
THUMBNAIL = (160, 90)
TILE = (192, 108)
COLUMNS = 7
LABEL = 22
DARK = 24

Picture = NDArray[np.uint8]


def dancer() -> Picture:
    """Return a picture of the stand-in, near enough to see the body."""
    stage = StandIn(ground="cluttered", width=1280, height=720)
    pictures = (message for _, outlet, message in stage.events() if outlet == "frame")
    whole = next(itertools.islice(pictures, MOMENT, None)).image
    return np.ascontiguousarray(whole[80:692, 96:1184])


def film() -> Picture:
    """Return a picture of the film."""
    capture = cv2.VideoCapture(str(FILM))
    capture.set(cv2.CAP_PROP_POS_FRAMES, OF_FILM)
    return np.asarray(capture.read()[1], np.uint8)


def painted(box: StyleModel, picture: Picture, look: str, size: tuple[int, int]) -> Picture:
    """Paint a picture in one look, and return it small."""
    box.look = look  # type: ignore[assignment]
    painting = box.process(Frame(picture), at=Ns(0)).image
    return np.asarray(cv2.resize(painting, size, interpolation=cv2.INTER_AREA), np.uint8)


def tile(name: str, both: list[Picture]) -> Picture:
    """Put pictures over the name of what they show."""
    label = np.full((LABEL, TILE[0], 3), DARK, np.uint8)
    cv2.putText(label, name, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (235,) * 3, 1, cv2.LINE_AA)
    return np.vstack([*both, label])


def sheet(box: StyleModel, pictures: list[Picture]) -> Picture:
    """Paint the pictures in every look, beside what they are."""
    plain = [np.asarray(cv2.resize(one, TILE, interpolation=cv2.INTER_AREA)) for one in pictures]
    tiles = [tile("the pictures", plain)]
    for look in LOOKS:
        both = [painted(box, picture, look, TILE) for picture in pictures]
        tiles.append(tile(look, both))
    tiles += [np.full_like(tiles[0], DARK)] * (-len(tiles) % COLUMNS)
    return np.vstack([np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles), COLUMNS)])


def main() -> None:
    """Paint and store."""
    box = StyleModel(size=SIZE)
    box.open()
    pictures = [dancer(), film()]
    folder = HERE / "looks"
    folder.mkdir(exist_ok=True)
    for look in LOOKS:
        small = painted(box, pictures[0], look, THUMBNAIL)
        cv2.imwrite(str(folder / f"{look}.jpg"), small, [cv2.IMWRITE_JPEG_QUALITY, 80])
    quality = [cv2.IMWRITE_JPEG_QUALITY, 78]
    cv2.imwrite(str(ROOT / "docs" / "looks.jpg"), sheet(box, pictures), quality)


if __name__ == "__main__":
    main()
