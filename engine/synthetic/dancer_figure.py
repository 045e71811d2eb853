"""The outlines of a body in the picture: limbs and trunk as tubes of varying width.

Radii are derived from the girths of anthropometric tables for adults (for instance thigh 0.56 m,
calf 0.37 m, upper arm 0.31 m at 1.75 m: r = girth / 2 pi), as fractions of the stature; clothes add
a little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.synthetic.dancer_body import ANKLE_HEIGHT, DancerBones, Points
from engine.synthetic.dancer_look import Look, Ramp
from engine.synthetic.stage import StageCamera

STATIONS: Final = 8

# Half widths at eight even stations from the upper to the lower end, in statures.
_THIGH: Final = np.array([0.056, 0.057, 0.055, 0.051, 0.047, 0.042, 0.039, 0.037])
_SHANK: Final = np.array([0.036, 0.036, 0.037, 0.036, 0.032, 0.028, 0.024, 0.023])
_UPPER_ARM: Final = np.array([0.036, 0.035, 0.032, 0.031, 0.030, 0.028, 0.026, 0.025])
_FOREARM: Final = np.array([0.025, 0.027, 0.027, 0.025, 0.022, 0.019, 0.017, 0.016])
_PALM: Final = np.array([0.016, 0.018, 0.021, 0.023, 0.024, 0.023, 0.022, 0.018])
_NECK: Final = np.array([0.038, 0.035, 0.033, 0.032, 0.032, 0.032, 0.032, 0.032])
_HIPS: Final = np.array([0.070, 0.092, 0.098, 0.098, 0.096, 0.092, 0.086, 0.080])
_SHIRT: Final = np.array([0.101, 0.097, 0.088, 0.086, 0.094, 0.106, 0.122, 0.046])
_SHOE: Final = np.array([0.026, 0.029, 0.031, 0.031, 0.031, 0.032, 0.031, 0.026])
_HEAD: Final = np.array([0.040, 0.044, 0.046, 0.046, 0.044, 0.040, 0.032, 0.022])


class Tube(NamedTuple):
    """A limb in the picture: ``line`` (8, 2) pixels, ``radii`` (8,) pixels, and its shades.

    ``bulge`` is how round its ends are, 0 to 1.
    """

    line: Points
    radii: Points
    ramp: Ramp
    bulge: float


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand in the picture: wrist and finger tips (2,) pixels, ``unit`` pixels a stature."""

    wrist: Points
    tip: Points
    unit: float
    thumb: float


Group = tuple[Tube | Hand, ...]
"""Parts drawn together shade by shade, so that no seam shows between them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A body in the picture, in drawing order.

    ``behind`` are arms behind the trunk, ``before`` arms in front of it. ``joints`` is (17, 2)
    pixels. ``unit`` is pixels per stature at the head.
    """

    skeleton: DancerBones
    look: Look
    joints: Points
    behind: tuple[Group, ...]
    legs: tuple[Group, ...]
    trunk: tuple[Group, ...]
    before: tuple[Group, ...]
    head: Group
    unit: float
    depth: float

    def covers(self, points: Points) -> NDArray[np.bool_]:
        """Return for points (n, 2), in pixels, whether the body is drawn over them: bool, (n,)."""
        groups = (*self.behind, *self.legs, *self.trunk, *self.before, self.head)
        tubes = [part for group in groups for part in group if isinstance(part, Tube)]
        centres = np.concatenate([tube.line for tube in tubes])
        radii = np.concatenate([tube.radii for tube in tubes])
        away = points[:, None, :] - centres[None, :, :]
        distances = np.einsum("nkc,nkc->nk", away, away)
        return np.asarray(np.any(distances < radii**2, axis=1))


class _Limb(NamedTuple):
    """A tube in space: a curve from ``start`` to ``end``, its widths (8,) in statures.

    The curve leaves ``start`` towards ``middle``; None is straight.
    """

    start: Points
    middle: Points | None
    end: Points
    radii: Points
    ramp: Ramp
    bulge: float = 1.0


_LimbGroup = tuple[_Limb | Hand, ...]


