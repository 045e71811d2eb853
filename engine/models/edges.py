"""Edges, as the first neurons of a network draw them."""

from __future__ import annotations

import math
from dataclasses import field
from typing import Annotated, Final, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import Frame
from engine.core.parameter import Param
from engine.dsp.image.colour import in_hues
from engine.dsp.image.masking import as_picture
from engine.dsp.image.painting import to_planes, working_size
from engine.dsp.image.scaling import scaled
from engine.inference.network import ModelName, NetworkModel, Threads
from engine.inference.session import Session
from engine.video.canvas import finished

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

NEURONS: Final = 32
_REACH: Final = 3.0
"""How far a neuron goes from rest; most rest in the middle of their 0 to 6."""
_SLOPE: Final = 0.06
"""The slope of brightness, of black to white within a pixel, that is drawn white."""
_SHARPNESS: Final = 4
_MULTIPLE: Final = 32
_LEAST: Final = 32


class EdgesModel(NetworkModel[Frame]):
    """Draws edges, as the first neurons of a network that was taught to name things see them.

    Nobody taught it edges: they are what it found useful to begin with. Of its 32 neurons those
    that look for them are added up, and ``angle`` chooses a direction as far as ``narrow`` says: at
    0 lines that lie, at 90 those that stand, at 45 what rises to the right. With ``neuron`` one
    alone draws what it sees; 12, 17, 29 and 32 are blind.

    Neurons are easily dazzled: at ``sensitivity`` 1 each grain is an edge, at less only what
    stands out. The network is EfficientNet-Lite0 (Tan and Le, 2019).

    Raises ModelError for a picture to which it answers with what is not a number.
    """

    TASK = "see"
    ROLES = ("edges",)

    neuron: Annotated[int, Param("which neuron draws; 0: those of edges together", 0, NEURONS)] = 0
    angle: Annotated[float, Param("the direction of the lines", 0, 180, unit="degrees")] = 0.0
    narrow: Annotated[
        float, Param("how much only lines of that direction are drawn; 0 is any", 0, 1)
    ] = 0.0
    sensitivity: Annotated[float, Param("how faint an edge is drawn", 0.01, 1)] = 0.3
    colour: Annotated[
        Literal["white", "ink", "direction"],
        Param("white on black, black on white, or a hue for each direction"),
    ] = "white"
    size: Annotated[
        int,
        Param(
            "the longer side of what it looks at; smaller draws thicker lines",
            _LEAST,
            1920,
            unit="pixels",
            lighter=(0.75, 0.5),
        ),
    ] = 640
    threads: Threads = 1
    model: ModelName = "efficientnet_lite0"

    _rest: Floats = field(default_factory=lambda: np.zeros(NEURONS, np.float32))
    """What each neuron gives where there is nothing: on a grey surface."""

    def check(self, session: Session) -> None:
        """Raise ModelError where a network does not answer with neurons and slopes."""
        super().check(session)
        if [tensor.name for tensor in session.outputs] != ["neurons", "slopes"]:
            name = session.card.name
            raise ModelError(f'the model "{name}" does not answer with neurons and slopes')
        neurons, _ = session.run(image=np.full((1, 3, _LEAST, _LEAST), 0.5, np.float32))
        self._rest = neurons[0, :, _LEAST // 4, _LEAST // 4].copy()

    def process(self, frame: Frame) -> Frame:
        """Return the edges of a picture, uint8 (h, w, 3), as large as it.

        Raises ModelError when the network fails, or answers with what is not a number.
        """
        height, width = frame.image.shape[:2]
        side = working_size(width, height, self.size, _MULTIPLE, _LEAST)
        planes = to_planes(scaled(frame.image, *side))
        # The contrast is taken back before the neurons see it: behind them it would be cut off.
        planes = np.float32(0.5) + np.float32(self.sensitivity) * (planes - np.float32(0.5))
        neurons, slopes = self.run("edges", image=planes)
        right, down = slopes[0]
        if self.neuron:
            chosen = self.neuron - 1
            drawn = np.abs(neurons[0, chosen] - self._rest[chosen]) * np.float32(1 / _REACH)
        else:
            drawn = self._lines(right, down) * np.float32(1 / _SLOPE)
        drawn[-1] = drawn[:, -1] = 0  # the neurons see the nothing beyond these edges
        image = scaled(self._coloured(np.clip(drawn, 0, 1), right, down), width, height)
        return finished(frame, image)

    def _lines(self, right: Floats, down: Floats) -> Floats:
        """Return how steep it is across the lines that are to be drawn."""
        steep = np.hypot(right, down)
        if self.narrow <= 0:
            return steep
        angle = math.radians(self.angle)
        across = np.abs(right * np.float32(math.sin(angle)) + down * np.float32(math.cos(angle)))
        along = (across / np.maximum(steep, 1e-9)) ** _SHARPNESS
        return cast(Floats, steep * (1 - np.float32(self.narrow) * (1 - along)))

    def _coloured(self, drawn: Floats, right: Floats, down: Floats) -> Picture:
        """Return lines, 0 to 1, as a picture."""
        if self.colour == "direction":
            # A line has no beginning, so its hue is the same from both: half a turn is all of them.
            return in_hues(2 * (np.degrees(np.arctan2(right, down)) % 180), drawn)
        light = cv2.convertScaleAbs(drawn, alpha=255.0)
        shade = cv2.bitwise_not(light) if self.colour == "ink" else light
        return as_picture(cast(Picture, shade))
