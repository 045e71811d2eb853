"""Paint the performer from a skeleton, with a network trained on a recording of them."""

from __future__ import annotations

from typing import Annotated, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.landmarks import Landmarks
from engine.core.messages import Frame
from engine.core.parameter import Param
from engine.dsp.image.skeleton_drawing import draw_skeletons
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.session import Session

_LEAST_ASPECT = 0.05
"""A picture twenty times as high as wide; beyond that a number is a mistake."""


class SkeletonToPictureModel(NetworkModel[Frame]):
    """Paints whoever was recorded into the pose of whoever is there.

    ``sensorium train picture RECORDING`` trains the network, on two minutes of a performer, into a
    folder that ``model`` names; the one that is here has seen the stand-in. The skeleton must be
    of the sort that it was trained on. What it paints is a blurred picture of the recorded room
    and body, sharp where it is sure; far from what was recorded it makes things up. Joints may be
    moved, smoothed or delayed on their way, and several bodies are painted at once.

    The network is a small U-Net (Ronneberger, Fischer and Brox, 2015), as in pix2pix (Isola, Zhu,
    Zhou and Efros, 2017) without its adversary.
    """

    TASK = "skeleton_to_picture"

    size: Annotated[
        int, Param("the longer side of the picture that it gives", 32, 1920, unit="pixels")
    ] = 640
    threads: Threads = 1
    model: ModelName = "dancer"

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take a skeleton and give a picture."""
        super().check(session)
        shapes = [[each.shape for each in side] for side in (session.inputs, session.outputs)]
        if shapes[0] != shapes[1] or len(shapes[0]) != 1 or not _is_picture(shapes[0][0]):
            card = session.card
            raise ModelError(f'the model "{card.name}" does not paint a picture from a skeleton')

    def process(self, skeletons: Landmarks) -> Frame:
        """Return the painting of everybody seen, uint8 (h, w, 3), as wide as their picture was.

        Raises ModelError when the network fails.
        """
        tensor = self.session().inputs[0]
        _, height, width, _ = tensor.filled
        drawn = draw_skeletons(skeletons, width, height)
        (painted,) = self.run(**{tensor.name: drawn[None]})
        image = _resized(painted[0], self.size, skeletons.aspect)
        image.flags.writeable = False
        return Frame(image)


def _is_picture(shape: tuple[int | str, ...]) -> bool:
    """Whether a shape is that of one picture of a certain size."""
    return (
        len(shape) == 4
        and (shape[0], shape[3]) == (1, 3)
        and all(isinstance(side, int) for side in shape)
    )


def _resized(painted: NDArray[np.uint8], longer: int, aspect: float) -> NDArray[np.uint8]:
    """Return a picture whose longer side has so many pixels, of an aspect ratio that can be."""
    if not _LEAST_ASPECT <= aspect <= 1 / _LEAST_ASPECT:
        aspect = painted.shape[1] / painted.shape[0]
    scale = longer / max(aspect, 1.0)
    size = (max(1, round(scale * aspect)), max(1, round(scale)))
    enlarged = cv2.resize(painted, size, interpolation=cv2.INTER_CUBIC)
    return cast(NDArray[np.uint8], enlarged)
