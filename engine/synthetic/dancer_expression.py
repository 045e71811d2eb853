"""What a drawn face does: mouth, smile, brows and eyes, as a function of (seed, time)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from engine.synthetic.dancer_body import Points
from engine.synthetic.easing import held

HOLD: Final = 1.6  # seconds from one expression to the next
BLINK: Final = 0.12  # seconds that an eye is closing or opening
_LIP: Final = np.array([-0.014, -0.007, 0.0, 0.007, 0.014])
_SKIN: Final = 0.053
# What moves, among the places that a head is drawn by: lids and brows of both sides.
_LIDS: Final = [*range(1, 4), *range(10, 13)]
_BROWS: Final = [*range(4, 7), *range(13, 16)]


@dataclass(frozen=True, slots=True)
class Expression:
    """Each 0 to 1: ``mouth`` and ``eyes`` how far open, ``smile``, ``brows`` how far raised."""

    mouth: float
    smile: float
    brows: float
    eyes: float


def expression(seed: int, number: int, seconds: float) -> Expression:
    """Return what the face of a person does at a moment."""
    key, part = held(seconds, HOLD, 0.4)
    start, end = (_drawn(seed, number, key + k) for k in (0, 1))
    mouth, smile, brows = (start + (end - start) * part).tolist()
    rate = 2.6 + 0.7 * ((seed + number) % 3)
    closing = abs((seconds + 0.37 * number) % rate - rate / 2) / BLINK
    return Expression(mouth, smile, brows, float(min(1.0, max(0.12, closing))))


@lru_cache(maxsize=256)
def _drawn(seed: int, number: int, key: int) -> Points:
    rng = np.random.default_rng([seed, number, key, 29])
    return np.where(rng.random(3) < 0.45, 0.0, rng.uniform(0.3, 1.0, 3))


def moved_features(places: Points, face: Expression) -> Points:
    """Return the places of a head's features (27, 3) in its frame, lids and brows moved."""
    moved = places.copy()
    moved[_LIDS, 1] -= 0.006 * (1 - face.eyes)
    moved[_BROWS, 1] += 0.009 * face.brows
    return moved


def lips(face: Expression) -> Points:
    """Return both lips (10, 3) in the head's frame: the upper from right to left, the lower too."""
    wide = _LIP * (1 + 0.35 * face.smile - 0.15 * face.mouth)
    round_ = 1 - (_LIP / 0.014) ** 2
    corners = -0.0365 + 0.007 * face.smile * (1 - round_)
    deep = np.full(5, _SKIN)
    upper = np.stack([wide, corners - 0.001 * round_, deep], axis=1)
    drop = (0.0025 + 0.024 * face.mouth) * round_
    return np.concatenate([upper, np.stack([wide, corners - drop, deep], axis=1)])


def face_points(face: Expression) -> dict[str, Points]:
    """Return the named points of a face (3,) in the head's frame: x left, y up, z forwards.

    They are those of the mesh of 468 that have a name, where this face is drawn.
    """
    mouth, lid = lips(face), 0.0035 * face.eyes
    jaw = 0.016 * face.mouth
    points = {
        "nose_tip": (0.0, -0.0145, 0.063),
        "forehead": (0.0, 0.05, 0.045),
        "chin": (0.0, -0.0665 - jaw, 0.036),
        "mouth_left": mouth[4],
        "mouth_right": mouth[0],
        "lip_top": mouth[2],
        "lip_bottom": mouth[7],
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        points |= {
            f"{side}_cheek": (sign * 0.0445, -0.012, 0.004),
            f"{side}_eye_outer": (sign * 0.0275, 0.002, 0.046),
            f"{side}_eye_inner": (sign * 0.0095, 0.002, 0.049),
            f"{side}_eye_top": (sign * 0.0185, 0.002 + lid, 0.049),
            f"{side}_eye_bottom": (sign * 0.0185, 0.002 - lid, 0.049),
            f"{side}_eyebrow": (sign * 0.019, 0.0195 + 0.009 * face.brows, 0.05),
        }
    return {name: np.asarray(place, np.float64) for name, place in points.items()}
