"""Grade pictures: tone, colour and threshold, in as few passes over the picture as can be.

A picture is uint8, shape (height, width, 3), BGR. All but gamma is linear, so it becomes one matrix
and nothing is cut off between two steps. Turning hues and saturation are those of W3C, "Filter
Effects Module Level 1" (hue-rotate, saturate); they leave grey as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Matrix = NDArray[np.float64]

_LUMA: Final = np.array([0.072, 0.715, 0.213])
"""How bright blue, green and red are, as W3C rounds it."""
_SINE: Final = np.array([[-0.213, -0.715, 0.928], [0.143, 0.140, -0.283], [-0.787, 0.715, 0.072]])
"""The part of a hue's turn that goes with the sine; rows and columns red, green, blue."""


@dataclass(frozen=True)
class Grading:
    """What is done to a picture: ``gamma`` first, then all that is linear, then ``threshold``.

    ``hue`` 1 is once around the circle of colours; ``contrast`` turns around the middle grey;
    ``brightness`` 1 makes black white. A ``threshold`` of 0 is none. ``level`` 0 is black.
    """

    gamma: float = 1.0
    brightness: float = 0.0
    contrast: float = 1.0
    saturation: float = 1.0
    hue: float = 0.0
    invert: bool = False
    threshold: float = 0.0
    level: float = 1.0

    @property
    def changes(self) -> bool:
        """Whether anything is done."""
        return self != Grading(hue=self.hue if self.hue % 1 == 0 else 0.0)

    @property
    def mixes_colours(self) -> bool:
        """Whether a colour of the result depends on another one of the picture."""
        return self.saturation != 1.0 or self.hue % 1 != 0

    def line(self) -> tuple[float, float]:
        """Return what every value is multiplied by, and what is added to it then, of 0 to 255."""
        gain = self.contrast
        add = 127.5 * (1 - self.contrast) + 255 * self.brightness
        if self.invert:
            gain, add = -gain, 255 - add
        level = 1.0 if self.threshold > 0 else self.level
        return gain * level, add * level

    def curve(self) -> NDArray[np.float64]:
        """Return what becomes of each value by ``gamma``, float64 (256,), 0 to 255."""
        return 255 * (np.arange(256) / 255) ** (1 / max(self.gamma, 0.01))

    def matrix(self) -> Matrix:
        """Return all that is linear, float64 (3, 4): BGR and 1 in, BGR out."""
        gain, add = self.line()
        turned = hue_matrix(self.hue) @ saturation_matrix(self.saturation)
        return np.hstack([gain * turned, np.full((3, 1), add)])


def graded(picture: Picture, grade: Grading, out: Picture) -> Picture:
    """Grade a picture into ``out``, which is another one; return that."""
    if grade.level <= 0:
        out[:] = 0
        return out
    if grade.gamma == 1.0:
        cv2.transform(picture, grade.matrix(), dst=out)
    elif grade.mixes_colours:
        cv2.LUT(picture, _rounded(grade.curve()), dst=out)
        cv2.transform(out, grade.matrix(), dst=out)
    else:
        gain, add = grade.line()
        cv2.LUT(picture, _rounded(gain * grade.curve() + add), dst=out)
    if grade.threshold > 0:
        _cut(out, grade.threshold, grade.level)
    return out


def hue_matrix(turn: float) -> Matrix:
    """Return the turn of all colours by a share of the circle, (3, 3), of BGR."""
    angle = 2 * math.pi * (turn % 1)
    luma = np.tile(_LUMA[::-1], (3, 1))
    rgb: Matrix = luma + math.cos(angle) * (np.eye(3) - luma) + math.sin(angle) * _SINE
    return rgb[::-1, ::-1]


def saturation_matrix(saturation: float) -> Matrix:
    """Return what makes colours more colourful, 1 being as they are and 0 grey; (3, 3), of BGR."""
    luma = np.tile(_LUMA, (3, 1))
    matrix: Matrix = luma + saturation * (np.eye(3) - luma)
    return matrix


def _rounded(curve: NDArray[np.float64]) -> NDArray[np.uint8]:
    return np.rint(np.clip(curve, 0, 255)).astype(np.uint8)


def _cut(picture: Picture, threshold: float, level: float) -> None:
    """Make white what is at least as bright as the threshold, and black the rest; in place."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    below, white = math.ceil(threshold * 255) - 1, round(255 * min(level, 1.0))
    cv2.threshold(grey, below, white, cv2.THRESH_BINARY, dst=grey)
    cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR, dst=picture)
