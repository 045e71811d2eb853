"""Networks that look closely at one body, in a square of a picture."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray

from engine.dsp.image.region import Point, Region, crop_lit, next_region, place, to_rgb
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.body_regions import from_circle, from_joints
from engine.inference.found_body import SURE, FoundBody, surest

Image = NDArray[np.uint8]
Run = Callable[..., tuple[NDArray[Any], ...]]
Size = tuple[int, int]
Scored = tuple[list[Point], list[float]]
"""Joints in the order of JOINTS: pixels from the top left corner, and scores 0 to 1."""

_LOGIT: Final = 80.0


class Closer(ABC):
    """A network that finds the joints of one body in a square.

    One that ``invents`` makes up a whole body where legs alone are seen, and takes each side for
    the other where it cannot see the front.
    """

    invents: ClassVar[bool] = False

    @abstractmethod
    def region(self, joints: FoundBody, size: Size, mirrored: bool) -> Region | TurnedSquare | None:
        """Return where to look closely at a body of 17 joints; None where that is not known."""

    @abstractmethod
    def look(
        self, image: Image, region: Region | TurnedSquare, size: Size, mirrored: bool
    ) -> FoundBody:
        """Return the body in a square of a picture, (h, w, 3) or grey, of a size (w, h)."""


@dataclass
class MoveNet(Closer):
    """MoveNet for one person: 17 joints; ``run`` asks it, ``side`` is its square in pixels.

    ``taken`` is what its input is called, and ``dtype`` what it holds.

    Votel and Li, "Next-Generation Pose Detection with MoveNet and TensorFlow.js", 2021.
    """

    run: Run
    side: int
    taken: str = "image"
    dtype: DTypeLike = np.int32

    def region(self, joints: FoundBody, size: Size, mirrored: bool) -> Region:
        """Return the square around the hips."""
        return next_region(joints.points.tolist(), (joints.sure >= SURE).tolist(), *size)

    def look(
        self, image: Image, region: Region | TurnedSquare, size: Size, mirrored: bool
    ) -> FoundBody:
        """Return the body in a square."""
        assert isinstance(region, Region)
        points, sure = (np.array(each, np.float32) for each in self.joints(image, region))
        body = FoundBody(points, sure, surest(sure))
        body.region = self.region(body, size, mirrored)
        return body

    def joints(self, image: Image, region: Region) -> Scored:
        """Return the joints that it sees in a square of a picture, and how sure it is of each."""
        height, width = image.shape[:2]
        placement = place(region, width, height, size=self.side)
        square = to_rgb(crop_lit(image, placement))[None].astype(self.dtype)
        (answer,) = self.run(**{self.taken: square})
        rows = answer[0, 0].tolist()
        return placement.to_picture([(x, y) for y, x, _ in rows]), [sure for _, _, sure in rows]


@dataclass
class BlazePose(Closer):
    """BlazePose: 33 points with depth; ``run`` asks it, ``side`` is its square in pixels.

    Bazarevsky et al., "BlazePose: On-device Real-time Body Pose Tracking", 2020.
    """

    invents: ClassVar[bool] = True

    run: Run
    side: int

    def region(self, joints: FoundBody, size: Size, mirrored: bool) -> TurnedSquare | None:
        """Return the square around the whole body, upright."""
        return from_joints(joints.points[:, :2], joints.sure, mirrored)

    def look(
        self, image: Image, region: Region | TurnedSquare, size: Size, mirrored: bool
    ) -> FoundBody:
        """Return the body in a square; one that holds nobody is not sure."""
        assert isinstance(region, TurnedSquare)
        answer, presence = self.run(image=region.cut(image, self.side))
        rows = np.asarray(answer, np.float32).reshape(-1, 5)
        square = rows[:, :3] / np.float32(self.side)
        pixels = region.to_picture(square[:, :2])
        depth = -square[:33, 2:] * np.float32(region.side)
        sure = 1 / (1 + np.exp(-np.clip(rows[:33, 3:], -_LOGIT, _LOGIT)).min(axis=1))
        follow = region.next(from_circle(pixels[33], pixels[34], mirrored))
        points = np.hstack([pixels[:33], depth])
        return FoundBody(points, sure.astype(np.float32), float(presence.ravel()[0]), follow)