def figure(body: DancerBones, look: Look, view: StageCamera) -> Figure:
    """Project the outlines of a body into the picture."""
    joints = body.joints
    back = joints[[7, 8, 9, 10], 2].reshape(2, 2).max(axis=0) < body.chest[2] - 0.02 * body.stature
    arm_order = np.argsort(joints[[9, 10], 2]).tolist()
    leg_order = np.argsort(joints[[13, 14], 2]).tolist()
    arms = [_arm(body, look, view, side) for side in (0, 1)]
    behind = [group for side in arm_order if back[side] for group in arms[side]]
    before = [group for side in arm_order if not back[side] for group in arms[side]]
    legs = _legs(body, look, leg_order)
    trunk = _trunk(body, look)
    projected = iter(
        _project_limbs([*behind, *legs, *trunk, *before, _head(body, look)], body, view)
    )
    pixels, scale = view.project(np.concatenate([joints, body.skull[None]]))
    return Figure(
        skeleton=body,
        look=look,
        joints=pixels[:17],
        unit=float(scale[17]) * body.stature,
        depth=float(body.pelvis[2]),
        behind=tuple(next(projected) for _ in behind),
        legs=tuple(next(projected) for _ in legs),
        trunk=tuple(next(projected) for _ in trunk),
        before=tuple(next(projected) for _ in before),
        head=next(projected),
    )


_PART: Final = np.linspace(0.0, 1.0, STATIONS)[:, None]


def _project_limbs(
    groups: Iterable[_LimbGroup], body: DancerBones, view: StageCamera
) -> list[Group]:
    """Project all limbs in one call, which costs as much as a single limb."""
    groups = list(groups)
    limbs = [part for group in groups for part in group if isinstance(part, _Limb)]
    starts = np.stack([limb.start for limb in limbs])[:, None]
    ends = np.stack([limb.end for limb in limbs])[:, None]
    middles = (starts + ends) / 2
    for place, limb in enumerate(limbs):
        if limb.middle is not None:
            middles[place, 0] = limb.middle
    points = (1 - _PART) ** 2 * starts + 2 * _PART * (1 - _PART) * middles + _PART**2 * ends
    lines, scale = view.project(points.reshape(-1, 3))
    radii = np.stack([limb.radii for limb in limbs]) * scale.reshape(-1, STATIONS) * body.stature
    tubes = iter(
        Tube(line, width, limb.ramp, limb.bulge)
        for line, width, limb in zip(lines.reshape(-1, STATIONS, 2), radii, limbs, strict=True)
    )
    return [
        tuple(part if isinstance(part, Hand) else next(tubes) for part in group) for group in groups
    ]


@lru_cache(maxsize=64)
def _widths(look: Look) -> dict[str, Points]:
    """Return every profile of this person in statures, clothes included."""
    profiles = {
        "upper": _UPPER_ARM,
        "fore": _FOREARM,
        "palm": _PALM,
        "sleeve": _cut(_UPPER_ARM, look.sleeve) + 0.005,
        "cuff": _cut(_FOREARM, 0.94) + 0.004,
        "shank": _SHANK,
        "thigh": _THIGH,
        "trousers": _cut(_SHANK, look.leg) + 0.005,
        "ankle": _cut(_SHOE, 0.3),
        "shoe": _SHOE,
        "hips": _HIPS,
        "shirt": _SHIRT,
        "neck": _NECK,
        "head": _HEAD / look.build,
    }
    return {name: look.build * profile for name, profile in profiles.items()}


def _arm(body: DancerBones, look: Look, view: StageCamera, side: int) -> tuple[_LimbGroup, ...]:
    """Return the skin, the hand and the sleeve of an arm, the nearest last."""
    shoulder, elbow, wrist = body.joints[[5 + side, 7 + side, 9 + side]]
    tip, wide = body.hands[side], _widths(look)
    upper = _Limb(shoulder, None, elbow, wide["upper"], look.skin)
    fore = _Limb(elbow, None, wrist, wide["fore"], look.skin)
    palm = _Limb(wrist, None, wrist + 0.55 * (tip - wrist), wide["palm"], look.skin)
    ends, scale = view.project(np.stack([wrist, tip]))
    hand = Hand(ends[0], ends[1], float(scale[0]) * body.stature, 1.0 if side == 0 else -1.0)
    sleeve = _sleeve(look, shoulder, elbow, wrist)
    # A hand folded back in front of its own shoulder is drawn over the sleeve.
    folded = wrist[2] > elbow[2] and float((wrist - elbow) @ (elbow - shoulder)) < 0.0
    if look.sleeve >= 1.0:
        return (sleeve, (hand, palm)) if folded else ((hand, fore, palm), sleeve)
    if folded:
        return (upper,), sleeve, (hand, fore, palm)
    return (hand, fore, palm, upper), sleeve


