"""Paint ``docs/steadiness.jpg``: twelve pictures in a row, plain, steady, and what changes in each.

``uv run python models/lucas_kanade/strips.py``

Of the drawn dancer of the stand-in, and of a film of a man who jumps off a wall. What changes from
one picture to the next is drawn dark on white, four times as strong.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.models.style import Look, StyleModel
from engine.sources.stand_in import StandIn

ROOT = Path(__file__).parents[2]
FILM = ROOT / "tests" / "media" / "jump.mp4"
LEAD = 8
"""Pictures before those that are shown: what is steady has a past."""
COUNT = 12
TILE = (140, 140)
GAP = 3
STEADY = 0.6
CHANGE = 4.0
LABEL = 20

Picture = NDArray[np.uint8]


def dancer() -> list[Picture]:
    """Return pictures of the stand-in."""
    events = StandIn(seconds=3.0, noise=0.15, width=640, height=360).events()
    return [message.image for _, outlet, message in events if outlet == "frame"][50:]


def film() -> list[Picture]:
    """Return pictures of the film."""
    capture, found = cv2.VideoCapture(str(FILM)), []
    while (read := capture.read())[0]:
        found.append(np.asarray(cv2.resize(read[1], (640, 360), interpolation=cv2.INTER_AREA)))
    return found[14:]


def painted(pictures: list[Picture], look: Look, steady: float) -> list[Picture]:
    """Paint pictures one after the other."""
    box = StyleModel(look=look, steady=steady)
    box.open()
    return [
        box.process(Frame(picture), at=Ns(ns(number / 30))).image
        for number, picture in enumerate(pictures)
    ]


def changes(paintings: list[Picture]) -> list[Picture]:
    """Draw what changes from each picture to the next."""
    before = [paintings[0], *paintings[:-1]]
    apart = [cv2.absdiff(*both) for both in zip(paintings, before, strict=True)]
    return [255 - cv2.convertScaleAbs(one, alpha=CHANGE) for one in apart]


def strip(pictures: list[Picture], left: int, top: int, side: int) -> Picture:
    """Cut the same square out of the pictures, and put them in a row."""
    tiles = []
    for picture in pictures[LEAD : LEAD + COUNT]:
        square = picture[top : top + side, left : left + side]
        tile = cv2.resize(square, TILE, interpolation=cv2.INTER_AREA)
        tiles.append(cv2.copyMakeBorder(tile, 0, 0, 0, GAP, cv2.BORDER_CONSTANT, value=(255,) * 3))
    return np.asarray(np.hstack(tiles), np.uint8)


def labelled(text: str, row: Picture) -> Picture:
    """Write a text above a row."""
    line = np.full((LABEL, row.shape[1], 3), 255, np.uint8)
    cv2.putText(line, text, (4, 15), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (40,) * 3, 1, cv2.LINE_AA)
    return np.vstack((line, row))


def rows(
    name: str, pictures: list[Picture], look: Look, cut: tuple[int, int, int]
) -> Iterator[Picture]:
    """Yield the rows of one footage."""
    pictures = pictures[: LEAD + COUNT]
    yield labelled(f"{name}: the camera", strip(pictures, *cut))
    for steady in (0.0, STEADY):
        paintings = painted(pictures, look, steady)
        words = f'"{look}", steady = {steady:g}'
        yield labelled(words, strip(paintings, *cut))
        yield labelled(f"{words}: what changes", strip(changes(paintings), *cut))


def main() -> None:
    """Paint, and write the sheet."""
    sheet = np.vstack(
        [
            *rows("stand-in", dancer(), "starry", (190, 70, 270)),
            *rows("film", film(), "mosaic", (90, 0, 270)),
        ]
    )
    file = ROOT / "docs" / "steadiness.jpg"
    quality = 80
    while True:
        cv2.imwrite(str(file), sheet, [cv2.IMWRITE_JPEG_QUALITY, quality])
        if file.stat().st_size < 300_000:
            break
        quality -= 5
    print(f"{file}: {sheet.shape[1]}x{sheet.shape[0]}, {file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
