"""Paint an eye that two knobs change into other eyes."""

from __future__ import annotations

import math
from typing import Annotated, Final, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.core.parameter import Param
from engine.inference.network import ModelName, NetworkModel, Threads

Colour = Literal["amber", "blue", "brown", "grey", "greyscale", "green", "hazel", "red"]
COLOURS: Final[tuple[str, ...]] = get_args(Colour)
"""In the order of the network's labels."""

_LATENT = 100


class EyesModel(NetworkModel[Frame]):
    """Paints eyes as old paintings have them, and glides from one to the next.

    Each knob leads around a circle of eyes: 0 and 1 are the same, and what lies near each other
    looks alike, so a slow hand, a voice or an ``lfo`` makes an eye that is never still. ``seed``
    lays the circles through other eyes. About two of three are good; the rest is paint.

    The network is no part of the installation: install the extra "eyes", and build it once by
    ``sensorium models build eyes``. It is a conditional DCGAN (Radford, Metz and Chintala, 2015).
    """

    TASK = "eyes"

    colour: Annotated[
        Colour | dict[Colour, float], Param("the iris: a colour, or weights of several", 0, 1)
    ] = "blue"
    seed: Annotated[int, Param("another number, other eyes", 0, 1_000_000)] = 0
    threads: Threads = 1
    model: ModelName = "eyes"

    def process(self, x: float, y: float = 0.0) -> Frame:
        """Return an eye, uint8 (128, 128, 3), for two numbers from 0 to 1.

        Raises ModelError when the network fails.
        """
        inputs = {"latent": _latent(x, y, self.seed), "colour": _shares(self.colour)}
        (painted,) = self.run(**inputs)
        image = np.asarray(cv2.cvtColor(painted[0], cv2.COLOR_RGB2BGR), np.uint8)
        image.flags.writeable = False
        return Frame(image)


def _latent(x: float, y: float, seed: int) -> NDArray[np.float32]:
    """Return a place in the network's space, (1, 100), as far out as those it was trained on.

    It lies on a torus through four chance directions.
    """
    ways = np.random.default_rng(seed).normal(size=(4, _LATENT)) / math.sqrt(2)
    angles = [2 * math.pi * (turn % 1.0) if math.isfinite(turn) else 0.0 for turn in (x, y)]
    parts = [part(angle) for angle in angles for part in (math.cos, math.sin)]
    return np.asarray(parts @ ways, np.float32)[None]


def _shares(colour: str | dict[Colour, float]) -> NDArray[np.float32]:
    """Return the weights of a colour, (1, 8), with the sum 1; no colour at all is grey."""
    weights = {colour: 1.0} if isinstance(colour, str) else colour
    shares = np.zeros((1, len(COLOURS)), np.float32)
    for name, weight in weights.items():
        shares[0, COLOURS.index(name)] = max(weight, 0.0)
    total = float(shares.sum())
    if total <= 0:
        shares[0, COLOURS.index("greyscale")] = total = 1.0
    return shares / np.float32(total)
