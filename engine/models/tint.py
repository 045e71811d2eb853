"""Tint a picture in colours that are made up."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.core.parameter import Param
from engine.dsp.image.masking import in_colour
from engine.dsp.image.painting import Picture, working_size
from engine.dsp.image.scaling import scaled
from engine.dsp.image.steadying import Steadying
from engine.dsp.image.tinting import Tint, as_pixels, from_pixels, tinted
from engine.inference.network import ModelName, NetworkModel
from engine.inference.optical_flow import OpticalFlow
from engine.inference.session import Session
from engine.video.canvas import Canvas, finished

_MULTIPLE: Final = 16
_LEAST: Final = 32
"""What the sides of what the network sees are multiples of, and how long they are at least."""


class TintModel(NetworkModel[Frame]):
    """Tint a picture in colours that are made up: an effect, like a postcard coloured by hand.

    A network sees only how bright the picture is, and makes up colours for it. They are not those
    that things have: it has learned from a few dozen photographs. How it looks stands, with
    pictures, in [Pictures](pictures.md#coloured-by-hand). Whatever the picture has of
    colours itself stays as far as ``strength`` lets it; how bright it is stays.

    ``steady`` lets colours stay, and go along with what moves, so that nothing flickers.

    Raises ModelError when the network is missing.
    """

    TASK = "tint"

    strength: Annotated[
        float, Param("how much is made up; 0 is the picture with its own colours", 0, 1)
    ] = 1.0
    saturation: Annotated[float, Param("how colourful; 0 is grey", 0, 4)] = 1.5
    warmth: Annotated[float, Param("above 0 like lamps, below like the moon", -1, 1)] = 0.0
    steady: Annotated[float, Param("how much colours stay, and go along with what moves", 0, 1)] = (
        0.7
    )
    size: Annotated[
        int,
        Param(
            "the longer side of what the network sees; smaller is faster, with larger patches",
            64,
            640,
            unit="pixels",
            lighter=(0.75, 0.5),
        ),
    ] = 192
    model: ModelName = "tint"

    _canvas: Canvas = field(default_factory=Canvas)
    _steadying: Steadying = field(default_factory=Steadying)
    _flow: OpticalFlow | None = None

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not take how bright a picture is."""
        super().check(session)
        self.expect_inputs(session, ["luma"], "how bright a picture is")

    def reset(self) -> None:
        """Forget the colours that there were."""
        self._steadying.forget()

    def process(self, frame: Frame) -> Frame:
        """Return the picture, uint8 (h, w, 3), of the same size, tinted.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        if self.strength <= 0:
            self._steadying.forget()
            return frame
        picture = in_colour(frame.image)
        colours = self._steadied(picture)
        tint = Tint(self.strength, self.saturation, self.warmth)
        return finished(frame, tinted(picture, colours, tint, self._canvas.take(picture.shape)))

    def _steadied(self, picture: Picture) -> NDArray[np.float32]:
        """Return the colours of a picture, which keep to those before as ``steady`` says."""
        height, width = picture.shape[:2]
        small = scaled(picture, *working_size(width, height, self.size, _MULTIPLE, _LEAST))
        luma = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
        planes = np.multiply(luma, np.float32(1 / 255), dtype=np.float32)[None, None]
        (found,) = self.run(luma=planes)
        size = small.shape[1::-1]
        colours = np.asarray(cv2.resize(found[0].transpose(1, 2, 0), size), np.float32)
        if self.steady <= 0:
            self._steadying.forget()
            return colours
        self._flow = self._flow or OpticalFlow()
        pixels = self._steadying.steadied(as_pixels(colours), small, self.steady, self._flow)
        return from_pixels(pixels)
