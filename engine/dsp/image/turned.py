"""Squares that are cut out of a picture turned, so that what is in them stands upright.

Networks of landmarks were taught on such squares: a hand with its fingers up, a face with its eyes
level, a body with its head up. MediaPipe makes them so (Zhang et al., "MediaPipe Hands", 2020).

Coordinates are pixels of the picture from its top left corner, y down; angles are in radians,
clockwise as they are seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.masking import in_colour
from engine.dsp.image.painting import Planes, to_planes

Floats = NDArray[np.float32]

SMALLEST: Final = 4.0
"""Pixels: no square is smaller."""
LARGEST: Final = 4.0
"""Times the longer side of the picture: no square is larger."""
NEAR: Final = 0.04
"""Parts of its side within which a square stays; as much larger or smaller, or turned (radians)."""


@dataclass(frozen=True, slots=True)
class TurnedSquare:
    """A square around a middle (``x``, ``y``), of ``side`` pixels, whose top points to ``angle``.

    At an angle of 0 it stands as the picture does. One that is ``mirrored`` is cut out of a picture
    in a mirror, and shows what a network was taught on.
    """

    x: float
    y: float
    side: float
    angle: float
    mirrored: bool = False

    def fits(self, width: int, height: int) -> bool:
        """Whether it is of a size that can be, and its middle lies in the picture or near it."""
        longer = max(width, height)
        reach = self.side / 2
        return (
            math.isfinite(self.x + self.y + self.side + self.angle)
            and SMALLEST <= self.side <= LARGEST * longer
            and -reach < self.x < width + reach
            and -reach < self.y < height + reach
        )

    def part_of(self, width: int, height: int) -> tuple[int, int, int, int] | None:
        """Return the part of a picture around it, (left, top, right, bottom); None outside."""
        half = self.side / 2
        left, top = max(round(self.x - half), 0), max(round(self.y - half), 0)
        right, bottom = min(round(self.x + half), width), min(round(self.y + half), height)
        return (left, top, right, bottom) if left < right and top < bottom else None

    def shifted(self, up: float, scale: float = 1.0) -> TurnedSquare:
        """Return it moved along its own upright by parts of its side, and then larger."""
        away = up * self.side
        x, y = self.x + away * math.sin(self.angle), self.y - away * math.cos(self.angle)
        return replace(self, x=x, y=y, side=self.side * scale)

    def next(self, wanted: TurnedSquare) -> TurnedSquare:
        """Return the square for the next picture: this one while what is wanted is near.

        Why: a network's answer depends a little on its square, and the next square on the answer.
        Without this the points of who stands still never come to rest.
        """
        moved = math.hypot(wanted.x - self.x, wanted.y - self.y) / self.side
        grown = abs(wanted.side / self.side - 1)
        turned = abs(math.remainder(wanted.angle - self.angle, math.tau))
        return self if max(moved, grown, turned) < NEAR else wanted

    def is_near(self, other: TurnedSquare, parts: float) -> bool:
        """Whether the middles of both lie closer than so many parts of the larger side."""
        apart = math.hypot(self.x - other.x, self.y - other.y)
        return apart < parts * max(self.side, other.side)

    def cut(self, image: NDArray[np.uint8], size: int) -> Planes:
        """Return it as a network takes it: red, green and blue planes, 0 to 1, (1, 3, size, size).

        ``image`` is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w).
        """
        matrix = self._matrix(size)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        square = cv2.warpAffine(
            image, matrix, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return to_planes(in_colour(np.asarray(square, np.uint8)))

    def to_picture(self, points: Floats) -> Floats:
        """Map points (n, 2) of the square, 0 to 1 from its top left corner, to pixels."""
        matrix = self._matrix(1).astype(np.float32)
        turned: Floats = points @ matrix[:, :2].T + matrix[:, 2]
        return turned

    def _matrix(self, size: int) -> NDArray[np.float64]:
        """Return the matrix (2, 3) from pixels of a square of a size to those of the picture."""
        scale = self.side / size
        cosine, sine = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        half = size / 2
        way = -1.0 if self.mirrored else 1.0
        return np.array(
            [
                [way * cosine, -sine, self.x - half * way * cosine + half * sine],
                [way * sine, cosine, self.y - half * way * sine - half * cosine],
            ]
        )


def upright(start: Floats, end: Floats) -> float:
    """Return the angle of what stands on ``start`` and has its top at ``end``."""
    across, down = (end - start).tolist()
    return math.atan2(across, -down)


def level(left: Floats, right: Floats) -> float:
    """Return the angle of what is level from ``left`` to ``right``, as they are seen."""
    across, down = (right - left).tolist()
    return math.atan2(down, across)


def around(points: Floats, angle: float, scale: float, mirrored: bool = False) -> TurnedSquare:
    """Return the square around points (n, 2), ``scale`` times as large as their longer side."""
    cosine, sine = math.cos(angle), math.sin(angle)
    axes = np.array([[cosine, -sine], [sine, cosine]], np.float32)
    along = points @ axes
    low, high = along.min(axis=0), along.max(axis=0)
    middle = axes @ ((low + high) / 2)
    side = float((high - low).max()) * scale
    return TurnedSquare(float(middle[0]), float(middle[1]), side, angle, mirrored)
