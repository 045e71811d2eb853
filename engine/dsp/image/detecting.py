"""From what a network of objects answers to boxes with names: NanoDet's, for the 80 of COCO.

A place of a grid says how much it takes for each thing, and how far away its four sides are, as a
distribution over 0 to 10 cells (Li et al. 2020, "Generalized Focal Loss"). Boxes of one thing that
lie on a surer one are left out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_NAMES: Final = """\
person, bicycle, car, motorcycle, airplane, bus, train, truck, boat, traffic light, fire
hydrant, stop sign, parking meter, bench, bird, cat, dog, horse, sheep, cow, elephant, bear,
zebra, giraffe, backpack, umbrella, handbag, tie, suitcase, frisbee, skis, snowboard, sports
ball, kite, baseball bat, baseball glove, skateboard, surfboard, tennis racket, bottle, wine
glass, cup, fork, knife, spoon, bowl, banana, apple, sandwich, orange, broccoli, carrot, hot
dog, pizza, donut, cake, chair, couch, potted plant, bed, dining table, toilet, tv, laptop,
mouse, remote, keyboard, cell phone, microwave, oven, toaster, sink, refrigerator, book, clock,
vase, scissors, teddy bear, hair drier, toothbrush"""
COCO_80: Final = tuple(" ".join(_NAMES.split()).split(", "))
"""The things of COCO, in the order in which networks answer."""
CELLS: Final = 11
"""How many distances a side may have."""
_STRIDES: Final = (8, 16, 32)
_SAME: Final = 0.5
"""Two boxes of one thing that share so much of both are one."""
_SAME_PLACE: Final = 0.85
"""The same, whatever they are taken for."""


class Boxes(NamedTuple):
    """What was found: ``corners`` (n, 4) left, top, right, bottom; ``confidences`` and ``things``.

    The surest is first; a thing is its index in COCO_80.
    """

    corners: Floats
    confidences: Floats
    things: NDArray[np.int64]


class Square(NamedTuple):
    """A picture as the network takes it, float32 (1, 3, side, side), and its scale to the other."""

    planes: Floats
    scale: float


def in_square(image: NDArray[np.uint8], side: int) -> Square:
    """Return a picture, uint8 (h, w, 3), in the left upper corner of a square, the rest black."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    planes = np.zeros((1, 3, side, side), np.float32)
    planes[0, :, : size[1], : size[0]] = cv2.resize(image, size, interpolation=how).transpose(
        2, 0, 1
    )
    return Square(planes, scale)


def boxes(scores: Floats, sides: Floats, side: int, sure: float, only: frozenset[int]) -> Boxes:
    """Return what a network found in a square of ``side`` pixels, in its pixels.

    ``scores`` (n, 80) 0 to 1 and ``sides`` (n, 44), for each place of the grids. Of things that are
    not in ``only`` nothing is told, unless it is empty.
    """
    if only:
        scores = scores[:, sorted(only)]
    confidences = scores.max(axis=1)
    found = np.flatnonzero(confidences >= sure)
    things = scores[found].argmax(axis=1)
    if only:
        things = np.array(sorted(only))[things]
    places, strides = (each[found] for each in _places(side))
    cells = sides[found].reshape(-1, 4, CELLS)
    shares = np.exp(cells - cells.max(axis=-1, keepdims=True))
    away = (shares / shares.sum(axis=-1, keepdims=True)) @ np.arange(CELLS, dtype=np.float32)
    away *= strides[:, None]
    corners = np.hstack([places - away[:, :2], places + away[:, 2:]]).clip(0, side)
    order = np.argsort(-confidences[found], kind="stable")
    return _apart(Boxes(corners[order], confidences[found][order], things[order]))


def overlap(one: Floats, others: Floats) -> Floats:
    """Return how much of both a box, (4,), shares with each of others, (n, 4): 0 to 1."""
    low, high = np.maximum(one[:2], others[:, :2]), np.minimum(one[2:], others[:, 2:])
    both = np.prod(np.clip(high - low, 0, None), axis=1)
    all_ = np.prod(one[2:] - one[:2]) + np.prod(others[:, 2:] - others[:, :2], axis=1) - both
    shared: Floats = both / np.maximum(all_, 1e-6)
    return shared


def _apart(found: Boxes) -> Boxes:
    """Leave out what lies on something surer."""
    kept: list[int] = []
    for row, (box, thing) in enumerate(zip(found.corners, found.things, strict=True)):
        limits = np.where(found.things[kept] == thing, _SAME, _SAME_PLACE)
        if not (overlap(box, found.corners[kept]) > limits).any():
            kept.append(row)
    return Boxes(found.corners[kept], found.confidences[kept], found.things[kept])


@lru_cache(maxsize=4)
def _places(side: int) -> tuple[Floats, Floats]:
    """Return the middle of each place of the grids, (n, 2), and its stride, (n,)."""
    middles, strides = [], []
    for stride in _STRIDES:
        count = side // stride
        grid = np.stack(np.meshgrid(np.arange(count), np.arange(count)), axis=-1).reshape(-1, 2)
        middles.append((grid.astype(np.float32) + 0.5) * stride)
        strides.append(np.full(count * count, stride, np.float32))
    return np.concatenate(middles), np.concatenate(strides)
