"""A human body as lengths and angles: forward kinematics from a posture to points in space.

Space is in metres: x to the right of the picture, y up, z towards the camera. The dancer faces the
camera, so the person's own left is +x. Angles are in degrees.

Lengths are fractions of the stature after Drillis & Contini (1966), as printed in Winter,
Biomechanics and Motor Control of Human Movement, 4th ed. (2009), fig. 4.1. Shoulder and hip *joint
centres* lie inside the bony breadths of that figure (0.259 and 0.191), where annotators of
photographs place them.

Why legs are solved backwards from the feet and arms forwards from the shoulders: feet that slide on
the floor look wrong at once, while hands are free in the air.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

UPPER_ARM: Final = 0.186
FOREARM: Final = 0.146
HAND: Final = 0.108
THIGH: Final = 0.245
SHANK: Final = 0.246
ANKLE_HEIGHT: Final = 0.039
FOOT: Final = 0.152
TRUNK: Final = 0.288
HALF_SHOULDERS: Final = 0.110
HALF_HIPS: Final = 0.058
NECK: Final = 0.062
HEAD_RISE: Final = 0.057

POSTURE: Final = (
    "turn",  # whole body about the vertical, to the person's left
    "lean",  # trunk sideways, to the person's left
    "bow",  # trunk forwards
    "twist",  # shoulders against hips
    "head_turn",
    "head_tilt",
    "head_nod",
    "left_raise",  # upper arm: 0 hangs, 90 level, 180 overhead
    "left_front",  # the plane it is raised in: 0 sideways, 90 forwards
    "left_elbow",  # 0 straight
    "left_roll",  # where the elbow bends to: 0 on upwards, 90 forwards, 180 back down
    "right_raise",
    "right_front",
    "right_elbow",
    "right_roll",
    "sink",  # pelvis below standing, in statures
    "hop",  # the whole body above the floor, in statures
    "left_out",  # foot beside, above and before where it stands, in statures
    "left_up",
    "left_ahead",
    "right_out",
    "right_up",
    "right_ahead",
)
"""The names of a posture's numbers, in order."""

INDEX: Final = {name: place for place, name in enumerate(POSTURE)}

# Head-frame places of the facial joints in statures: x left, y up, z forwards, from the skull's
# centre. nose, left eye, right eye, left ear, right ear.
FACE: Final = np.array(
    [
        [0.0, -0.016, 0.062],
        [0.0185, 0.002, 0.049],
        [-0.0185, 0.002, 0.049],
        [0.0445, -0.008, -0.004],
        [-0.0445, -0.008, -0.004],
    ]
)


@dataclass(frozen=True, slots=True)
class DancerBones:
    """One body in space.

    ``joints``: (17, 3) metres, COCO order. ``hands``, ``toes``: (2, 3) finger tips and toe tips,
    left first. ``pelvis``, ``chest``, ``skull``: (3,) centres of hips, shoulders and head.
    ``hips_turn``, ``torso``, ``head``: (3, 3) frames, columns left, up, forwards.
    """

    stature: float
    joints: Points
    hands: Points
    toes: Points
    pelvis: Points
    chest: Points
    skull: Points
    hips_turn: Points
    torso: Points
    head: Points

    def turned(self, degrees: float) -> DancerBones:
        """Return the same body with all of space turned about the vertical at x, z = 0.

        So it is seen by a camera that stands so many ``degrees`` further to the dancer's left.
        """
        way = rotation(-degrees, 0.0, 0.0)
        points = [self.joints, self.hands, self.toes, self.pelvis, self.chest, self.skull]
        frames = [self.hips_turn, self.torso, self.head]
        return DancerBones(
            self.stature, *(each @ way.T for each in points), *(way @ each for each in frames)
        )


def standing() -> Points:
    """Return the posture of standing at ease: float64, shape (23,), degrees and statures."""
    posture = np.zeros(len(POSTURE))
    for side in ("left", "right"):
        posture[INDEX[f"{side}_raise"]] = 12.0
        posture[INDEX[f"{side}_elbow"]] = 14.0
        posture[INDEX[f"{side}_roll"]] = 110.0
        posture[INDEX[f"{side}_out"]] = 0.015
    return posture


def rotation(yaw: float, pitch: float, roll: float) -> Points:
    """Return the rotation matrix (3, 3) by ``yaw`` and ``roll`` to the left, ``pitch`` forwards."""
    cy, cp, cr = np.cos(np.radians([yaw, pitch, -roll])).tolist()
    sy, sp, sr = np.sin(np.radians([yaw, pitch, -roll])).tolist()
    about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cp, -sp], [0.0, sp, cp]])
    about_z = np.array([[cr, -sr, 0.0], [sr, cr, 0.0], [0.0, 0.0, 1.0]])
    turned: Points = about_y @ about_z @ about_x
    return turned


