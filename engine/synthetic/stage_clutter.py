"""Clutter of rehearsal rooms: bricks, windows, posters, shelves, plants, loudspeakers."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


_Sides = tuple[float, float, float, float]


class _Slot(NamedTuple):
    """Position of an object: left edge, width, floor line in pixels; ``unit`` is 1 at 360 rows."""

    x: int
    wide: int
    line: int
    unit: float


def clutter(picture: Picture, line: int, rng: np.random.Generator) -> None:
    """Fill the wall of a picture with objects; the floor begins at row ``line``."""
    unit = picture.shape[0] / 360
    _bricks(picture, line, rng, unit)
    things = [_window, _poster, _poster, _shelf, _poster, _plant, _speaker, _rack, _shelf, _chair]
    rng.shuffle(things)
    slots = np.linspace(0, picture.shape[1], len(things) + 1)
    for thing, left, right in zip(things, slots[:-1], slots[1:], strict=True):
        shift = rng.uniform(-0.3, 0.3) * (right - left)
        thing(picture, _Slot(int(left + shift), int(right - left), line, unit), rng)


def _bricks(picture: Picture, line: int, rng: np.random.Generator, unit: float) -> None:
    tall, wide = round(13 * unit), round(34 * unit)
    for row, top in enumerate(range(0, line, tall)):
        start = -wide // 2 * (row % 2)
        for left in range(start, picture.shape[1], wide):
            bottom, right = min(top + tall - 2, line), left + wide - 2
            shade = rng.uniform(0.8, 1.12)
            part = picture[top:bottom, max(left, 0) : max(right, 0)]
            part[...] = np.clip(part * shade, 0, 255).astype(np.uint8)


def _any(rng: np.random.Generator) -> tuple[int, int, int]:
    colour = bgr(int(rng.integers(180)), int(rng.integers(40, 200)), int(rng.integers(50, 220)))
    return int(colour[0]), int(colour[1]), int(colour[2])


def _box(picture: Picture, sides: _Sides, rng: np.random.Generator) -> None:
    left, top, right, bottom = sides
    corner, other = (round(left), round(top)), (round(right), round(bottom))
    cv2.rectangle(picture, corner, other, _any(rng), -1, cv2.LINE_AA)
    cv2.rectangle(picture, corner, other, (30, 32, 35), 1, cv2.LINE_AA)


def _window(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, _, u = at
    top, bottom = round(30 * u), round(150 * u)
    cv2.rectangle(p, (x, top), (x + round(1.4 * wide), bottom), (225, 215, 200), -1)
    for bar in np.linspace(x, x + 1.4 * wide, 4).astype(int).tolist():
        cv2.line(p, (bar, top), (bar, bottom), (60, 60, 66), max(1, round(3 * u)), cv2.LINE_AA)
    for bar in (top, (top + bottom) // 2, bottom):
        cv2.line(p, (x, bar), (x + round(1.4 * wide), bar), (60, 60, 66), max(1, round(3 * u)))


def _poster(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, _, u = at
    top = rng.uniform(20, 90) * u
    bottom = top + rng.uniform(60, 110) * u
    _box(p, (x, top, x + 0.9 * wide, bottom), rng)
    for _ in range(4):
        place = (
            round(x + rng.uniform(0.2, 0.7) * wide),
            round(rng.uniform(top + 12 * u, bottom - 12 * u)),
        )
        cv2.circle(p, place, round(rng.uniform(4, 14) * u), _any(rng), -1, cv2.LINE_AA)
    for row in range(3):
        y = round(bottom - (6 + 6 * row) * u)
        cv2.line(p, (round(x + 6 * u), y), (round(x + 0.7 * wide), y), _any(rng), 1, cv2.LINE_AA)


def _shelf(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, line, u = at
    for board in np.arange(line - 150 * u, line, 38 * u):
        left = x + 2.0
        while left < x + wide:
            book = rng.uniform(4, 9) * u
            _box(p, (left, board - rng.uniform(20, 32) * u, left + book, board), rng)
            left += book + u
        cv2.rectangle(p, (x, round(board)), (x + wide, round(board + 3 * u)), (40, 60, 85), -1)


def _plant(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, line, u = at
    root = (round(x + wide / 2), line - round(10 * u))
    for _ in range(16):
        tip = (round(x + rng.uniform(-0.2, 1.2) * wide), round(line - rng.uniform(40, 130) * u))
        green = (40, int(rng.integers(80, 160)), int(rng.integers(30, 80)))
        cv2.line(p, root, tip, green, max(1, round(2 * u)), cv2.LINE_AA)
        cv2.ellipse(p, tip, (round(12 * u), round(5 * u)), rng.uniform(0, 180), 0, 360, green, -1)
    _box(p, (x + 0.3 * wide, line - 25 * u, x + 0.7 * wide, line + 8 * u), rng)


def _speaker(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, line, u = at
    for level in range(2):
        bottom = line + round(6 * u) - round(70 * u) * level
        top, middle = bottom - round(68 * u), x + round(0.4 * wide)
        cv2.rectangle(p, (x, top), (x + round(0.8 * wide), bottom), (34, 30, 30), -1)
        for height, radius, grey in ((22, 18, 66), (52, 9, 80)):
            centre = (middle, bottom - round(height * u))
            cv2.circle(p, centre, round(radius * u), (grey, grey, grey), -1, cv2.LINE_AA)


def _rack(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, line, u = at
    middle, top = x + wide // 2, line - round(170 * u)
    cv2.line(p, (middle, top), (middle, line), (50, 50, 55), max(2, round(3 * u)), cv2.LINE_AA)
    for side in (-1, 1):
        edge = middle + side * round(0.22 * wide)
        hem = edge + side * 8 * u
        coat = np.array(
            [
                [middle, top + 8],
                [edge, top + 14 * u],
                [hem, line - 60 * u],
                [middle, line - 56 * u],
            ]
        )
        cv2.fillPoly(p, [coat.astype(np.int32)], _any(rng), cv2.LINE_AA)


def _chair(p: Picture, at: _Slot, rng: np.random.Generator) -> None:
    x, wide, line, u = at
    _box(p, (x + 4 * u, line - 90 * u, x + 0.8 * wide, line - 45 * u), rng)
    _box(p, (x, line - 40 * u, x + 0.9 * wide, line - 32 * u), rng)
    for leg in (x + 4 * u, x + 0.8 * wide):
        start, end = (round(leg), round(line - 32 * u)), (round(leg), round(line + 12 * u))
        cv2.line(p, start, end, (45, 45, 50), max(1, round(3 * u)), cv2.LINE_AA)


def bgr(hue: int, saturation: int, value: int) -> NDArray[np.float64]:
    """Return BGR as float64, shape (3,), from hue 0 to 179, saturation and value 0 to 255."""
    pixel = np.array([[[hue, saturation, value]]], np.uint8)
    return np.asarray(cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0], np.float64)
