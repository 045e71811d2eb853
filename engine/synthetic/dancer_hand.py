"""A hand of 21 points, its fingers bent as a gesture has them, and how it is drawn.

Lengths are fractions of the hand's length after Buryanov & Kotiuk, "Proportions of hand segments",
International Journal of Morphology 28 (2010), rounded.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

import cv2
import numpy as np

from engine.synthetic.dancer_body import HAND, Points
from engine.synthetic.dancer_look import Ramp
from engine.synthetic.easing import held
from engine.synthetic.stage import Picture
from engine.synthetic.sub_pixels import SHIFT, fixed

HOLD: Final = 1.3  # seconds from one gesture to the next

# How far thumb, index, middle, ring and little finger are bent, 0 to 1, and how far they spread.
GESTURES: Final[Mapping[str, tuple[float, ...]]] = {
    "open": (0.0, 0.0, 0.0, 0.0, 0.0, 1.0),
    "flat": (0.2, 0.0, 0.0, 0.0, 0.0, 0.2),
    "fist": (0.9, 1.0, 1.0, 1.0, 1.0, 0.1),
    "point": (0.8, 0.0, 1.0, 1.0, 1.0, 0.2),
    "victory": (0.9, 0.0, 0.0, 1.0, 1.0, 0.8),
    "pinch": (0.7, 0.55, 0.15, 0.1, 0.1, 0.2),
    "thumb": (0.0, 1.0, 1.0, 1.0, 1.0, 0.2),
    "three": (0.9, 0.0, 0.0, 0.0, 1.0, 0.7),
}
# Where the fingers begin: across the palm to the thumb's side and along it, in hand lengths.
_KNUCKLES: Final = ((0.15, 0.47), (0.05, 0.50), (-0.06, 0.48), (-0.16, 0.43))
_BONES: Final = ((0.22, 0.13, 0.10), (0.25, 0.15, 0.10), (0.23, 0.14, 0.10), (0.18, 0.10, 0.09))
_FANS: Final = (12.0, 2.0, -9.0, -20.0)  # degrees that they lean when spread
_BENDS: Final = (78.0, 92.0, 62.0)  # degrees at the three joints of a finger that is bent
_THUMB: Final = (0.21, 0.18, 0.15)
_THICK: Final = 0.0105  # statures
FINGERS: Final = tuple(range(1 + 4 * finger, 5 + 4 * finger) for finger in range(5))


def gesture(seed: int, number: int, side: int, seconds: float) -> Points:
    """Return how a hand is bent at a moment: float64 (6,), see GESTURES."""
    key, part = held(seconds + 0.4 * side, HOLD, 0.35)
    start, end = (np.array(GESTURES[named(seed, number, side, key + k)]) for k in (0, 1))
    bent: Points = start + (end - start) * part
    return bent


@lru_cache(maxsize=256)
def named(seed: int, number: int, side: int, key: int) -> str:
    """Return the name of a gesture."""
    return str(np.random.default_rng([seed, number, side, key, 31]).choice(list(GESTURES)))


def hand_points(bent: Points) -> Points:
    """Return a hand's 21 points in its own frame, (21, 3) in hand lengths, as HAND_21 has them.

    x is across the palm to the thumb's side, y along it from the wrist, z out of the palm.
    """
    points = np.zeros((21, 3))
    spread = float(bent[5])
    points[1:5] = _thumb(float(bent[0]), spread)
    for finger, (base, bones, fan) in enumerate(zip(_KNUCKLES, _BONES, _FANS, strict=True)):
        lean = np.radians(fan * spread)
        place = np.array([*base, 0.0])
        chain = [place]
        turned = 0.0
        for bone, bend in zip(bones, _BENDS, strict=True):
            turned += np.radians(bend) * float(bent[1 + finger])
            flat = np.cos(turned)
            way = np.array([np.sin(lean) * flat, np.cos(lean) * flat, np.sin(turned)])
            place = place + bone * way
            chain.append(place)
        points[5 + 4 * finger : 9 + 4 * finger] = chain
    return points


def _thumb(bent: float, spread: float) -> Points:
    """Return the thumb's four points; bent, it comes out of the palm and over it."""
    place = np.array([0.12, 0.13, 0.02])
    chain = [place]
    lean, over = np.radians(30 + 25 * spread - 25 * bent), np.radians(50 * bent)
    for bone, bend in zip(_THUMB, (0.0, 15.0, 30.0), strict=True):
        lean -= np.radians(bend) * bent
        way = np.array([np.sin(lean) * np.cos(over), np.cos(lean) * np.cos(over), np.sin(over)])
        place = place + bone * way
        chain.append(place)
    return np.array(chain)


def placed(points: Points, wrist: Points, tip: Points, side: int, stature: float) -> Points:
    """Return a hand's points (21, 3) in metres: its palm towards the camera, along wrist to tip."""
    along = (tip - wrist) / max(float(np.linalg.norm(tip - wrist)), 1e-9)
    towards = np.array([0.0, 0.0, 1.0]) - along[2] * along
    if float(np.linalg.norm(towards)) < 0.2:  # it points at the camera
        towards = np.array([0.0, 1.0, 0.0]) - along[1] * along
    out = towards / np.linalg.norm(towards)
    across = np.cross(along, out) * (-1.0 if side == 0 else 1.0)
    frame = np.stack([across, along, out])
    placed_points: Points = wrist + HAND * stature * points @ frame
    return placed_points


def draw_hand(picture: Picture, points: Points, depths: Points, unit: float, skin: Ramp) -> None:
    """Draw a hand from its points (21, 2) in pixels, what is farther first.

    ``depths`` (21,) grow towards the camera; ``unit`` is pixels a stature.
    """
    places = fixed(points)
    palm = places[[0, 1, 5, 9, 13, 17]]
    thick = max(1, round(_THICK * 1.9 * unit))
    parts: list[tuple[float, list[int] | None]] = [(float(depths[[0, 5, 17]].mean()), None)]
    parts += [(float(depths[finger[1:]].mean()), list(finger)) for finger in FINGERS]
    for _, finger in sorted(parts, key=lambda part: part[0]):
        for colour, extra in ((skin[0], max(2, thick // 4)), (skin[2], 0)):
            if finger is None:
                cv2.fillPoly(picture, [palm], colour, cv2.LINE_AA, SHIFT)
                cv2.polylines(picture, [palm], True, colour, thick // 2 + extra, cv2.LINE_AA, SHIFT)
            else:
                line = [places[finger]]
                cv2.polylines(picture, line, False, colour, thick + extra, cv2.LINE_AA, SHIFT)
