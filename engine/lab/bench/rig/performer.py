"""A performer of the stand-in who takes poses and makes gestures, as a camera finds the joints.

Ten gestures are ways of both arms, written before any was tried. Somebody makes one as people do:
a little larger or smaller, turned, faster or slower, and never twice the same. Joints tremble as
those of a network do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Person, Pose
from engine.synthetic.dancer import Dancer, Place, held
from engine.synthetic.dancer_body import INDEX, skeleton, standing
from engine.synthetic.easing import minimum_jerk
from engine.synthetic.stage import camera

FPS: Final = 30
TAUGHT: Final = ("wide", "vee", "akimbo", "reach", "squat")
UNSEEN: Final = ("salute", "crown", "lunge", "ease", "bow")

_VIEW: Final = camera(640, 360, 1)
_TREMBLE: Final = 0.004  # of the picture's height
_EASE: Final = (12.0, 0.0, 14.0, 110.0)
_Arm = tuple[float, float, float, float]

# Each is (left, right) at equal steps of its time: raise, front, elbow, roll; None hangs at ease.
GESTURES: Final[Mapping[str, tuple[float, Sequence[tuple[_Arm | None, _Arm | None]]]]] = {
    "wave": (
        1.8,
        [(None, (80, 5, 75 + 40 * side, 0)) for side in (0, 1, -1, 1, -1, 1, 0)],
    ),
    "up": (1.0, [(None, None), (None, (90, 10, 10, 0)), (None, (168, 5, 5, 0))]),
    "down": (1.0, [(None, (168, 5, 5, 0)), (None, (90, 10, 10, 0)), (None, None)]),
    "wings": (1.6, [(None, None), ((95, 0, 5, 0),) * 2, (None, None), ((95, 0, 5, 0),) * 2]),
    "circle": (
        1.6,
        [
            (None, (100 + 55 * c, 10, 10 + 20 * abs(s), 0))
            if s >= 0
            else (None, (100 + 55 * c, 80, 30, 0))
            for c, s in [(np.cos(a), np.sin(a)) for a in np.linspace(0, 2 * np.pi, 9)]
        ],
    ),
    "swim": (
        1.6,
        [((20, 80, 10, 0), (165, 60, 10, 0)), ((165, 60, 10, 0), (20, 80, 10, 0))] * 2,
    ),
    "open": (1.1, [((60, 80, 110, 90),) * 2, ((80, 40, 50, 45),) * 2, ((92, 0, 5, 0),) * 2]),
    "close": (1.1, [((92, 0, 5, 0),) * 2, ((80, 40, 50, 45),) * 2, ((60, 80, 110, 90),) * 2]),
    "chop": (
        1.3,
        [
            (None, (150, 20, 60, 0)),
            (None, (60, 60, 20, 0)),
            (None, (150, 20, 60, 0)),
            (None, (60, 60, 20, 0)),
        ],
    ),
    "rise": (
        1.4,
        [(None, None), ((60, 20, 100, 0),) * 2, ((150, 5, 60, 0),) * 2, ((165, 0, 5, 0),) * 2],
    ),
}


class Performer:
    """Somebody by a seed: another stature, another place, another way."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng([seed, 88])
        self._stature = float(self.rng.uniform(1.55, 1.9))
        self._floor = np.array([self.rng.uniform(-0.5, 0.5), self.rng.uniform(-0.4, 0.3)])
        self._phase = self.rng.uniform(0, 2 * np.pi, 23)
        self._clock = 0.0
        self._dancer = Dancer(seed, 0, self._stature, float(self.rng.uniform(0.5, 0.65)))

    def poses(self, name: str, count: int) -> Iterator[Pose]:
        """Yield a pose as it is taken once and held for some pictures."""
        posture = held(name, self.rng)
        for _ in range(count):
            yield self._seen(posture)

    def reaches(self, raised: float, bent: float) -> Pose:
        """Return the right arm raised, 0 to 1, with its elbow bent, 0 to 1."""
        posture = standing()
        posture[:7] += self.rng.normal(0, 1.0, 7) * [2, 1, 1, 2, 5, 3, 3]
        posture[INDEX["right_raise"]] = 20 + 130 * raised
        posture[INDEX["right_elbow"]] = 5 + 110 * bent
        posture[INDEX["right_roll"]] = 0.0
        return self._seen(posture)

    def stands(self, seconds: float) -> Iterator[Pose]:
        """Yield standing at ease."""
        for _ in range(round(seconds * FPS)):
            yield self._seen(standing())

    def gesture(self, name: str, speed: float = 1.0) -> Iterator[Pose]:
        """Yield a gesture, made once."""
        seconds, keys = GESTURES[name]
        arms = np.array([[*(left or _EASE), *(right or _EASE)] for left, right in keys], float)
        arms = arms * self.rng.normal(1.0, 0.04, arms.shape[1]) + self.rng.normal(0, 4, arms.shape)
        body = standing()
        body[:7] += self.rng.normal(0, 1.0, 7) * [4, 2, 2, 3, 5, 3, 3]
        count = max(6, round(FPS * seconds / speed / float(self.rng.normal(1, 0.04))))
        for part in np.linspace(0, len(keys) - 1, count):
            key = min(int(part), len(keys) - 2)
            along = minimum_jerk(float(part - key)) * 0.5 + 0.5 * float(part - key)
            posture = body.copy()
            posture[INDEX["left_raise"] : INDEX["right_roll"] + 1] = (
                arms[key] + (arms[key + 1] - arms[key]) * along
            )
            yield self._seen(posture)

    def dances(self, seconds: float) -> Iterator[Pose]:
        """Yield free dancing of the stand-in."""
        place = Place(float(self._floor[0]), float(self._floor[1]), 0.0)
        for number in range(round(seconds * FPS)):
            yield self._joints(self._dancer.at(number / FPS, place).joints)

    def _seen(self, posture: NDArray[np.float64]) -> Pose:
        """Return a posture as the camera sees it, swaying as whoever stands does."""
        self._clock += 1 / FPS
        posture = posture.copy()
        posture[:15] += 1.5 * np.sin(2 * np.pi * 0.4 * self._clock + self._phase[:15])
        return self._joints(skeleton(posture, self._stature, self._floor).joints)

    def _joints(self, places: NDArray[np.float64]) -> Pose:
        pixels, _ = _VIEW.project(places)
        pixels = pixels + self.rng.normal(0, _TREMBLE * _VIEW.height, pixels.shape)
        joints = np.ones((17, 3), np.float32)
        joints[:, 0] = pixels[:, 0] / _VIEW.width
        joints[:, 1] = 1 - pixels[:, 1] / _VIEW.height
        return Pose((Person(1, 1, joints),), _VIEW.width / _VIEW.height)