def skeleton(posture: Points, stature: float, floor: Points) -> DancerBones:
    """Return a body of ``stature`` metres at ``floor`` (x, z in metres) in a ``posture`` (23,)."""
    turn, lean, bow, twist, head_turn, head_tilt, head_nod = posture[:7].tolist()
    hips_turn = rotation(turn, 0.15 * bow, 0.25 * lean)
    torso = rotation(turn + twist, bow, lean)
    head = rotation(turn + twist + head_turn, 0.5 * bow + head_nod, 0.4 * lean + head_tilt)

    ankles, toes = _feet(posture, stature, floor, turn)
    pelvis = _pelvis(posture, stature, floor, hips_turn, ankles)
    # The trunk bends in its lower half, so shoulders end up between the two directions.
    spine = 0.35 * hips_turn[:, 1] + 0.65 * torso[:, 1]
    chest = pelvis + TRUNK * stature * spine / np.linalg.norm(spine)
    neck = chest + NECK * stature * (0.6 * torso[:, 1] + 0.4 * head[:, 1])
    skull = neck + HEAD_RISE * stature * head[:, 1]

    joints = np.empty((17, 3))
    joints[0:5] = skull + stature * FACE @ head.T
    hands = np.empty((2, 3))
    for side, sign in enumerate((1.0, -1.0)):
        shoulder = chest + sign * HALF_SHOULDERS * stature * torso[:, 0]
        hip = pelvis + sign * HALF_HIPS * stature * hips_turn[:, 0]
        upper, fore = _arm(posture[7 + 4 * side : 11 + 4 * side], sign)
        elbow = shoulder + UPPER_ARM * stature * torso @ upper
        wrist = elbow + FOREARM * stature * torso @ fore
        hands[side] = wrist + HAND * stature * torso @ fore
        knee = _knee(hip, ankles[side], stature, hips_turn, sign)
        joints[[5 + side, 7 + side, 9 + side, 11 + side, 13 + side, 15 + side]] = np.stack(
            [shoulder, elbow, wrist, hip, knee, ankles[side]]
        )
    return DancerBones(stature, joints, hands, toes, pelvis, chest, skull, hips_turn, torso, head)


def _arm(angles: Points, sign: float) -> tuple[Points, Points]:
    """Return the directions of upper arm and forearm in the torso's frame, each (3,)."""
    up, front, elbow, roll = np.radians(angles).tolist()
    down = np.array([0.0, -1.0, 0.0])
    level = np.array([sign * np.cos(front), 0.0, np.sin(front)])
    upper = np.cos(up) * down + np.sin(up) * level
    onward = -np.sin(up) * down + np.cos(up) * level
    forward = np.array([-sign * np.sin(front), 0.0, np.cos(front)])  # square to both
    bend = np.cos(roll) * onward + np.sin(roll) * forward
    return upper, np.cos(elbow) * upper + np.sin(elbow) * bend


def _feet(posture: Points, stature: float, floor: Points, turn: float) -> tuple[Points, Points]:
    """Return ankles and toe tips, each (2, 3) metres, left first."""
    frame = rotation(turn, 0.0, 0.0)
    ground = np.array([floor[0], 0.0, floor[1]])
    ankles, toes = np.empty((2, 3)), np.empty((2, 3))
    for side, sign in enumerate((1.0, -1.0)):
        out, up, ahead = posture[17 + 3 * side : 20 + 3 * side].tolist()
        lifted = up + float(posture[INDEX["hop"]])
        place = np.array([sign * (HALF_HIPS + out), ANKLE_HEIGHT + lifted, ahead])
        ankles[side] = ground + stature * frame @ place
        # Toes point outwards a little; a lifted foot hangs by its heel.
        drop = -0.8 * ANKLE_HEIGHT - min(0.5 * lifted, 0.06)
        toe = np.array([sign * 0.3 * FOOT, drop, 0.72 * FOOT])
        toes[side] = ankles[side] + stature * frame @ toe
    return ankles, toes


def _pelvis(
    posture: Points, stature: float, floor: Points, hips_turn: Points, ankles: Points
) -> Points:
    """Return the centre of the hips (3,): as high as both legs and the posture allow."""
    leg = THIGH + SHANK
    hop = float(posture[INDEX["hop"]])
    height = ANKLE_HEIGHT + 0.994 * leg + hop - float(posture[INDEX["sink"]])
    pelvis = np.array([floor[0], height * stature, floor[1]])
    for side, sign in enumerate((1.0, -1.0)):
        hip = pelvis + sign * HALF_HIPS * stature * hips_turn[:, 0]
        away = np.hypot(hip[0] - ankles[side, 0], hip[2] - ankles[side, 2])
        reach = np.sqrt(max((0.997 * leg * stature) ** 2 - away**2, 0.0))
        too_high = hip[1] - (ankles[side, 1] + reach)
        pelvis[1] -= max(float(too_high), 0.0)
    return pelvis


def _knee(hip: Points, ankle: Points, stature: float, hips_turn: Points, sign: float) -> Points:
    """Return the knee (3,) of a two-bone leg that bends forwards and a little outwards."""
    thigh, shank = THIGH * stature, SHANK * stature
    along = ankle - hip
    length = min(float(np.linalg.norm(along)), thigh + shank)
    along = along / np.linalg.norm(along)
    run = (thigh**2 - shank**2 + length**2) / (2 * length)
    rise = np.sqrt(max(thigh**2 - run**2, 0.0))
    pole = hips_turn[:, 2] + 0.75 * sign * hips_turn[:, 0]
    side = pole - (pole @ along) * along
    knee: Points = hip + run * along + rise * side / np.linalg.norm(side)
    return knee
