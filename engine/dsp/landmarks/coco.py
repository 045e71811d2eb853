"""The 17 joints of bodies of any skeleton, for what goes by the joints of COCO."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import JOINTS, Landmarks

Joints = NDArray[np.float32]
"""(17, 3): x, y, confidence as in ``Instance``, in the order of JOINTS."""


def as_joints(found: Landmarks) -> list[Joints]:
    """Return the joints of everybody, by name; what a skeleton lacks is unknown: confidence 0.

    A point of which a number is not finite is unknown as well.
    """
    index = found.skeleton.index
    rows = [index.get(name, -1) for name in JOINTS]
    lacking = np.array(rows) < 0
    everybody = []
    for one in found.seen:
        joints = one.points[rows][:, [0, 1, -1]]
        joints[lacking | ~np.isfinite(joints).all(axis=1)] = 0
        everybody.append(joints)
    return everybody
