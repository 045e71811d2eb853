"""Draw what was found into a picture, for people to look at."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.skeletons import Skeleton

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]
Colours = Literal["sides", "people", "both"]

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
_FONT = cv2.FONT_HERSHEY_DUPLEX
_WIDEST = 1.0 / 160
_OF_SIZE = 1.0 / 60
"""How thick bones are at most, as a part of a whole body or hand: fingers are to be seen apart."""
_MANY = 50
"""Points beyond which none is a dot: there bones alone are the outline of a face."""
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
    *,
    numbers: bool = False,
) -> None:
    """Draw the bones of everybody seen into ``picture``, in place.

    "sides" is left orange and right blue, "people" one colour for each slot, "both" bones by slot
    and joints by side; a ``thickness`` of 1 is that of the page. ``numbers`` writes the slot beside
    each, and the id where it is another. Points that are not finite numbers are left out.
    """
    for one in found.seen:
        own = None if colours == "sides" else PEOPLE[(one.slot - 1) % len(PEOPLE)]
        sides = colours == "both"
        draw_instance(
            picture, one, found.skeleton, sure, colour=own, sides=sides, thickness=thickness
        )
        if numbers:
            _write_number(picture, one, found.skeleton, sure, own or MIDDLE)


def draw_instance(
    picture: Image,
    one: Instance,
    skeleton: Skeleton,
    sure: float = 0.2,
    *,
    colour: Colour | None = None,
    sides: bool = False,
    thickness: float = 1.0,
) -> None:
    """Draw one body, hand or face into ``picture``, in place.

    It is by sides or in one ``colour``, where the joints alone may be by ``sides``. All lines of a
    colour are one call, which makes a face about ten times as fast as each by itself.
    """
    height, width = picture.shape[:2]
    known = _known(one, sure)
    points = _subpixels(np.where(known[:, np.newaxis], one.points[:, :2], 0), width, height)
    thick = _thickness(points[known], skeleton, max(width, height), thickness)
    lines = _lines(skeleton, points, known, colour)
    under = [line for of_colour in lines.values() for line in of_colour]
    edge = thick + (2 if len(skeleton.points) <= _MANY else 1)
    cv2.polylines(picture, under, False, _OUTLINE, edge, cv2.LINE_AA, _FRACTION)
    for paint, of_colour in lines.items():
        cv2.polylines(picture, of_colour, False, paint, thick, cv2.LINE_AA, _FRACTION)
    if known.sum() > _MANY and skeleton.bones:
        return
    for name, (x, y), there in zip(skeleton.points, points.tolist(), known, strict=True):
        if there:
            radius = (thick + 1) << _FRACTION
            cv2.circle(picture, (x, y), radius, _OUTLINE, -1, cv2.LINE_AA, _FRACTION)
            radius -= 1 << _FRACTION
            of_side = _colour(name, name)
            paint = of_side if colour is None or (sides and of_side != MIDDLE) else colour
            cv2.circle(picture, (x, y), radius, paint, -1, cv2.LINE_AA, _FRACTION)


def _known(one: Instance, sure: float) -> NDArray[np.bool_]:
    """Return which points can be drawn."""
    near = (np.abs(one.points[:, :2]) < _FAR).all(axis=1)
    return np.asarray((one.points[:, -1] >= sure) & near, np.bool_)


def _lines(
    skeleton: Skeleton,
    points: NDArray[np.int32],
    known: NDArray[np.bool_],
    colour: Colour | None,
) -> dict[Colour, list[NDArray[np.int32]]]:
    """Return the bones whose both ends are known, by colour: each int32, (2, 2)."""
    lines: dict[Colour, list[NDArray[np.int32]]] = {}
    for of_side, ends in _ends_by_colour(skeleton).items():
        there = ends[known[ends].all(axis=1)]
        lines.setdefault(colour or of_side, []).extend(points[there])
    return {each: of_colour for each, of_colour in lines.items() if of_colour}


@lru_cache(maxsize=32)
def _ends_by_colour(skeleton: Skeleton) -> dict[Colour, NDArray[np.intp]]:
    """Return the rows of both ends of the bones of each colour, (n, 2)."""
    ends: dict[Colour, list[tuple[int, int]]] = {}
    for a, b in skeleton.bones:
        ends.setdefault(_colour(a, b), []).append((skeleton.index[a], skeleton.index[b]))
    return {colour: np.array(each, np.intp) for colour, each in ends.items()}


def _write_number(
    picture: Image, one: Instance, skeleton: Skeleton, sure: float, colour: Colour
) -> None:
    """Write which one this is: above a body, below a hand or a face."""
    known = _known(one, sure)
    if not known.any():
        return
    height, width = picture.shape[:2]
    x, y = one.points[known, 0], one.points[known, 1]
    # Read on a phone too, where a picture is a third as wide.
    scale = max(0.4, max(width, height) / (640 if skeleton.is_body else 960))
    text = str(one.slot) if one.id == one.slot else f"{one.slot} id {one.id}"
    heavy = max(1, round(2 * scale))
    (wide, high), _ = cv2.getTextSize(text, _FONT, scale, heavy)
    left = float((x.min() + x.max()) / 2) * width - wide / 2
    if skeleton.is_body:
        # Above the eyes is the rest of a head.
        base = (1 - float(y.max()) - 0.08 * float(np.ptp(y))) * height - 0.3 * high
    else:
        base = (1 - float(y.min())) * height + 1.7 * high
    place = (
        int(np.clip(left, 4, max(4, width - wide - 4))),
        int(np.clip(base, high + 4, max(high + 4, height - 5))),
    )
    for paint, thick in ((_OUTLINE, heavy + 3), (colour, heavy)):
        cv2.putText(picture, text, place, _FONT, scale, paint, thick, cv2.LINE_AA)


def _thickness(
    points: NDArray[np.int32], skeleton: Skeleton, longest: int, thickness: float
) -> int:
    """Return how thick a bone is, in pixels: thin where there are many points, and of who is small.

    ``points``: those that are known, (n, 2), as ``_subpixels`` gives them.
    """
    if not len(points) or len(skeleton.points) > _MANY:
        return max(1, round(thickness))
    wide, high = (np.ptp(points, axis=0) / (1 << _FRACTION)).tolist()
    usual = max(1, round(longest * _WIDEST / 1.6))
    fitting = max(1, round(max(wide, high) * _OF_SIZE))
    return max(1, round(float(min(usual, fitting) * thickness)))


def _subpixels(points: NDArray[np.float32], width: int, height: int) -> NDArray[np.int32]:
    """Return points as OpenCV's fixed-point pixels, whose (0, 0) is the middle of the first."""
    x = points[:, 0] * width - 0.5
    y = (1.0 - points[:, 1]) * height - 0.5
    return np.asarray(np.rint(np.stack([x, y], axis=1) * (1 << _FRACTION)), np.int32)


def _colour(first: str, second: str) -> Colour:
    """Return the colour of a bone by its ends; one that has no side goes with the other."""
    sides = {side for name in (first, second) for side in ("left", "right") if side in name}
    if sides == {"left"}:
        return LEFT
    return RIGHT if sides == {"right"} else MIDDLE
