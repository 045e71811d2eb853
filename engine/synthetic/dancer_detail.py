"""The hands and the face of a drawn body: where their points are, in the picture and as truth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import FACE_468
from engine.synthetic.dancer_body import Points
from engine.synthetic.dancer_expression import Expression, expression, face_points
from engine.synthetic.dancer_figure import Figure
from engine.synthetic.dancer_hand import gesture, hand_points, placed
from engine.synthetic.stage import StageCamera


@dataclass(frozen=True, slots=True)
class Detail:
    """``hands``: of the left and the right one the points (21, 2) in pixels and how near (21,).

    ``face`` (468, 3) are pixels and how near each point is, ``named`` (468,) which of them are
    known: those with a name. Nearness is in metres towards the camera.
    """

    hands: tuple[tuple[Points, Points], tuple[Points, Points]]
    face: Points
    named: NDArray[np.bool_]
    expression: Expression


def detail_of(body: Figure, seed: int, number: int, seconds: float, view: StageCamera) -> Detail:
    """Return the hands and the face of a body at a moment."""
    bones = body.skeleton
    hands = []
    for side in (0, 1):
        local = hand_points(gesture(seed, number, side, seconds))
        spots = placed(local, bones.joints[9 + side], bones.hands[side], side, bones.stature)
        hands.append((view.project(spots)[0], spots[:, 2]))
    made = expression(seed, number, seconds)
    points = face_points(made)
    rows = [FACE_468.index[name] for name in points]
    spots = bones.skull + bones.stature * np.stack(list(points.values())) @ bones.head.T
    face, named = np.zeros((len(FACE_468.points), 3)), np.zeros(len(FACE_468.points), bool)
    face[rows, :2], face[rows, 2] = view.project(spots)[0], spots[:, 2]
    named[rows] = True
    return Detail((hands[0], hands[1]), face, named, made)
