"""The base class of a box that finds things with a detector, and looks closely at each of them.

MediaPipe does so (Zhang et al., "MediaPipe Hands", 2020): a detector sees the whole picture, and
another network looks at each thing in a turned square, which says where to look in the next picture
as well, so that the detector has little to do.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Frame, Ns
from engine.core.skeletons import Skeleton
from engine.dsp.image.anchors import detections
from engine.dsp.image.masking import in_colour
from engine.dsp.image.painting import Planes, to_planes
from engine.dsp.image.region import crop_square, place, whole_picture
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.areas import are_made_up
from engine.dsp.landmarks.tracker import Tracker, Tracking
from engine.inference.network import NetworkModel

Floats = NDArray[np.float32]

STAYS: Final = 0.6
"""Hysteresis: a thing stays down to this part of the confidence that let it in."""
SEARCH: Final = 3
"""While some things are followed, others are looked for in one of so many pictures."""


@dataclass(slots=True)
class Followed:
    """One thing of a picture, and where to look for it next; ``points`` (n, 3) in pixels."""

    region: TurnedSquare
    points: Floats
    presence: float


Thing = TypeVar("Thing", bound=Followed)


class FollowingModel(NetworkModel[Landmarks], Generic[Thing]):
    """A box whose two ``ROLES`` are the detector, and the network that looks closely.

    ``find`` says what is in a picture.
    """

    _tracker: Tracker
    _followed: list[Thing] = field(default_factory=list)
    _size: tuple[int, int] = (0, 0)
    _pictures: int = 0
    _failed: ModelError | None = None

    def reset(self) -> None:
        """Forget what is followed: it is found anew, and has new ids."""
        self._tracker.reset()
        self._followed = []

    @abstractmethod
    def find(self, frame: Frame, pose: Landmarks | None) -> list[Thing]:
        """Return what is in a picture: what is followed, and what bodies or the detector show."""

    def follow(self, frame: Frame, pose: Landmarks | None) -> None:
        """Follow what is in a picture; one of another size is another scene.

        Raises ModelError when a network fails and nothing is found, with nothing left to follow. At
        what it fails among several is left out, which is told once.
        """
        height, width = frame.image.shape[:2]
        if self._size != (width, height):
            self._size = (width, height)
            self.reset()
        self._failed = None
        self._followed = self.find(frame, self._bodies(pose))
        if self._failed and not self._followed:
            self.reset()
            raise self._failed
        if self._failed:
            self.tell_in_part()

    def _bodies(self, pose: Landmarks | None) -> Landmarks | None:
        """Return what came by the cable of ``pose``; what is no bodies is left out, told once."""
        if pose is None or pose.skeleton.is_body:
            return pose
        self.tell_once('%s takes bodies by "pose", not "%s"', self.TASK, pose.skeleton.name)
        return None

    def is_due(self, found: list[Thing]) -> bool:
        """Whether the detector is to look at this picture, in which some are found already."""
        self._pictures += 1
        return not found or self._pictures % SEARCH == 0

    def detect(
        self, frame: Frame, sure: float, scale: Callable[[Planes], Planes] = lambda planes: planes
    ) -> list[Floats]:
        """Return what the detector sees in the whole picture, the surest first: (k, 2) in pixels.

        Each is two corners of a box, and points. ``scale`` makes of 0 to 1 what the detector takes.
        """
        detector, _ = self.ROLES
        side = self.session(detector).inputs[0].filled[-1]
        placement = place(whole_picture(*self._size), *self._size, size=side)
        square = to_planes(in_colour(crop_square(frame.image, placement)))
        answers = self._run_or_note(detector, scale(square))
        if answers is None:
            return []
        boxes, logits = answers
        found, _ = detections(boxes[0], logits[0, :, 0], side, sure)
        return [
            np.array(placement.to_picture([(x, y) for x, y in each.tolist()]), np.float32)
            for each in found
        ]

    def ask(
        self, frame: Frame, region: TurnedSquare
    ) -> tuple[Floats, tuple[NDArray[Any], ...]] | None:
        """Ask the network that looks closely for a square: its points, (n, 3), and the rest.

        The points are in pixels of the picture, with depth, larger is nearer. None where it fails.
        """
        _, closer = self.ROLES
        size = self.session(closer).inputs[0].filled[-1]
        answers = self._run_or_note(closer, region.cut(frame.image, size))
        if answers is None:
            return None
        points, *rest = answers
        square = np.asarray(points, np.float32).reshape(-1, 3) / np.float32(size)
        depth = -square[:, 2:] * np.float32(region.side)
        return np.hstack([region.to_picture(square[:, :2]), depth]), tuple(rest)

    def _run_or_note(self, role: str, image: Planes) -> tuple[NDArray[Any], ...] | None:
        """Return the answers of a network; None where it fails, which ``follow`` judges."""
        try:
            return self.run(role, image=image)
        except ModelError as error:
            self._failed = error
            return None

    def tell(
        self, skeleton: Skeleton, most: int, confidence: float, at: Ns
    ) -> list[tuple[Thing, Instance]]:
        """Return what is followed and told, by slot, as it is told: with a slot and an id.

        Points outside the picture have confidence 0.
        """
        width, height = self._size
        rows = [_wire(one, width, height) for one in self._followed]
        points = np.array(rows, np.float32).reshape(-1, len(skeleton.points), 4)
        self._tracker.options = Tracking(
            people=most, enter=confidence, stay=confidence * STAYS, birth=2
        )
        sure = [one.presence for one in self._followed]
        given = self._tracker.assign(self.outline(points), at, self.aspect, sure)
        points[are_made_up(points), 3] = 0
        return [
            (self._followed[one.row], Instance(one.slot, one.id, points[one.row])) for one in given
        ]

    def outline(self, points: Floats) -> Floats:
        """Return what is laid on each other to tell who is who, of points (n, points, 4)."""
        return points

    @property
    def aspect(self) -> float:
        """Width of the picture by its height."""
        width, height = self._size
        return width / height


def _wire(one: Followed, width: int, height: int) -> Floats:
    """Return the rows of a message: x, y, z and confidence."""
    x, y, z = one.points.T
    sure = np.full_like(x, one.presence)
    return np.column_stack([x / width, 1 - y / height, z / width, sure]).astype(np.float32)
