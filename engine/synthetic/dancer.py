"""A dancer's motion: key poses on a beat, interpolated smoothly, with sway added.

Everything is a pure function of (seed, time): the pose of beat 700 is drawn from the seed and the
number 700, so any moment can be computed without the ones before it.

Between keys every angle follows the minimum-jerk curve of Flash & Hogan (1985), as human hand
movements do. Jumps are ballistic. Steps are coupled to the distance travelled, so a foot on the
floor does not slide.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from engine.synthetic.dancer_body import INDEX, DancerBones, Points, skeleton, standing
from engine.synthetic.easing import minimum_jerk

GRAVITY: Final = 9.81
STRIDE: Final = 0.6  # metres that a body travels while both feet step once
MOVING: Final = 0.8  # share of the time between two keys spent moving; the rest is held

# Arms are (raise, front, elbow, roll); everything else by its name in POSTURE. Half of the keys
# are mirrored.
_Key = tuple[tuple[int, int, int, int] | None, tuple[int, int, int, int] | None, dict[str, float]]
_KEYS: Final[Mapping[str, _Key]] = {
    "ease": (None, None, {}),
    "wide": ((88, 5, 10, 0), (88, 5, 10, 0), {}),
    "vee": ((140, 5, 12, 0), (140, 5, 12, 0), {"left_out": 0.03, "right_out": 0.03}),
    "cactus": ((85, 5, 85, 10), (85, 5, 85, 10), {"sink": 0.03}),
    "crown": ((142, 8, 62, 0), (142, 8, 62, 0), {}),
    "akimbo": ((42, -8, 92, 168), (42, -8, 92, 168), {"left_out": 0.04, "right_out": 0.04}),
    "reach": ((115, 8, 8, 0), (38, 0, 35, 20), {"lean": 13, "left_out": 0.07, "head_turn": 14}),
    "salute": ((168, 0, 10, 0), (42, -8, 92, 168), {"lean": -5, "right_out": 0.03}),
    "diagonal": ((135, 5, 5, 0), (42, 5, 5, 0), {"lean": -8, "head_turn": 12, "left_out": 0.05}),
    "squat": (
        (78, 30, 20, 0),
        (78, 30, 20, 0),
        {"sink": 0.12, "bow": 10, "left_out": 0.08, "right_out": 0.08},
    ),
    "lunge": (
        (96, 5, 8, 0),
        (68, 5, 65, 10),
        {"sink": 0.07, "left_out": 0.17, "lean": 5, "turn": 8},
    ),
    "kick": (
        (62, 5, 20, 10),
        (80, 5, 15, 10),
        {"right_out": 0.14, "right_up": 0.07, "lean": 8, "sink": 0.01},
    ),
    "knee": (
        (48, 10, 40, 60),
        (118, 5, 60, 0),
        {"left_up": 0.15, "left_ahead": 0.05, "lean": -4},
    ),
    "star": (
        (132, 0, 8, 0),
        (132, 0, 8, 0),
        {"hop": 0.12, "left_out": 0.11, "right_out": 0.11},
    ),
    "hop": ((55, 5, 40, 20), (55, 5, 40, 20), {"hop": 0.09, "bow": 6}),
    "flex": ((82, 5, 112, 0), (82, 5, 112, 0), {"left_out": 0.06, "right_out": 0.06, "sink": 0.02}),
    "bow": ((50, 15, 10, 0), (50, 15, 10, 0), {"bow": 24, "sink": 0.02, "head_nod": -8}),
    "wave": ((90, 5, 72, 8), (80, 5, 75, 175), {"twist": 8, "sink": 0.02}),
    "gather": ((34, 12, 92, 145), (34, 12, 92, 145), {"head_nod": 6}),
}

_HOP: Final = INDEX["hop"]
_SINK: Final = INDEX["sink"]
_STEPS: Final = [INDEX[f"{side}_{way}"] for side in ("left", "right") for way in ("out", "up")]
_MIRROR: Final = ("turn", "lean", "twist", "head_turn", "head_tilt")


@dataclass(frozen=True, slots=True)
class Place:
    """Position of a body: ``x`` and ``z`` in metres, ``speed`` is dx/dt in metres a second."""

    x: float
    z: float
    speed: float


@dataclass(frozen=True, slots=True)
class Dancer:
    """One person's way of moving: ``seed`` and ``number`` identify it, ``beat`` is in seconds."""

    seed: int
    number: int
    stature: float
    beat: float

    def at(self, seconds: float, spot: Place) -> DancerBones:
        """Return the body at ``seconds`` since the start, dancing around ``spot``."""
        place = self._wander(seconds, spot)
        posture = self._danced(seconds)
        self._sway(posture, seconds)
        _walk(posture, place, self.stature)
        return skeleton(posture, self.stature, np.array([place.x, place.z]))

    def before_camera(self, seconds: float, spot: Place, hands: bool) -> DancerBones:
        """Return the body as it stands close to a camera and looks about; ``hands`` are held up."""
        posture = standing()
        if hands:
            posture[7:15] = [40, 25, 118, 12] * 2
        self._sway(posture, seconds)
        rate, phase, _ = _floats(self.seed, self.number)
        turns = np.sin(2 * np.pi * 0.5 * rate[:3] * seconds / self.beat + phase[:3])
        posture[4:7] = turns * [24.0, 9.0, 11.0]
        return skeleton(posture, self.stature, np.array([spot.x, spot.z]))

    def _wander(self, seconds: float, spot: Place) -> Place:
        """Return the position with small steps around the spot, from key to key."""
        key, part = self._key(seconds)
        start, end = _step(self.seed, self.number, key - 1), _step(self.seed, self.number, key)
        length = 2 * self.beat * MOVING
        along = min(part / MOVING, 1.0)
        slope = 30 * along**2 * (1 - along) ** 2 / length
        x = spot.x + start + (end - start) * minimum_jerk(along)
        return Place(x, spot.z, spot.speed + (end - start) * slope)

    def _key(self, seconds: float) -> tuple[int, float]:
        """Return the number of the key being approached, from 1, and its progress, 0 to 1."""
        passed = seconds / (2 * self.beat)
        return int(passed) + 1, passed - int(passed)

    def _danced(self, seconds: float) -> Points:
        """Return the posture between two keys, jump included."""
        key, part = self._key(seconds)
        start = pose(self.seed, self.number, key - 1)
        end = pose(self.seed, self.number, key)
        posture = start + (end - start) * minimum_jerk(min(part / MOVING, 1.0))
        posture[_HOP] = 0.0
        _jump(posture, float(end[_HOP]), (part - 0.5) * 2 * self.beat, self.stature)
        return posture

    def _sway(self, posture: Points, seconds: float) -> None:
        """Add a slow oscillation to every angle, and a dip of the knees on the beat."""
        rate, phase, size = _floats(self.seed, self.number)
        posture += size * np.sin(2 * np.pi * rate * seconds / self.beat + phase)
        posture[_SINK] += 0.012 * (1 - np.cos(2 * np.pi * seconds / self.beat))


