"""How much paintings flicker: the warping error, by a flow that no method here uses.

That of Lai et al., "Learning Blind Video Temporal Consistency", ECCV 2018: each painting is
compared with the next one, fetched back along the optical flow of what was painted. Points that are
hidden in the next picture, and those at the edges of movements, do not count; which these are is
decided as in Ruder et al., "Artistic Style Transfer for Videos", 2016. The flow is OpenCV's DIS
(Kroeger et al., "Fast Optical Flow using Dense Inverse Search", ECCV 2016).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

_AROUND = 0.01
_LEAST_AROUND = 0.5
_EDGE = 0.01
_LEAST_EDGE = 0.002
"""The constants of Ruder et al."""


class TrueFlow(NamedTuple):
    """Where each point is in the next picture: ``flow`` (h, w, 2), and whether it ``counts``."""

    flow: Floats
    counts: NDArray[np.bool_]


def true_flows(pictures: Sequence[Picture]) -> list[TrueFlow]:
    """Return the flow from each picture, uint8 (h, w, 3), to the next."""
    method = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    greys = [cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) for picture in pictures]
    found = []
    for one, other in pairwise(greys):
        forward = _found_by(method, one, other)
        backward = _found_by(method, other, one)
        found.append(TrueFlow(forward, ~(_hidden(forward, backward) | _edges(forward))))
    return found


def warping_error(paintings: Sequence[Picture], truths: Sequence[TrueFlow]) -> float:
    """Return the mean squared distance of colours, 0 to 3, of what is the same point.

    ``paintings`` are as large as the pictures whose flow it is.
    """
    squares = points = 0.0
    for (one, other), truth in zip(pairwise(paintings), truths, strict=True):
        there = fetched(other.astype(np.float32), truth.flow)
        apart = (((one - there) / 255) ** 2).sum(axis=2)
        squares += float(apart[truth.counts].sum())
        points += float(truth.counts.sum())
    return squares / max(points, 1.0)


def fetched(picture: NDArray[np.float32], flow: Floats) -> Floats:
    """Fetch each point of a picture from where a flow leads."""
    height, width = flow.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    where = (x + flow[..., 0], y + flow[..., 1])
    warped = cv2.remap(picture, *where, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cast(Floats, warped)


def _found_by(method: cv2.DISOpticalFlow, one: Any, other: Any) -> Floats:
    return cast(Floats, method.calc(one, other, cast(Any, None)))


def _hidden(forward: Floats, backward: Floats) -> NDArray[np.bool_]:
    """Return where what leads there does not lead back."""
    back = fetched(backward, forward)
    round_trip = ((forward + back) ** 2).sum(axis=2)
    length = (forward**2).sum(axis=2) + (back**2).sum(axis=2)
    return cast("NDArray[np.bool_]", round_trip > _AROUND * length + _LEAST_AROUND)


def _edges(flow: Floats) -> NDArray[np.bool_]:
    """Return where a movement ends and another begins."""
    slopes = [slope**2 for axis in (0, 1) for slope in np.gradient(flow[..., axis])]
    steep = np.sum(slopes, axis=0)
    return cast("NDArray[np.bool_]", steep > _EDGE * (flow**2).sum(axis=2) + _LEAST_EDGE)
