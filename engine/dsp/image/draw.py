"""Draw what was found into a picture, for people to look at."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import JOINTS, Person, Pose

Image = NDArray[np.uint8]
Colour = tuple[int, int, int]

LIMBS = (
    ("nose", "left_eye"),
    ("nose", "right_eye"),
    ("left_eye", "left_ear"),
    ("right_eye", "right_ear"),
    ("left_shoulder", "right_shoulder"),
    ("left_shoulder", "left_elbow"),
    ("left_elbow", "left_wrist"),
    ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"),
    ("left_shoulder", "left_hip"),
    ("right_shoulder", "right_hip"),
    ("left_hip", "right_hip"),
    ("left_hip", "left_knee"),
    ("left_knee", "left_ankle"),
    ("right_hip", "right_knee"),
    ("right_knee", "right_ankle"),
)
"""The joints between which there is a line."""

LEFT: Colour = (60, 170, 255)
RIGHT: Colour = (255, 190, 70)
MIDDLE: Colour = (245, 245, 245)
_OUTLINE: Colour = (25, 25, 25)
_FRACTION = 4
_WIDEST = 1.0 / 160


EMPTY: Colour = (40, 34, 30)
"""The calm ground that stands for a picture nobody shall see."""


def blank(image: Image) -> Image:
    """Give an empty picture of the size of another."""
    return np.full_like(image, EMPTY)


def draw_pose(image: Image, pose: Pose, sure: float = 0.2) -> Image:
    """Give a copy of a picture with the limbs of everybody in it, their left orange, right blue.

    ``image``: uint8, (height, width, 3), blue-green-red. Joints below the confidence ``sure``, and
    limbs that end in one, are left out.
    """
    picture = image.copy()
    for person in pose.people:
        draw_person(picture, person, sure)
    return picture


def draw_person(picture: Image, person: Person, sure: float = 0.2) -> None:
    """Draw one body into ``picture``, in place."""
    height, width = picture.shape[:2]
    points = _subpixels(person.joints, width, height)
    known = person.joints[:, 2] >= sure
    thick = max(1, round(max(width, height) * _WIDEST / 1.6))
    limbs = [(JOINTS.index(a), JOINTS.index(b), _colour(a, b)) for a, b in LIMBS]
    shown = [(points[a], points[b], colour) for a, b, colour in limbs if known[a] and known[b]]
    for start, end, _ in shown:
        cv2.line(picture, start, end, _OUTLINE, thick + 2, cv2.LINE_AA, _FRACTION)
    for start, end, colour in shown:
        cv2.line(picture, start, end, colour, thick, cv2.LINE_AA, _FRACTION)
    for name, point, there in zip(JOINTS, points, known, strict=True):
        if there:
            radius = (thick + 1) << _FRACTION
            cv2.circle(picture, point, radius, _OUTLINE, -1, cv2.LINE_AA, _FRACTION)
            radius -= 1 << _FRACTION
            cv2.circle(picture, point, radius, _colour(name, name), -1, cv2.LINE_AA, _FRACTION)


def _subpixels(joints: NDArray[np.float32], width: int, height: int) -> list[tuple[int, int]]:
    """Turn joints into OpenCV's fixed-point pixels, whose (0, 0) is the middle of the first."""
    x = joints[:, 0] * width - 0.5
    y = (1.0 - joints[:, 1]) * height - 0.5
    fixed = np.rint(np.stack([x, y], axis=1) * (1 << _FRACTION)).astype(int)
    return [(int(across), int(down)) for across, down in fixed]


def _colour(first: str, second: str) -> Colour:
    sides = {name.split("_")[0] for name in (first, second)} - {"nose"}
    if sides == {"left"}:
        return LEFT
    return RIGHT if sides == {"right"} else MIDDLE
