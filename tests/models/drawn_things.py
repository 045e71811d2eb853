"""Things that are drawn, each time elsewhere, larger or smaller, and on another ground."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 160
Picture = NDArray[np.uint8]


def ground(rng: np.random.Generator) -> Picture:
    """Return a plain ground of a light colour."""
    return np.full((SIDE, SIDE, 3), rng.integers(120, 250, 3), np.uint8)


def placed(rng: np.random.Generator) -> tuple[int, int, float]:
    """Return where a thing is, and by how much it is larger."""
    x, y = rng.integers(SIDE // 2 - 15, SIDE // 2 + 15, 2)
    return int(x), int(y), float(rng.uniform(0.75, 1.1))


def clock(rng: np.random.Generator) -> Picture:
    """Return a clock with two hands."""
    image = ground(rng)
    x, y, by = placed(rng)
    cv2.circle(image, (x, y), round(62 * by), (250, 250, 250), -1)
    cv2.circle(image, (x, y), round(62 * by), (20, 20, 20), 4)
    for hour in range(12):
        angle = np.radians(hour * 30 - 60)
        right, down = np.cos(angle) * 49 * by - 6, np.sin(angle) * 49 * by + 4
        at = round(x + right), round(y + down)
        cv2.putText(image, str(hour + 1), at, cv2.FONT_HERSHEY_SIMPLEX, 0.38 * by, (0, 0, 0), 1)
    for long, thick in ((44, 3), (30, 5)):
        angle = rng.uniform(0, 2 * np.pi)
        end = round(x + long * by * np.cos(angle)), round(y + long * by * np.sin(angle))
        cv2.line(image, (x, y), end, (0, 0, 0), thick)
    return image


def crossword(rng: np.random.Generator) -> Picture:
    """Return the grid of a crossword."""
    image = np.full((SIDE, SIDE, 3), 255, np.uint8)
    cells = int(rng.integers(6, 9))
    cell = SIDE // cells
    for row in range(cells):
        for column in range(cells):
            begin = column * cell, row * cell
            end = begin[0] + cell - 1, begin[1] + cell - 1
            cv2.rectangle(image, begin, end, (0, 0, 0), 2 if rng.random() > 0.3 else -1)
    return image


def sign(rng: np.random.Generator) -> Picture:
    """Return a stop sign."""
    image = ground(rng)
    x, y, by = placed(rng)
    turns = np.pi / 8 + np.arange(8) * np.pi / 4
    corners = np.stack([x + 62 * by * np.cos(turns), y + 62 * by * np.sin(turns)], 1).astype(int)
    cv2.fillPoly(image, [corners], (40, 30, 200))
    at = round(x - 53 * by), round(y + 14 * by)
    cv2.putText(image, "STOP", at, cv2.FONT_HERSHEY_SIMPLEX, 1.3 * by, (255, 255, 255), 5)
    return image
