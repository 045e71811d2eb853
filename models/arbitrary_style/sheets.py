"""Paint the sheets that docs/looks.md shows: any picture as a style, a morph, and masks.

``uv run python models/arbitrary_style/sheets.py``

All are of the same two pictures as ``docs/looks.jpg``, which ``models/multistyle26/looks.py``
makes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.inference.painter import Painter
from engine.models.pose import PoseModel
from engine.models.segment import SegmentModel
from engine.models.style import StyleModel
from engine.models.style_of import StyleOfModel
from engine.nodes.cutout import Cutout

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
sys.path.insert(0, str(HERE.parent / "multistyle26"))

from looks import FILM, dancer, film, tile  # noqa: E402

TILE = (256, 144)
QUALITY = [cv2.IMWRITE_JPEG_QUALITY, 80]
LOOKS = ("swirls", "shards", "reeds")
CLOSE = (40, 75, 150)
"""Pictures of the film in which a woman walks, far away."""

Picture = NDArray[np.uint8]


def small(picture: Picture) -> Picture:
    """Return a picture at the size of a tile."""
    return np.asarray(cv2.resize(picture, TILE, interpolation=cv2.INTER_AREA), np.uint8)


def cover(file: Path) -> Picture:
    """Return the middle of a painting in the shape of a tile."""
    painting = np.asarray(cv2.imread(str(file)), np.uint8)
    high = round(painting.shape[1] * TILE[1] / TILE[0])
    top = (painting.shape[0] - high) // 2
    return small(painting[top : top + high])


def painted(box: Painter, picture: Picture, look: object, outside: object = None) -> Picture:
    """Paint a picture, small."""
    box.reset()
    box.look, box.outside = look, outside or {}  # type: ignore[attr-defined]
    return small(box.process(Frame(picture), at=Ns(0)).image)


def paintings(pictures: list[Picture]) -> Picture:
    """Return three paintings, what is painted like them, and like two of them at once."""
    box = StyleOfModel(size=512)
    box.open()
    mix = {"swirls": 0.5, "shards": 0.5}
    rows = [(look, cover(HERE / "paintings" / f"{look}.jpg"), look) for look in LOOKS]
    rows.append(("half swirls, half shards", painted(box, pictures[0], {}), mix))
    columns = [
        labelled(name, [first, *(painted(box, picture, look) for picture in pictures)])
        for name, first, look in rows
    ]
    return np.hstack(columns)


def morph(picture: Picture) -> Picture:
    """Return eight pictures of a glide of two seconds from one look to another."""
    box = StyleModel(look="ink", size=384, morph=2.0)
    box.open()
    frame = Frame(picture)
    box.process(frame, at=ns(1.0))
    box.look = "wave"
    steps = [box.process(frame, at=ns(1 + 2 * part / 7)).image for part in range(8)]
    tiles = [labelled(f"{2 * part / 7:.1f} s", [small(step)]) for part, step in enumerate(steps)]
    return np.vstack([np.hstack(tiles[:4]), np.hstack(tiles[4:])])


def masks() -> Picture:
    """Return pictures, their masks, what is cut out, and what is painted apart."""
    segment, style = SegmentModel(), StyleModel(size=512)
    segment.open()
    style.open()
    rows = [row(segment, style, "the whole picture", Frame(dancer()), None)]
    for number in CLOSE:
        frame, pose = followed(number)
        rows.append(row(segment, style, "closely, by pose", frame, pose))
    plain = Frame(followed(CLOSE[0])[0].image)
    rows.insert(1, row(segment, style, "the same film without pose", plain, None))
    return np.vstack(rows)


def followed(number: int) -> tuple[Frame, object]:
    """Return a picture of the film, and the pose of whom a network has followed until then."""
    pose = PoseModel()
    pose.open()
    capture = cv2.VideoCapture(str(FILM))
    for _ in range(number + 1):
        frame = Frame(np.asarray(capture.read()[1], np.uint8))
        found = pose.process(frame)
    return frame, found


def row(segment: SegmentModel, style: StyleModel, name: str, frame: Frame, pose: object) -> Picture:
    """Return one picture in all that masks are for."""
    mask, picture, _ = segment.process(frame, pose)  # type: ignore[arg-type]
    cut = Cutout(red=0.1, green=0.4, blue=0.3, feather=0.01).process(picture, mask)
    style.look, style.outside = "pop", "wave"
    style.reset()
    apart = style.process(picture, mask, at=Ns(0))
    names = (name, "segment", "cutout", "style: pop, outside wave")
    shown = (picture, mask, cut, apart)
    return np.hstack(
        [labelled(word, [small(each.image)]) for word, each in zip(names, shown, strict=True)]
    )


def labelled(name: str, pictures: list[Picture]) -> Picture:
    """Put pictures over the name of what they show."""
    return tile(name, pictures, TILE[0])


def main() -> None:
    """Paint and store."""
    pictures = [dancer(), film()]
    sheets = {"style_of": paintings(pictures), "morph": morph(pictures[0]), "masks": masks()}
    for name, sheet in sheets.items():
        cv2.imwrite(str(DOCS / f"{name}.jpg"), sheet, QUALITY)


if __name__ == "__main__":
    main()
