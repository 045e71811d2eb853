"""Draw a head: hair, ears, face; the features lie on the skull and turn with it."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from engine.synthetic.dancer_body import Points
from engine.synthetic.dancer_expression import Expression, lips, moved_features
from engine.synthetic.dancer_figure import Figure
from engine.synthetic.dancer_look import Colour, Look, Ramp
from engine.synthetic.stage import Picture, StageCamera
from engine.synthetic.sub_pixels import SHIFT, fixed

_TURN: Final = np.linspace(0, 2 * np.pi, 28, endpoint=False)
_HALF_WIDTH: Final = 0.0455  # statures
_HALF_HEIGHT: Final = 0.0665
# The face narrows towards the jaw.
_JAW: Final = 1 - 0.26 * np.clip(-np.cos(_TURN), 0, 1) ** 2
FACE_LINE: Final = np.stack(
    [_HALF_WIDTH * np.sin(_TURN) * _JAW, _HALF_HEIGHT * np.cos(_TURN)], axis=1
)
# The hair over the forehead, as places on the face: x left, y up, in statures.
_FRINGE: Final = np.array(
    [
        [-0.047, -0.002],
        [-0.041, 0.022],
        [-0.026, 0.037],
        [0.004, 0.042],
        [0.03, 0.034],
        [0.041, 0.02],
        [0.047, -0.002],
    ]
)
_LONG_HALF: Final = np.array([[-0.05, 0.03], [-0.06, -0.03], [-0.068, -0.1], [-0.03, -0.118]])
_LONG: Final = np.concatenate([_LONG_HALF, (_LONG_HALF * [-1, 1])[::-1]])
# Places on the skull in its own frame: x left, y up, z forwards, in statures.
_EYE: Final = [[0.0185, 0.002, 0.049]]
_LID: Final = [[0.009, 0.0035, 0.049], [0.0185, 0.0072, 0.049], [0.028, 0.0035, 0.049]]
_BROW: Final = [[0.008, 0.0145, 0.053], [0.019, 0.0195, 0.05], [0.029, 0.0155, 0.043]]
_CHEEK: Final = [[0.026, -0.022, 0.046]]
_EAR: Final = [[0.046, -0.008, -0.006]]
_NOSE: Final = [[0.003, 0.004, 0.055], [0.005, -0.016, 0.062], [0, -0.0195, 0.061]]
_TIP: Final = [[0, -0.0145, 0.063]]
_MOUTH: Final = [
    [x, -0.0365 - 16 * (0.014**2 - x * x), 0.053] for x in (-0.014, -0.007, 0.0, 0.007, 0.014)
]
_HALF: Final = np.array([*_EYE, *_LID, *_BROW, *_CHEEK, *_EAR])
_PLACES: Final = np.concatenate([_HALF, _HALF * [-1, 1, 1], [*_NOSE, *_TIP, *_MOUTH]])


class Skull:
    """One head in the picture: its axes and the positions of its features, in pixels."""

    def __init__(self, body: Figure, view: StageCamera) -> None:
        bones = body.skeleton
        self._bones, self._view = bones, view
        pixels = self._project(_PLACES)
        self.unit = body.unit
        self.middle, self.places = pixels[0], pixels[2:]
        up = pixels[1] - self.middle
        self.up = up / max(float(np.linalg.norm(up)), 1e-6)
        self.left = np.array([-self.up[1], self.up[0]])
        self.angle = float(np.degrees(np.arctan2(self.left[1], self.left[0])))
        self.expression: Expression | None = None

    def make_face(self, expression: Expression) -> None:
        """Move brows, lids and mouth as an expression has it."""
        self.expression = expression
        self.places = self._project(moved_features(_PLACES, expression))[2:]
        self.lips = self._project(lips(expression))[2:]

    def _project(self, places: Points) -> Points:
        """Return the skull, a point above it, and places on it, in pixels."""
        bones = self._bones
        crown = bones.skull + 0.1 * bones.head[:, 1]
        surface = bones.skull + bones.stature * places @ bones.head.T
        return self._view.project(np.concatenate([[bones.skull, crown], surface]))[0]

    def flat(self, places: Points) -> Points:
        """Return pixels (n, 2) of points (n, 2) in statures, in the picture plane."""
        spots: Points = self.middle + self.unit * (
            places[:, :1] * self.left + places[:, 1:] * self.up
        )
        return spots

    def side(self, which: int) -> Points:
        """Return eye, lid (3), brow (3), cheek and ear of the left (0) or right (1) half."""
        return self.places[9 * which : 9 * which + 9]


def draw_back_hair(picture: Picture, skull: Skull, look: Look) -> None:
    """Draw the hair that falls behind the shoulders, or the bun above."""
    if look.hair_style == 1:
        _fill(picture, skull.flat(_LONG), look.hair[0])
        _fill(picture, skull.flat(_LONG * 0.9), look.hair[1])
    elif look.hair_style == 2:
        bun = skull.flat(np.array([[0.0, 0.078]]))[0]
        for size, shade in ((0.026, 0), (0.02, 1), (0.011, 2)):
            _oval(picture, skull, bun, (size, size), look.hair[shade])


def draw_head(picture: Picture, skull: Skull, look: Look) -> None:
    """Draw ears, face, features and front hair."""
    for which in (0, 1):
        ear = skull.side(which)[8]
        _oval(picture, skull, ear, (0.0095, 0.017), look.skin[0])
        _oval(picture, skull, ear, (0.0065, 0.013), look.skin[1])
    for size, shift, shade in ((1.0, 0.0, 0), (0.93, 0.002, 1), (0.78, 0.005, 2), (0.45, 0.009, 3)):
        outline = FACE_LINE * size + np.array([-shift, 0.6 * shift])
        _fill(picture, skull.flat(outline), look.skin[shade])
    for which in (0, 1):
        _eye(picture, skull, skull.side(which), look)
    _nose_and_mouth(picture, skull, look.skin)
    _front_hair(picture, skull, look.hair)


def _eye(picture: Picture, skull: Skull, half: Points, look: Look) -> None:
    """Draw an eye with its socket, lid and brow, and the cheek below."""
    shown = 1.0 if skull.expression is None else skull.expression.eyes
    _oval(picture, skull, half[0], (0.0125, 0.0085), look.skin[1])
    _oval(picture, skull, half[0], (0.0088, 0.0042 * shown), (214.0, 216.0, 220.0))
    _oval(picture, skull, half[0], (0.0050, 0.0046 * shown), (30.0, 26.0, 24.0))
    _line(picture, skull, half[1:4], 0.0032, (30.0, 30.0, 34.0))
    _line(picture, skull, half[4:7], 0.0055, look.hair[0])
    _oval(picture, skull, half[7], (0.009, 0.007), _blush(look.skin[2]))


def _nose_and_mouth(picture: Picture, skull: Skull, skin: Ramp) -> None:
    bridge, below, tip, mouth = np.split(skull.places[18:], [2, 3, 4])
    _line(picture, skull, bridge, 0.0045, skin[1])
    _oval(picture, skull, below[0], (0.0095, 0.0045), skin[0])
    _oval(picture, skull, tip[0], (0.0068, 0.0058), skin[3])
    if skull.expression is not None:
        _mouth(picture, skull)
        return
    _line(picture, skull, mouth, 0.0068, (86.0, 84.0, 176.0))
    _line(picture, skull, mouth, 0.0026, (50.0, 44.0, 96.0))


def _mouth(picture: Picture, skull: Skull) -> None:
    """Draw both lips, and the dark between them."""
    upper, lower = np.split(skull.lips, 2)
    _fill(picture, np.concatenate([upper, lower[::-1]]), (40.0, 30.0, 60.0))
    for lip in (upper, lower):
        _line(picture, skull, lip, 0.005, (86.0, 84.0, 176.0))


def _front_hair(picture: Picture, skull: Skull, hair: Ramp) -> None:
    """Draw the hair from ear to ear, with a highlight."""
    crown = FACE_LINE[(FACE_LINE[:, 1] > -0.003)]
    crown = crown[np.argsort(-crown[:, 0])] * 1.07
    cap = np.concatenate([_FRINGE, crown])
    _fill(picture, skull.flat(cap), hair[0])
    _fill(picture, skull.flat(cap * [0.93, 0.97] + [0.0, 0.001]), hair[1])
    gleam = np.array([[-0.028, 0.048], [-0.018, 0.058], [-0.002, 0.061], [-0.012, 0.053]])
    _fill(picture, skull.flat(gleam), hair[3])


def _blush(skin: Colour) -> Colour:
    return skin[0] * 0.93, skin[1] * 0.95, min(skin[2] * 1.03, 255.0)


def _fill(picture: Picture, outline: Points, colour: Colour) -> None:
    corners = fixed(outline)
    cv2.fillPoly(picture, [corners], colour, cv2.LINE_AA, SHIFT)


def _oval(
    picture: Picture, skull: Skull, at: Points, size: tuple[float, float], colour: Colour
) -> None:
    """Fill an ellipse of half axes in statures, aligned with the head."""
    step = 1 << SHIFT
    centre = (round(float(at[0]) * step), round(float(at[1]) * step))
    axes = (round(size[0] * skull.unit * step), round(size[1] * skull.unit * step))
    cv2.ellipse(picture, centre, axes, skull.angle, 0, 360, colour, -1, cv2.LINE_AA, SHIFT)


def _line(picture: Picture, skull: Skull, places: Points, wide: float, colour: Colour) -> None:
    corners = fixed(places)
    thick = max(1, round(wide * skull.unit))
    cv2.polylines(picture, [corners], False, colour, thick, cv2.LINE_AA, SHIFT)
