"""Draw what was found into a picture, for people to look at."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.skeletons import Skeleton

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
Colours = Literal["sides", "people"]

LEFT: Colour = (60, 170, 255)
RIGHT: Colour = (255, 190, 70)
MIDDLE: Colour = (245, 245, 245)
PEOPLE: tuple[Colour, ...] = (
    *((80, 220, 255), (255, 150, 60), (120, 255, 120), (200, 90, 255)),
    *((60, 90, 255), (255, 230, 90), (170, 170, 255), (90, 200, 170)),
)
"""The colours of people by their slots, the first one being 1."""
_OUTLINE: Colour = (25, 25, 25)
_FRACTION = 4
_WIDEST = 1.0 / 160
_MANY = 50
_FAR = 100.0
"""Pictures beyond which no point is drawn; OpenCV takes whole numbers of 32 bits."""


EMPTY: Colour = (40, 34, 30)
"""The calm ground that stands for a picture nobody shall see."""


def blank(image: Image) -> Image:
    """Return an empty picture of the size of another."""
    return np.full_like(image, EMPTY)


def draw_landmarks(image: Image, found: Landmarks, sure: float = 0.2) -> Image:
    """Return a copy of a picture with the bones of everybody seen, left orange, right blue.

    ``image``: uint8, (height, width, 3), blue-green-red. Points below the confidence ``sure``, and
    bones that end in one, are left out.
    """
    picture = image.copy()
    draw_everybody(picture, found, sure)
    return picture


def draw_everybody(
    picture: Image,
    found: Landmarks,
    sure: float = 0.2,
    colours: Colours = "sides",
    thickness: float = 1.0,
) -> None:
    """Draw the bones of everybody seen into ``picture``, in place.

    "sides" is left orange and right blue, "people" one colour for each slot; a ``thickness`` of 1
    is that of the page. Points that are not finite numbers are left out.
    """
    for one in found.seen:
        colour = None if colours == "sides" else PEOPLE[(one.slot - 1) % len(PEOPLE)]
        draw_instance(picture, one, found.skeleton, sure, colour=colour, thickness=thickness)


def draw_instance(
    picture: Image,
    one: Instance,
    skeleton: Skeleton,
    sure: float = 0.2,
    *,
    colour: Colour | None = None,
    thickness: float = 1.0,
) -> None:
    """Draw one body, hand or face into ``picture``, in place, by sides or in one colour."""
    height, width = picture.shape[:2]
    known = (one.points[:, -1] >= sure) & (np.abs(one.points[:, :2]) < _FAR).all(axis=1)
    points = _subpixels(np.where(known[:, np.newaxis], one.points[:, :2], 0), width, height)
    thick = max(1, round(_thickness(skeleton, width, height) * thickness))
    for start, end, _ in (shown := _bones(skeleton, points, known)):
        cv2.line(picture, start, end, _OUTLINE, thick + 2, cv2.LINE_AA, _FRACTION)
    for start, end, of_side in shown:
        cv2.line(picture, start, end, colour or of_side, thick, cv2.LINE_AA, _FRACTION)
    for name, point, there in zip(skeleton.points, points, known, strict=True):
        if there:
            radius = (thick + 1) << _FRACTION
            cv2.circle(picture, point, radius, _OUTLINE, -1, cv2.LINE_AA, _FRACTION)
            radius -= 1 << _FRACTION
            paint = colour or _colour(name, name)
            cv2.circle(picture, point, radius, paint, -1, cv2.LINE_AA, _FRACTION)


def _bones(
    skeleton: Skeleton, points: list[tuple[int, int]], known: NDArray[np.bool_]
) -> list[tuple[tuple[int, int], tuple[int, int], Colour]]:
    """Return the bones whose both ends are known: from where to where, and their colour."""
    ends = [(skeleton.index[a], skeleton.index[b], _colour(a, b)) for a, b in skeleton.bones]
    return [(points[a], points[b], colour) for a, b, colour in ends if known[a] and known[b]]


def _thickness(skeleton: Skeleton, width: int, height: int) -> int:
    """Return how thick a bone is, in pixels: thin where there are many points."""
    thick = max(1, round(max(width, height) * _WIDEST / 1.6))
    return thick if len(skeleton.points) <= _MANY else 1


def _subpixels(points: NDArray[np.float32], width: int, height: int) -> list[tuple[int, int]]:
    """Return points as OpenCV's fixed-point pixels, whose (0, 0) is the middle of the first."""
    x = points[:, 0] * width - 0.5
    y = (1.0 - points[:, 1]) * height - 0.5
    fixed = np.rint(np.stack([x, y], axis=1) * (1 << _FRACTION)).astype(int)
    return [(int(across), int(down)) for across, down in fixed]


def _colour(first: str, second: str) -> Colour:
    """Return the colour of a bone by its ends; one that has no side goes with the other."""
    sides = {side for name in (first, second) for side in ("left", "right") if side in name}
    if sides == {"left"}:
        return LEFT
    return RIGHT if sides == {"right"} else MIDDLE