def _sleeve(look: Look, shoulder: Points, elbow: Points, wrist: Points) -> _LimbGroup:
    """Return the cloth of a sleeve: over part of the upper arm, or down to the wrist."""
    wide = _widths(look)
    hem = shoulder + look.sleeve * (elbow - shoulder)
    upper = _Limb(shoulder, None, hem, wide["sleeve"], look.shirt)
    if look.sleeve < 1.0:
        return (upper,)
    cuff = elbow + 0.94 * (wrist - elbow)
    return upper, _Limb(elbow, None, cuff, wide["cuff"], look.shirt)


def _legs(body: DancerBones, look: Look, order: list[int]) -> tuple[_LimbGroup, ...]:
    """Return shins and shoes, then the trousers over both legs; the nearer leg last."""
    wide, up = _widths(look), body.stature * body.hips_turn[:, 1]
    hips = _broad(body.hips_turn) * wide["hips"]
    low, high = body.pelvis - 0.03 * up, body.pelvis + 0.05 * up
    trousers: list[_Limb] = [_Limb(low, None, high, hips, look.trousers, 0.3)]
    below: list[_LimbGroup] = []
    for side in order:
        hip, knee, ankle = body.joints[[11 + side, 13 + side, 15 + side]]
        heel = ankle - [0.0, 0.45 * ANKLE_HEIGHT * body.stature, 0.0]
        toe = body.toes[side] + [0.0, 0.014 * body.stature, 0.0]
        below.append((_Limb(knee, None, ankle, wide["shank"], look.skin),))
        below.append(
            (
                _Limb(ankle, None, heel, wide["ankle"], look.shoes),
                _Limb(heel, None, toe, wide["shoe"], look.shoes),
            )
        )
        hem = knee + look.leg * (ankle - knee)
        trousers.append(_Limb(knee, None, hem, wide["trousers"], look.trousers, 0.5))
        trousers.append(_Limb(hip, None, knee, wide["thigh"], look.trousers))
    return *below, tuple(trousers)


def _trunk(body: DancerBones, look: Look) -> tuple[_LimbGroup, ...]:
    """Return shirt and neck."""
    wide, size = _widths(look), body.stature
    up, along, above = size * body.hips_turn[:, 1], size * body.torso[:, 1], size * body.head[:, 1]
    shirt = _Limb(
        body.pelvis - 0.005 * up,
        body.pelvis + 0.15 * up,
        body.chest + 0.036 * along,
        _broad(body.torso) * wide["shirt"],
        look.shirt,
        0.12,
    )
    throat, chin = body.chest + 0.03 * along, body.skull - 0.03 * above
    return (shirt,), (_Limb(throat, None, chin, wide["neck"], look.skin, 0.6),)


def _head(body: DancerBones, look: Look) -> _LimbGroup:
    """Return the skull as a tube from crown to chin, used for occlusion."""
    up = body.stature * body.head[:, 1]
    crown, chin = body.skull + 0.03 * up, body.skull - 0.045 * up
    return (_Limb(crown, None, chin, _widths(look)["head"], look.skin),)


def _cut(radii: Points, part: float) -> Points:
    """Return the first ``part`` of a profile, resampled to eight stations."""
    stations = np.linspace(0.0, 1.0, STATIONS)
    return np.interp(part * stations, stations, radii)


def _broad(frame: Points) -> float:
    """Return the apparent width of a turned trunk; a chest is about 0.6 as deep as it is wide."""
    return float(np.hypot(frame[0, 0], 0.6 * frame[2, 0]))
