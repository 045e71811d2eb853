"""Expressions of a face as numbers, and which way its head turns, from the 468 points of the mesh.

Lengths are measured in the head's own axes, and in distances between the outer corners of the eyes,
so that they stay the same when the head turns, tilts or comes nearer. An expression is 0 where most
faces are at rest, and 1 where most can go no further; the ends are from photographs, and a
performer's own are found by ``normalise``.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import FACE_468

Floats = NDArray[np.float64]

# Rest and end of each, in distances between the outer corners of the eyes.
_ENDS: Final = {
    "mouth_open": (0.02, 0.45),
    "mouth_wide": (0.50, 0.75),
    "smile": (-0.02, 0.09),
    "brow": (0.20, 0.34),
    "eye": (0.10, 0.32),
    "jaw": (0.72, 0.98),
}


_EYES: Final = ("left_eye", "right_eye")
_POINTS: Final = (
    *("left_cheek", "right_cheek", "forehead", "chin", "nose_tip", "lip_top", "lip_bottom"),
    *("mouth_left", "mouth_right", "left_eyebrow", "right_eyebrow"),
    *(
        f"{side}_eye_{part}"
        for side in ("left", "right")
        for part in ("outer", "inner", "top", "bottom")
    ),
)
"""What is measured: a twentieth of all points."""
_ROWS: Final = [FACE_468.index[name] for name in _POINTS]
_PLACES: Final = {
    **{name: place for place, name in enumerate(_POINTS)},
    **{eye: _POINTS.index(f"{eye}_outer") for eye in _EYES},
}


_RULER: Final = ("left_eye_outer", "right_eye_outer")
_NEEDS: Final[dict[str, tuple[str, ...]]] = {
    "mouth_open": ("lip_top", "lip_bottom"),
    "mouth_wide": ("mouth_left", "mouth_right", *_RULER),
    "smile": ("mouth_left", "mouth_right", "lip_top", "lip_bottom", *_RULER),
    **{f"brow_{side}": (f"{side}_eyebrow", *_RULER) for side in ("left", "right")},
    **{f"eye_{side}": (f"{side}_eye_top", f"{side}_eye_bottom") for side in ("left", "right")},
    "jaw": ("nose_tip", "chin", *_RULER),
    "yaw": ("nose_tip", *_RULER),
    "pitch": ("nose_tip", "chin", *_RULER),
    "roll": ("nose_tip", *_RULER),
}
"""What must be seen for each. The head's axes go by points that are hidden soon, as by hair, and
that the mesh knows well from the others. How far a mouth is open is right enough without eyes."""


class Expressions(NamedTuple):
    """Each 0 to 1; an eye is 1 when open. The head's angles are in degrees, 0 to the camera.

    ``yaw`` is positive when the face turns to its own left, ``pitch`` when it looks up, ``roll``
    when it leans to its own right. None of what is not in the picture.
    """

    mouth_open: float | None
    mouth_wide: float | None
    smile: float | None
    brow_left: float | None
    brow_right: float | None
    eye_left: float | None
    eye_right: float | None
    jaw: float | None
    yaw: float | None
    pitch: float | None
    roll: float | None


def expressions(
    points: NDArray[np.float32], aspect: float, mirrored: bool = False
) -> Expressions | None:
    """Return the expressions of a face, points (468, 4) as in ``Instance``; None of no face.

    ``aspect`` is the picture's width over its height, ``mirrored`` says that it is in a mirror.
    A face whose points lie in one place, or hold what is not a number, is none. Of points whose
    confidence is 0 nothing is told.
    """
    across = -aspect if mirrored else aspect
    places = points[_ROWS, :3].astype(np.float64) * [across, 1.0, aspect]
    if not np.isfinite(places).all():
        return None
    axes = _axes(places)
    if axes is None:
        return None
    own = places @ axes.T
    ruler = float(np.linalg.norm(_of(own, "left_eye_outer") - _of(own, "right_eye_outer")))
    if ruler < 1e-6:
        return None
    own = own / ruler
    lip = (_of(own, "lip_top") + _of(own, "lip_bottom")) / 2
    corners = (_of(own, "mouth_left"), _of(own, "mouth_right"))
    lengths = {
        "mouth_open": _up(own, "lip_bottom", "lip_top"),
        "mouth_wide": float(np.linalg.norm(corners[0] - corners[1])),
        "smile": float((corners[0] + corners[1])[1] / 2 - lip[1]),
        "jaw": _up(own, "chin", "nose_tip"),
    }
    brows = {side: _brow(own, side) for side in ("left", "right")}
    eyes = {side: _eye(own, side) for side in ("left", "right")}
    yaw, pitch, roll = _angles(axes)
    read = Expressions(
        _unit("mouth_open", lengths["mouth_open"]),
        _unit("mouth_wide", lengths["mouth_wide"]),
        _unit("smile", lengths["smile"]),
        _unit("brow", brows["left"]),
        _unit("brow", brows["right"]),
        _unit("eye", eyes["left"]),
        _unit("eye", eyes["right"]),
        _unit("jaw", lengths["jaw"]),
        yaw,
        pitch,
        roll,
    )
    known = {name for name, sure in zip(_POINTS, points[_ROWS, 3] > 0, strict=True) if sure}
    missing = {name: None for name, needed in _NEEDS.items() if not known.issuperset(needed)}
    return read._replace(**missing)


def _axes(places: Floats) -> Floats | None:
    """Return the head's axes as rows: to its left, up, and out of the face; None of no face."""
    across = _of(places, "left_cheek") - _of(places, "right_cheek")
    along = _of(places, "forehead") - _of(places, "chin")
    ahead = np.cross(across, along)
    lengths = [float(np.linalg.norm(each)) for each in (across, along, ahead)]
    if min(lengths[:2]) < 1e-6 or lengths[2] < 1e-2 * lengths[0] * lengths[1]:
        return None
    up, out = along / lengths[1], ahead / lengths[2]
    return np.stack([np.cross(up, out), up, out])


def _angles(axes: Floats) -> tuple[float, float, float]:
    """Return yaw, pitch and roll in degrees."""
    left, _, out = axes
    yaw = math.atan2(out[0], math.hypot(out[1], out[2]) if out[2] > 0 else -abs(out[2]))
    pitch = math.asin(max(-1.0, min(1.0, out[1])))
    roll = math.atan2(left[1], left[0])
    return math.degrees(yaw), math.degrees(pitch), math.degrees(roll)


def _of(places: Floats, name: str) -> Floats:
    """Return the place of a point, or of the middle of an eye."""
    place: Floats = places[_PLACES[name]]
    if name in _EYES:
        place = (place + places[_PLACES[name] + 1]) / 2
    return place


def _up(own: Floats, low: str, high: str) -> float:
    return float(_of(own, high)[1] - _of(own, low)[1])


def _brow(own: Floats, side: str) -> float:
    return _up(own, f"{side}_eye", f"{side}_eyebrow")


def _eye(own: Floats, side: str) -> float:
    """Return how high an eye is for its width."""
    corners = (_of(own, f"{side}_eye_outer"), _of(own, f"{side}_eye_inner"))
    wide = float(np.linalg.norm(corners[0] - corners[1]))
    return _up(own, f"{side}_eye_bottom", f"{side}_eye_top") / max(wide, 1e-6)


def _unit(name: str, length: float) -> float:
    rest, end = _ENDS[name]
    return min(1.0, max(0.0, (length - rest) / (end - rest)))
