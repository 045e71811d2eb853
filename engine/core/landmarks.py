"""Bodies, hands and faces as named points: one kind of message for all landmark networks.

``Landmarks`` holds everyone seen in a picture, each with a slot, an id and the points of its
skeleton (see ``skeletons``). A ``Pose`` is landmarks of the 17 joints of COCO.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from engine.core.contents import all_finite
from engine.core.kinds import Kind, kind
from engine.core.skeletons import COCO_17, Skeleton

JOINTS = COCO_17.points
"""The 17 joints in COCO order; left and right are the person's own."""


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One of those seen: ``points`` float32, shape (n, 3) or (n, 4), in the order of the skeleton.

    A row is x, y, confidence, or x, y, z, confidence where the skeleton has depth. x: 0 left of the
    picture, 1 right. y: 0 bottom, 1 top. z: as x, larger is nearer. Confidence 0 to 1; a point of
    confidence 0 is unknown and its other numbers mean nothing. ``slot`` counts from 1 and is
    reused; ``id`` is never reused within one run.
    """

    slot: int
    id: int
    points: NDArray[np.float32]


def _is_finite(found: Landmarks) -> bool:
    """Whether all numbers of the known points are finite; the others are never read.

    A picture without a width or a height is as little to be reckoned with.
    """
    return 0 < found.aspect < inf and all(
        all_finite(one.points) or all_finite(one.points[one.points[:, -1] != 0])
        for one in found.seen
    )


def _nobody(found: Landmarks) -> Landmarks | None:
    """Return landmarks of nobody, where there is somebody."""
    return found.only() if found.seen else None


def _summary(found: Landmarks) -> object:
    """Return in short who or what is seen: people, or "2 × hand"."""
    if found.skeleton.is_body or found.skeleton.metres:
        return {"people": found.count}
    return f"{found.count} × {found.skeleton.name.rstrip('_0123456789')}"


def _example() -> Landmarks:
    return Landmarks(COCO_17, (Instance(1, 1, np.full((17, 3), 0.5, np.float32)),), 16 / 9)


@kind(
    Kind.LATEST,
    words="landmarks",
    is_finite=_is_finite,
    nobody=_nobody,
    summary=_summary,
    example=_example,
)
@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """All bodies, hands or faces in a picture, by slot; ``aspect`` is its width over its height."""

    skeleton: Skeleton
    seen: tuple[Instance, ...]
    aspect: float

    SKELETON: ClassVar[Skeleton | None] = None
    """The skeleton of all messages of a type; None where each says its own."""

    @property
    def count(self) -> int:
        """The number of instances."""
        return len(self.seen)

    def only(self, *seen: Instance) -> Any:
        """Return a copy that holds only these instances."""
        return Landmarks(self.skeleton, seen, self.aspect)


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Person(Instance):
    """One body: ``joints`` float32, shape (17, 3): x, y, confidence, in the order of JOINTS."""

    points: NDArray[np.float32] = field(init=False, repr=False)
    joints: NDArray[np.float32]

    def __init__(self, slot: int, id: int, joints: NDArray[np.float32]) -> None:
        Instance.__init__(self, slot, id, joints)
        object.__setattr__(self, "joints", joints)


@kind(
    Kind.LATEST,
    is_finite=_is_finite,
    nobody=_nobody,
    summary=lambda pose: {"people": pose.count},
    example=lambda: Pose((Person(1, 1, np.full((17, 3), 0.5, np.float32)),), 16 / 9),
)
@dataclass(frozen=True, slots=True, eq=False, init=False)
class Pose(Landmarks):
    """All people in a picture, by slot; ``aspect`` is the picture's width over its height."""

    skeleton: Skeleton = field(init=False, repr=False)
    seen: tuple[Instance, ...] = field(init=False, repr=False)
    people: tuple[Person, ...]

    SKELETON: ClassVar[Skeleton | None] = COCO_17

    def __init__(self, people: tuple[Person, ...], aspect: float) -> None:
        Landmarks.__init__(self, COCO_17, people, aspect)
        object.__setattr__(self, "people", people)

    def only(self, *seen: Instance) -> Pose:
        """Return a copy that holds only these people."""
        return Pose(tuple(Person(one.slot, one.id, one.points) for one in seen), self.aspect)
