"""Make the sheets of docs/seeing.md, and the pictures of the patches that show how it sees.

``uv run python models/efficientnet_lite0/sheets.py``, or with ``dreams``, ``layers`` or ``edges``
only those.

All are of the same two: the drawn dancer of the stand-in, and a film of a man on a wall. Dreams
have been dreamt for two seconds.
"""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.models.dream import LAYERS as DREAMS
from engine.models.dream import DreamModel
from engine.models.edges import EdgesModel
from engine.models.layers import LAYERS, LayersModel
from engine.sources.stand_in import StandIn

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"
sys.path.insert(0, str(HERE.parent / "multistyle26"))

from looks import DARK, FILM, tile  # noqa: E402

PICTURES, RATE = 60, 30
TILE, WIDE = (256, 144), (320, 180)
COLUMNS = 6

Picture = NDArray[np.uint8]


def dancer() -> list[Frame]:
    """Return pictures of the stand-in, near enough to see the body."""
    stage = StandIn(ground="cluttered", width=1280, height=720)
    pictures = (message for _, outlet, message in stage.events() if outlet == "frame")
    near = (np.ascontiguousarray(one.image[80:692, 96:1184]) for one in pictures)
    return [Frame(one) for one in islice(near, PICTURES)]


def film() -> list[Frame]:
    """Return pictures of the film."""
    capture = cv2.VideoCapture(str(FILM))
    return [Frame(np.asarray(capture.read()[1], np.uint8)) for _ in range(PICTURES)]


def dreamt(box: DreamModel, frames: list[Frame], **parameters: Any) -> Picture:
    """Return the last picture of a dream with these parameters."""
    for name, value in parameters.items():
        setattr(box, name, value)
    box.reset()
    found = [box.process(one, ns(number / RATE)) for number, one in enumerate(frames)]
    return found[-1].image


def shrunk(name: str, pictures: list[Picture], size: tuple[int, int]) -> Picture:
    """Put pictures, made small, over the name of what they show."""
    small = [np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA)) for one in pictures]
    return tile(name, small, size[0])


def store(name: str, tiles: list[Picture], columns: int, quality: int) -> None:
    """Store tiles as one sheet."""
    whole = [*tiles, *[np.full_like(tiles[0], DARK)] * (-len(tiles) % columns)]
    rows = [np.hstack(whole[at : at + columns]) for at in range(0, len(whole), columns)]
    write(name, np.vstack(rows).astype(np.uint8), quality)


def write(name: str, picture: Picture, quality: int) -> None:
    """Store a picture in docs."""
    file = DOCS / name
    file.parent.mkdir(exist_ok=True)
    cv2.imwrite(str(file), picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    print(f"{file}: {file.stat().st_size // 1000} kB")


def dreams(both: list[list[Frame]]) -> None:
    """Show the dream of each layer."""
    box = DreamModel(memory=3.0, strength=0.3, threads=2)
    box.open()
    tiles = [shrunk("the pictures", [one[-1].image for one in both], TILE)]
    for layer in range(1, DREAMS + 1):
        pictures = [dreamt(box, one, layer=float(layer)) for one in both]
        tiles.append(shrunk(f"layer {layer}", pictures, TILE))
    store("dream.jpg", tiles, COLUMNS, 60)
    write("pictures/dreaming.jpg", small(dreamt(box, both[0], layer=11.0, strength=0.3)), 80)


def layers(both: list[list[Frame]]) -> None:
    """Show what the neurons of each layer find."""
    box = LayersModel(threads=2)
    box.open()
    tiles = []
    for layer in range(1, LAYERS + 1):
        box.layer = layer
        found = [box.process(frames[-1]).picture.image for frames in both]
        tiles.append(shrunk(f"layer {layer}", found, TILE))
    store("layers.jpg", tiles, COLUMNS, 60)
    box.layer = 3
    write("pictures/how_it_sees.jpg", small(box.process(both[0][-1]).picture.image), 70)


def edges(both: list[list[Frame]]) -> None:
    """Show what the first neurons draw."""
    box = EdgesModel(threads=2)
    box.open()
    tiles = []
    shown: list[tuple[str, dict[str, Any]]] = [
        ("every edge", {}),
        ("angle 0, narrow 1", {"narrow": 1.0}),
        ("angle 45", {"narrow": 1.0, "angle": 45.0}),
        ("angle 90", {"narrow": 1.0, "angle": 90.0}),
        ("colour direction", {"narrow": 0.0, "colour": "direction"}),
        ("ink", {"colour": "ink"}),
        ("neuron 16", {"colour": "white", "neuron": 16}),
        ("neuron 21", {"neuron": 21}),
    ]
    for name, parameters in shown:
        for key, value in parameters.items():
            setattr(box, key, value)
        tiles.append(shrunk(name, [box.process(one[-1]).image for one in both], WIDE))
    store("edges.jpg", tiles, 4, 70)


def small(picture: Picture) -> Picture:
    """Return a picture as large as those of the patches are."""
    return np.asarray(cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA), np.uint8)


def main() -> None:
    """Make all, or those that are named."""
    both = [dancer(), film()]
    sheets = {"dreams": dreams, "layers": layers, "edges": edges}
    for name in sys.argv[1:] or sheets:
        sheets[name](both)


if __name__ == "__main__":
    main()