@lru_cache(maxsize=256)
def pose(seed: int, number: int, key: int) -> Points:
    """Return the posture of a key: float64, (23,), read-only; key 0 and before stand at ease."""
    posture = standing()
    if key > 0:
        rng = np.random.default_rng([seed, number, key, 1])
        posture = held(str(rng.choice(list(_KEYS))), rng)
        if rng.random() < 0.5:
            posture = mirrored(posture)
    posture.flags.writeable = False
    return posture


def held(name: str, rng: np.random.Generator) -> Points:
    """Return the posture of a key by its name, as somebody takes it: float64, (23,)."""
    posture = standing()
    _apply(posture, _KEYS[name])
    posture[:15] += rng.normal(0.0, 1.0, 15) * ([4, 2, 2, 3, 5, 3, 3] + [6, 4, 5, 6] * 2)
    return posture


def mirrored(posture: Points) -> Points:
    """Return a posture with left and right exchanged."""
    other = posture.copy()
    for name in _MIRROR:
        other[INDEX[name]] *= -1
    for name, place in INDEX.items():
        if name.startswith("left_"):
            twin = INDEX["right_" + name.removeprefix("left_")]
            other[[place, twin]] = posture[[twin, place]]
    return other


def _apply(posture: Points, key: _Key) -> None:
    left, right, others = key
    if left is not None:
        posture[7:11] = left
    if right is not None:
        posture[11:15] = right
    for name, value in others.items():
        posture[INDEX[name]] = value


@lru_cache(maxsize=256)
def _step(seed: int, number: int, key: int) -> float:
    """Return a body's offset from its spot at a key, in metres."""
    if key <= 0:
        return 0.0
    return float(np.random.default_rng([seed, number, key, 2]).uniform(-0.22, 0.22))


@lru_cache(maxsize=64)
def _floats(seed: int, number: int) -> tuple[Points, Points, Points]:
    """Return rate (in cycles a beat), phase and size of the sway of each number of a posture."""
    rng = np.random.default_rng([seed, number, 3])
    size = np.zeros(len(INDEX))
    size[:15] = [5, 2, 1.5, 3, 6, 3, 3] + [4, 3, 5, 4] * 2
    rate = rng.choice([0.25, 0.5, 0.5, 1.0], len(INDEX)) * rng.uniform(0.97, 1.03, len(INDEX))
    return rate, rng.uniform(0, 2 * np.pi, len(INDEX)), size


def _jump(posture: Points, height: float, after: float, stature: float) -> None:
    """Lift the body by a ballistic jump of ``height`` statures, ``after`` seconds past its top."""
    if height <= 0.0:
        return
    flight = np.sqrt(2 * height * stature / GRAVITY)  # half of the time in the air
    posture[_HOP] = max(height * (1 - (after / flight) ** 2), 0.0)
    # Knees bend before and after: nobody jumps from straight legs.
    crouch = np.exp(-(((abs(after) - flight - 0.12) / 0.09) ** 2))
    posture[_SINK] += 0.06 * crouch


def _walk(posture: Points, place: Place, stature: float) -> None:
    """Step with the distance travelled: the supporting foot stays, the other swings."""
    going = float(np.clip((abs(place.speed) - 0.25) / 0.5, 0.0, 1.0))
    lift = min(abs(place.speed) / 0.5, 1.0)
    posture[_STEPS] *= 1 - going
    posture[_HOP] *= 1 - going
    posture[INDEX["turn"]] += 14 * np.clip(place.speed / 0.8, -1, 1)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        phase = (place.x / STRIDE + (0.0 if sign > 0 else 0.5)) % 1.0
        beside, up = _footfall(phase)
        posture[INDEX[f"{side}_out"]] += sign * beside * STRIDE / stature + 0.02
        posture[INDEX[f"{side}_up"]] += 0.035 * lift * up


def _footfall(phase: float) -> tuple[float, float]:
    """Return a foot's position in strides (-0.3 to 0.3) and its lift (0 to 1)."""
    if phase < 0.6:
        return 0.3 - phase, 0.0
    swing = (phase - 0.6) / 0.4
    return -0.3 + 0.6 * minimum_jerk(swing), float(np.sin(np.pi * swing))
