"""Draw three paintings of our own in ``paintings/``, to paint like them.

``uv run python models/arbitrary_style/paintings.py``

The same numbers give the same pictures: ``swirls`` are brush strokes that follow a field of eddies,
``shards`` are flat triangles in warm colours, ``reeds`` are ink lines on paper.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent / "paintings"
SIDE = 320
"""Of each painting, in pixels; it is drawn at twice that."""

Picture = NDArray[np.uint8]


def swirls(side: int, chance: np.random.Generator) -> Picture:
    """Draw strokes in blue and gold along a field of eddies."""
    picture = np.full((side, side, 3), (92, 44, 18), np.uint8)
    eddies = chance.uniform(0, side, (9, 2))
    turns = chance.choice([-1.0, 1.0], 9)
    colours = [(150, 84, 30), (196, 132, 62), (70, 36, 20), (206, 178, 122), (82, 190, 232)]
    for number in range(5200):
        x, y = chance.uniform(0, side, 2)
        near = float(np.hypot(*(eddies - (x, y)).T).min())
        gold = near < side / 16 and number > 2600
        colour = np.array((82, 200, 244) if gold else colours[chance.integers(len(colours) - 1)])
        points = []
        for _ in range(9):
            points.append((round(x), round(y)))
            away = np.array((x, y)) - eddies
            weight = turns / (np.sum(away**2, 1) + 400)
            flow = np.array((-(away[:, 1] * weight).sum(), (away[:, 0] * weight).sum() + 0.002))
            x, y = np.array((x, y)) + flow / (np.hypot(*flow) + 1e-9) * side / 90
        shade = np.clip(colour + chance.integers(-22, 22, 3), 0, 255)
        line = np.array(points, np.int32)
        thick = int(chance.integers(3, 9))
        cv2.polylines(picture, [line], False, shade.tolist(), thick, cv2.LINE_AA)
    return picture


def shards(side: int, chance: np.random.Generator) -> Picture:
    """Draw triangles between scattered points, each in one warm colour with a dark edge."""
    reach = side // 3
    plane = cv2.Subdiv2D((-reach, -reach, side + 2 * reach, side + 2 * reach))
    for x, y in chance.uniform(1 - reach, side + reach - 1, (520, 2)):
        plane.insert((float(x), float(y)))
    picture = np.zeros((side, side, 3), np.uint8)
    colours = [(38, 60, 214), (40, 140, 240), (70, 200, 248), (150, 60, 60), (200, 226, 240)]
    for corners in plane.getTriangleList():
        triangle = corners.reshape(3, 2).round().astype(np.int32)
        colour = np.array(colours[chance.integers(len(colours))]) + chance.integers(-26, 26, 3)
        cv2.fillConvexPoly(picture, triangle, np.clip(colour, 0, 255).tolist(), cv2.LINE_AA)
        cv2.polylines(picture, [triangle], True, (26, 20, 30), 5, cv2.LINE_AA)
    return picture


def reeds(side: int, chance: np.random.Generator) -> Picture:
    """Draw bent ink lines on paper."""
    picture = np.full((side, side, 3), (206, 226, 236), np.uint8)
    picture[:] = np.clip(picture + chance.normal(0, 5, (side, side, 1)), 0, 255).astype(np.uint8)
    for _ in range(420):
        x, y = chance.uniform(-20, side), chance.uniform(0, side * 1.3)
        lean, long = chance.normal(0.25, 0.5), chance.uniform(0.1, 0.45) * side
        t = np.linspace(0, 1, 24)
        line = np.stack([x + lean * long * t**2, y - long * t], 1).round().astype(np.int32)
        dark = int(chance.integers(10, 90))
        thick = int(chance.integers(2, 7))
        cv2.polylines(picture, [line], False, (dark + 12, dark, dark), thick, cv2.LINE_AA)
    return picture


def main() -> None:
    """Draw and store."""
    HERE.mkdir(exist_ok=True)
    for seed, draw in enumerate((swirls, shards, reeds)):
        large = draw(2 * SIDE, np.random.default_rng(seed))
        small = cv2.resize(large, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        file = HERE / f"{draw.__name__}.jpg"
        cv2.imwrite(str(file), small, [cv2.IMWRITE_JPEG_QUALITY, 80])


if __name__ == "__main__":
    main()
