"""How the colours of ``tint`` are on pictures that it has not learned from, and draw ``tint.jpg``.

``uv run --with OpenEXR python models/tint/measure.py DATA docs/pictures/tint.jpg``

DATA is described in ``pictures.py``. "Off" is the mean distance of colours (a and b of CIE L*a*b*):
as the box has them, as they were learned (``saturation = 1``), and of a picture that stays grey.
"Colourful" is the measure of Hasler and Süsstrunk, "Measuring Colourfulness in Natural Images",
2003, beside that of the true picture. Flicker is the warping error of Lai et al., 2018, of the
colours alone, on a film of a man who jumps off a wall.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from pictures import HELD_OUT, PANORAMAS_HELD_OUT, Picture, photographs, views

from engine.core.messages import Frame
from engine.lab.bench.rig.warping_error import true_flows, warping_error
from engine.models.tint import TintModel

FILM = Path(__file__).parents[2] / "tests" / "media" / "jump.mp4"
TILE = (256, 192)
COLUMNS = 6


def opened(**parameters: float) -> TintModel:
    """Return the box, ready."""
    box = TintModel(**parameters)
    box.open()
    return box


def tint(box: TintModel, picture: Picture) -> Picture:
    """Return a picture in made-up colours."""
    return box.process(Frame(picture)).image


def colours(picture: Picture) -> np.ndarray:
    """Return a and b of CIE L*a*b*."""
    return cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_BGR2LAB)[:, :, 1:]


def off(made: Picture, picture: Picture) -> float:
    """Return how far the colours of a picture are from those of another."""
    return float(np.linalg.norm(colours(made) - colours(picture), axis=2).mean())


def colourful(picture: Picture) -> float:
    """Return how colourful a picture is."""
    blue, green, red = picture.astype(np.float64).transpose(2, 0, 1)
    one, other = red - green, (red + green) / 2 - blue
    return float(np.hypot(one.std(), other.std()) + 0.3 * np.hypot(one.mean(), other.mean()))


def film(count: int) -> list[Picture]:
    """Return the first pictures of the film, half as large."""
    capture, found = cv2.VideoCapture(str(FILM)), []
    while len(found) < count and (read := capture.read())[0]:
        found.append(cv2.resize(read[1], (480, 270), interpolation=cv2.INTER_AREA))
    return found


def flat(picture: Picture) -> Picture:
    """Return the colours of a picture, all equally bright."""
    parts = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)
    parts[:, :, 0] = 128
    return cv2.cvtColor(parts, cv2.COLOR_YCrCb2BGR)


def tile(picture: Picture, name: str) -> Picture:
    """Return a picture, cut to the shape of a tile, with words below."""
    wide, high = TILE
    scale = max(wide / picture.shape[1], high / picture.shape[0])
    grown = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    top, left = (
        (size - want) // 2 for size, want in zip(grown.shape[:2], (high, wide), strict=True)
    )
    strip = np.full((22, wide, 3), 24, np.uint8)
    cv2.putText(
        strip, name, (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (220, 220, 220), 1, cv2.LINE_AA
    )
    return np.vstack([grown[top : top + high, left : left + wide], strip])


def main(folder: str, sheet: str) -> None:
    """Measure, and draw."""
    seen_last = film(60)
    shown = photographs(Path(folder), HELD_OUT)
    shown += views(Path(folder), PANORAMAS_HELD_OUT, 1, 256)
    box = opened(steady=0)
    plain = opened(steady=0, saturation=1)
    tiles = []
    for picture in shown:
        made = tint(box, picture)
        offs = (off(made, picture), off(tint(plain, picture), picture), off(0 * picture, picture))
        print("off {:.1f}, {:.1f} as it learned, {:.1f} grey;".format(*offs), end=" ")
        print(f"colourful {colourful(made):.0f}, in truth {colourful(picture):.0f}")
        tiles += [tile(picture, "held out"), tile(made, "tint")]
    flows = true_flows(seen_last)
    for name, steady in (("plain", 0.0), ("steady", TintModel().steady)):
        again = opened(steady=steady)
        made = [flat(tint(again, each)) for each in seen_last]
        print(f"flicker, {name}: {warping_error(made, flows):.6f}")
    print(f"flicker of the film: {warping_error([flat(each) for each in seen_last], flows):.6f}")
    tiles += [tile(seen_last[0], "a film"), tile(tint(box, seen_last[0]), "tint")]
    for name, more in (("warmth = -0.8", {"warmth": -0.8}), ("saturation = 3", {"saturation": 3})):
        tiles.append(tile(tint(opened(steady=0, **more), seen_last[0]), name))
    rows = [
        np.hstack(tiles[at : at + COLUMNS]) for at in range(0, len(tiles) - COLUMNS + 1, COLUMNS)
    ]
    cv2.imwrite(sheet, np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 82])


if __name__ == "__main__":
    main(*sys.argv[1:])
