"""Draws people for tests of the boxes that look at them."""

from __future__ import annotations

import numpy as np

from engine.core.messages import JOINTS, Person, Pose

ASPECT = 4 / 3
_MIDDLE = {  # statures right of the middle and above the floor; the left side is mirrored
    "nose": (0.0, 0.92),
    "eye": (-0.02, 0.936),
    "ear": (-0.045, 0.929),
    "shoulder": (-0.11, 0.818),
    "elbow": (-0.11, 0.632),
    "wrist": (-0.11, 0.486),
    "hip": (-0.058, 0.53),
    "knee": (-0.058, 0.285),
    "ankle": (-0.058, 0.039),
}


def someone(slot=1, *, number=None, x=0.5, tall=0.6, **moved) -> Person:
    """Draw a person who stands; ``moved`` puts joints at (x, y) of the picture, None hides one."""
    joints = np.ones((17, 3), np.float32)
    for index, name in enumerate(JOINTS):
        side, _, joint = name.partition("_")
        across, above = _MIDDLE[joint or side]
        if side == "left":
            across = -across
        joints[index, :2] = (x + across * tall / ASPECT, 0.1 + above * tall)
        if name in moved:
            joints[index] = (0, 0, 0) if moved[name] is None else (*moved[name], 1)
    return Person(slot, slot if number is None else number, joints)


def pose(*people: Person) -> Pose:
    """Put people into a picture."""
    return Pose(people, ASPECT)
