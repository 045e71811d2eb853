"""Find where people are in each picture, as a mask."""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.messages import Frame, Message
from engine.core.parameter import Param
from engine.dsp.image.masking import Mask, as_picture, feather, in_colour
from engine.dsp.image.painting import Picture, to_planes, working_size
from engine.dsp.image.region import Placement, crop_square, next_region, place
from engine.dsp.landmarks.coco import Joints, as_joints
from engine.inference.found_body import SURE
from engine.inference.network import ModelName, NetworkModel
from engine.inference.session import Session
from engine.video.canvas import finished

Weights = NDArray[np.float32]
"""How sure it is that somebody is there, 0 to 1, shape (h, w)."""

_LONGEST: Final = 640
"""The longest side of a mask in pixels: those of who fills a third of a picture are that fine."""
_RAMP: Final = 0.3
"""How far below and above ``confidence`` it is half sure."""


class Segmented(NamedTuple):
    """A mask, the picture that it belongs to, and how much of that is white, 0 to 1."""

    mask: Frame
    picture: Frame
    amount: float


class SegmentModel(NetworkModel[Frame]):
    """Finds where people are: a mask, white where somebody is and black where nobody is.

    Whatever has an inlet ``mask`` takes it: ``cutout``, ``style``, ``mix``. ``picture`` is the very
    picture that the mask was found in, so that who cuts that out never sees a moving edge too late:
    ``from = "segment.picture"`` and ``mask = { from = "segment" }``. ``amount`` is how much of the
    picture is white, 0 to 1.

    It looks at the whole picture, which does for people who fill half of its height or more. With a
    cable of ``pose`` it looks closely at each person found there, which does on a stage as well,
    and finds much finer edges; where ``pose`` finds nobody, all is black. One look more is needed
    for each person. Any landmarks of bodies do; of others, such as hands, it looks at all of the
    picture.

    ``feather`` makes the edge soft, ``grow`` moves it outwards or, below 0, inwards.

    The network is MediaPipe Selfie Segmentation, made for people near a camera.

    Raises ModelError when it is missing.
    """

    TASK = "segment"

    confidence: Annotated[float, Param("how sure to be that there is somebody", 0, 1)] = 0.5
    feather: Annotated[
        float, Param("how wide the soft edge is, in parts of the shorter side", 0, 0.5)
    ] = 0.01
    grow: Annotated[
        float, Param("how far the edge moves outwards, in parts of the shorter side", -0.2, 0.2)
    ] = 0.0
    model: ModelName = "selfie_segmentation"

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take one picture."""
        super().check(session)
        self.expect_inputs(session, ["image"], "a picture")

    def at_rest(self, outlet: str, said: Message) -> float | None:
        """Return that nobody is there."""
        return 0.0 if outlet == "amount" else None

    def process(self, frame: Frame, pose: Landmarks | None = None) -> Segmented:
        """Return the mask of a picture, grey, uint8 (h, w, 3), no side longer than 640 pixels.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        picture = in_colour(frame.image)
        height, width = picture.shape[:2]
        size = working_size(width, height, min(_LONGEST, max(width, height)), 1, 1)
        weights = np.zeros(size[::-1], np.float32)
        if pose is None:
            weights = np.asarray(cv2.resize(self._whole(picture), size), np.float32)
        for joints in as_joints(pose) if pose else ():
            self._look_at(picture, joints, weights)
        mask = self._shaped(weights)
        return Segmented(finished(frame, as_picture(mask)), frame, float(mask.mean()) / 255)

    def _whole(self, picture: Picture) -> Weights:
        """Return how sure it is where people are, at the size of the network."""
        side = self._side
        return self._ask(np.asarray(cv2.resize(picture, (side, side)), np.uint8))

    def _look_at(self, picture: Picture, joints: Joints, weights: Weights) -> None:
        """Add to the weights of a picture, in place, where one person, (17, 3), is in it.

        Weights may have another size than the picture.
        """
        height, width = picture.shape[:2]
        points = [(x * width, (1 - y) * height) for x, y, _ in joints.tolist()]
        region = next_region(points, [score >= SURE for *_, score in joints], width, height)
        placement = place(region, width, height, self._side)
        found = self._ask(crop_square(picture, placement))
        _add(weights, found, placement, weights.shape[1] / width)

    def _ask(self, square: Picture) -> Weights:
        (mask,) = self.run(image=to_planes(square))
        return np.asarray(mask[0, 0], np.float32)

    @property
    def _side(self) -> int:
        return int(self.session().inputs[0].filled[-1])

    def _shaped(self, weights: Weights) -> Mask:
        """Return the mask: sure or not sure, with the edge that is asked for."""
        steep = 255 * 0.5 / _RAMP
        clear = np.clip(weights - np.float32(self.confidence - _RAMP), 0, 2 * _RAMP)
        mask = np.asarray(cv2.convertScaleAbs(clear, alpha=steep), np.uint8)
        return feather(mask, self.feather, self.grow)


def _add(weights: Weights, found: Weights, placement: Placement, scale: float) -> None:
    """Put what was found in a square where it lies in the picture; the surer one stays.

    ``weights`` change in place; they are ``scale`` times the size of the picture.
    """
    left, top, right, bottom = (round(edge * scale) for edge in placement.source)
    u0, v0, u1, v1 = placement.target
    there = weights[top : max(bottom, top + 1), left : max(right, left + 1)]
    part = cv2.resize(found[v0:v1, u0:u1], there.shape[::-1], interpolation=cv2.INTER_LINEAR)
    np.maximum(there, part, out=there)
