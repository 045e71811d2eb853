"""What a field of velocities says as a whole, and how it is drawn.

Velocities are float32, shape (h, w, 2): to the right and down, in heights of the picture a second.
"""

from __future__ import annotations

from typing import Final, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.colour import in_hues
from engine.dsp.image.masking import as_picture
from engine.dsp.image.scaling import scaled

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

MUCH: Final = 0.1
"""The part of a picture that moves fast where ``amount`` is 1: a dancer, all of them."""
_HARDLY: Final = 0.002
"""The part of a picture below which what moves has no direction to speak of."""


class MotionSummary(NamedTuple):
    """What moves in a picture, as a whole.

    ``amount`` 0 to 1. ``x`` and ``y``: where, 0 to 1, y from the bottom. ``right`` and ``up``: -1
    to 1, its speed. ``turn``: turns a second, clockwise, -1 to 1. ``grow``: how much larger a
    second, -1 to 1.
    """

    amount: float
    x: float
    y: float
    right: float
    up: float
    turn: float
    grow: float


def moving(velocity: Floats, fast: float) -> Floats:
    """Return how much each point moves: float32 (h, w), 0 to 1 where it is as fast as ``fast``."""
    speed = cv2.magnitude(*cv2.split(velocity))
    return cast(Floats, np.minimum(speed / np.float32(fast), np.float32(1)))


def summarise(velocity: Floats, moves: Floats, fast: float) -> MotionSummary:
    """Return what moves as a whole; ``moves`` is what ``moving`` returns.

    Velocities are averaged where something moves, what is fast counting most, since a flow fades
    towards its edges. Turn and growth are taken around the middle, in the sense of least squares.
    """
    height, width = moves.shape
    x, y = np.meshgrid((np.arange(width) + 0.5) / height, (np.arange(height) + 0.5) / height)
    share = float(moves.mean())
    amount = min(share / MUCH, 1.0)
    if share < _HARDLY:
        return MotionSummary(amount, 0.5, 0.5, 0.0, 0.0, 0.0, 0.0)
    weights = moves**2 / float((moves**2).sum())

    def mean(values: NDArray[np.floating]) -> float:
        return float((weights * values).sum())

    across, down = mean(x), mean(y)
    u, v = velocity[..., 0], velocity[..., 1]
    to_right, to_bottom = mean(u), mean(v)
    dx, dy = x - across, y - down
    spread = mean(dx * dx + dy * dy) + 1e-6
    turn = mean(dx * (v - to_bottom) - dy * (u - to_right)) / spread / (2 * np.pi)
    grow = mean(dx * (u - to_right) + dy * (v - to_bottom)) / spread
    return MotionSummary(
        amount,
        across * height / width,
        1.0 - down,
        *(_signed(one) for one in (to_right / fast, -to_bottom / fast, turn, grow)),
    )


def as_colours(velocity: Floats, moves: Floats, width: int, height: int) -> Picture:
    """Draw velocities, uint8 (height, width, 3): the hue is the direction, how bright the speed.

    To the right is red, up green-yellow, left cyan, down violet.
    """
    u, v = cv2.split(velocity)
    degrees = cast(Floats, cv2.phase(u, -v, angleInDegrees=True))
    return scaled(in_hues(degrees, moves), width, height)


def as_mask(moves: Floats, width: int, height: int) -> Picture:
    """Draw what moves as a grey picture, uint8 (height, width, 3): white where it is fast."""
    return as_picture(scaled((moves * np.float32(255)).astype(np.uint8), width, height))


def _signed(value: float) -> float:
    return min(max(value, -1.0), 1.0)
