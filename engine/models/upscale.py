"""Make a picture twice as large, sharper than by stretching it."""

from __future__ import annotations

from typing import Annotated

import cv2
import numpy as np

from engine.core.messages import Frame
from engine.core.parameter import Param
from engine.dsp.image.masking import in_colour
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.session import Session
from engine.video.canvas import finished


class UpscaleModel(NetworkModel[Frame]):
    """Double the width and height of a picture.

    What it gives is nearer to the picture that was made small than the best plain stretching
    (Lanczos), by a little: edges are firmer, nothing is invented. It is for small pictures, such as
    paintings and films of half the size. A picture whose longer side is over ``most`` is passed on.
    """

    TASK = "upscale"

    most: Annotated[
        int, Param("larger pictures are passed on as they are", 16, 1920, unit="pixels")
    ] = 480
    threads: Threads = 1
    model: ModelName = "enlarge2x"

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take how bright a picture is."""
        super().check(session)
        self.expect_inputs(session, ["luma"], "how bright a picture is")

    def process(self, frame: Frame) -> Frame:
        """Return a picture, uint8 (h, w, 3), as one of (2h, 2w, 3).

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        picture = in_colour(frame.image)
        height, width = picture.shape[:2]
        if max(height, width) > self.most:
            return frame
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        # The network mirrors three points beyond each edge, and so needs four.
        down, across = max(0, 4 - height), max(0, 4 - width)
        wide = cv2.copyMakeBorder(grey, 0, down, 0, across, cv2.BORDER_REPLICATE)
        luma = np.asarray(wide, np.float32) / np.float32(255)
        (added,) = self.run(luma=luma[None, None])
        more = added[0, 0, : 2 * height, : 2 * width, None] * np.float32(255)
        size = (2 * width, 2 * height)
        plain = cv2.resize(picture.astype(np.float32), size, interpolation=cv2.INTER_LANCZOS4)
        return finished(frame, np.clip(np.rint(plain + more), 0, 255).astype(np.uint8))
