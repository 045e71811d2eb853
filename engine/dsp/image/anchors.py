"""What a single-shot detector answers, read: boxes at anchors, and the best of those that overlap.

The detectors of MediaPipe (BlazeFace, Bazarevsky et al. 2019, and BlazePalm, Zhang et al. 2020) see
a square, and answer for each of many anchors how sure they are that something is there, and where.
Those that overlap are not thrown away but weighed: the result trembles less.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STRIDES: Final = (8, 16, 16, 16)
"""Pixels between anchors, layer by layer; there are two at each place of a layer."""
OVERLAP: Final = 0.3
_LOGIT: Final = 80.0


@lru_cache(maxsize=8)
def anchors(side: int, strides: Sequence[int] = STRIDES) -> Floats:
    """Return the middles of all anchors of a square, (n, 2): x and y, 0 to 1."""
    found = []
    layers = {stride: 2 * strides.count(stride) for stride in strides}
    for stride, each in layers.items():
        count = -(-side // stride)
        places = (np.arange(count) + 0.5) / count
        grid = np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2)
        found.append(np.repeat(grid, each, axis=0))
    return np.concatenate(found).astype(np.float32)


def detections(boxes: Floats, logits: Floats, side: int, sure: float) -> tuple[Floats, Floats]:
    """Return what was found, the surest first: boxes and points (n, k, 2), and scores (n,).

    ``boxes`` (anchors, 2 k) and ``logits`` (anchors,) are a detector's answers for a square of
    ``side`` pixels. The first two of the k are the top left corner and the bottom right one of a
    box, the others points; all 0 to 1 in the square.
    """
    scores = (1 / (1 + np.exp(-np.clip(logits, -_LOGIT, _LOGIT)))).astype(np.float32)
    (rows,) = np.nonzero(scores >= sure)
    rows = rows[np.argsort(-scores[rows], kind="stable")]
    values = boxes[rows].reshape(len(rows), boxes.shape[-1] // 2, 2) / np.float32(side)
    middles = anchors(side)[rows]
    values[:, 0] += middles
    values[:, 2:] += middles[:, None]
    half = values[:, 1] / 2
    values[:, 1] = values[:, 0] + half
    values[:, 0] -= half
    return _weighed(values, scores[rows])


def _weighed(values: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Return the weighted means of those that overlap, and the best score of each."""
    kept, best = [], []
    left = np.arange(len(values))
    while len(left):
        same = overlap(values[left[0]], values[left]) > OVERLAP
        same[0] = True
        weights = scores[left[same]]
        kept.append((values[left[same]] * weights[:, None, None]).sum(axis=0) / weights.sum())
        best.append(weights[0])
        left = left[~same]
    shape = values.shape[1:]
    return np.array(kept, np.float32).reshape(-1, *shape), np.array(best, np.float32)


def overlap(one: Floats, others: Floats) -> Floats:
    """Return the intersection over union of a box (k, 2) with others (n, k, 2), 0 to 1."""
    low = np.maximum(one[0], others[:, 0])
    high = np.minimum(one[1], others[:, 1])
    inner = np.clip(high - low, 0, None).prod(axis=1)
    surfaces = np.clip(others[:, 1] - others[:, 0], 0, None).prod(axis=1)
    whole = float(np.clip(one[1] - one[0], 0, None).prod()) + surfaces - inner
    shares: Floats = np.where(whole > 0, inner / np.maximum(whole, 1e-9), 0.0)
    return shares
