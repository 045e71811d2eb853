"""The names of the parts of a body, and the joints that each of them stands for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from engine.core.errors import UnknownName
from engine.core.messages import JOINTS

Part = Literal[
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_hand",
    "right_hand",
    "left_foot",
    "right_foot",
    "head",
    "shoulders",
    "elbows",
    "hands",
    "hips",
    "knees",
    "feet",
]
"""Every name that a performer may give to a part of a body."""

PARTS: Final[Mapping[str, tuple[int, ...]]] = {
    **{name: (index,) for index, name in enumerate(JOINTS)},
    "left_hand": (9,),
    "right_hand": (10,),
    "left_foot": (15,),
    "right_foot": (16,),
    "head": (0, 1, 2, 3, 4),
    "shoulders": (5, 6),
    "elbows": (7, 8),
    "hands": (9, 10),
    "hips": (11, 12),
    "knees": (13, 14),
    "feet": (15, 16),
}
"""The joints that a part is the middle of. A hand is its wrist and a foot its ankle: a pose of 17
joints has no fingers and no toes."""


def parts(name: str) -> tuple[int, ...]:
    """Give the indices of the joints that ``name`` is the middle of; raises UnknownName."""
    try:
        return PARTS[name]
    except KeyError:
        raise UnknownName("joint", name, PARTS) from None
