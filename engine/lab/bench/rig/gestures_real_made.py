"""Gestures made of real people, so that it is known what is there, when, and how high.

Who was cut out of a film while they stood still is moved about on a stage: thrown up as far as a
jump is to go, leaned, squeezed down, brought nearer. A picture from the front and one from the back
of the same man make a turn, each squeezed as a card that turns round. Or it is the camera that is
moved. Knees do not bend, arms do not swing: it is how the box reads what goes up and down, and the
network real people, at heights that no film has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from engine.lab.bench.report import Row
from engine.lab.bench.rig.gestures_real import NEAR, Clip, Told, read, told_of
from engine.lab.bench.rig.real_people import FPS, STATURE, CutPerson, cut_out
from engine.synthetic.easing import minimum_jerk
from engine.synthetic.stage import Picture, backdrop, camera

HEIGHTS: Final = (0.05, 0.08, 0.12, 0.18, 0.25)
"""Statures of jumps that are made."""
FALL: Final = 9.81 / STATURE
"""Statures a second, each second."""
ROUND: Final = 2.4
"""Seconds from one jump, or whatever it is, to the next."""
TIMES: Final = 2
"""How often somebody does it."""
SIZE: Final = (640, 360)
_WALKS, _STANDS, _RISES = (60, 110), slice(17, 24), (0, 12)
"""Pictures in which a woman walks and a man stands, those of them in which he is still, for he has
just landed and goes on to hop, and those in which a man begins to raise an arm."""
_SMALLER, _LEAST = (960, 540), 6
LATE: Final = 0.3
"""Seconds after it was over within which it must be told."""
_DIP: Final = 0.08
"""By what part somebody bends before a jump, and behind it."""
ANKLE: Final = 0.039
"""Statures from the floor to the ankles: who bends is squeezed down to there, for feet stay."""
_AT: Final = 1.2
"""Seconds into a round at which they leave the ground, or begin."""
_TURNS, _TURN = (0.3, 1.5), 0.7
"""Seconds into a round at which they begin to turn, and how long that lasts."""


@dataclass(frozen=True, slots=True)
class Stance:
    """How a cut-out lies: metres to the right, statures up, degrees leaned, and its size in parts.

    ``back``: whether it is the picture from behind. ``shaken`` are picture heights by which the
    camera is off, across and up, and ``zoom`` how much larger it shows all.
    """

    x: float = 0.0
    up: float = 0.0
    lean: float = 0.0
    wide: float = 1.0
    high: float = 1.0
    back: bool = False
    shaken: tuple[float, float] = (0.0, 0.0)
    zoom: float = 1.0


Script = Callable[[float], Stance]
"""Says how somebody is at a second of a round."""


def jump(height: float, into: float) -> Stance:
    """Bend, jump so many statures high, and land with bent knees."""
    aloft = _aloft(height)
    up = (into - _AT) * (_AT + aloft - into) * FALL / 2
    bent = _bump((into - _AT + 0.4) / 0.4) + _bump((into - _AT - aloft) / 0.4)
    return Stance(up=max(up, 0.0), high=1 - _DIP * bent)


def _aloft(height: float) -> float:
    """Return for how many seconds a jump of so many statures lasts."""
    return 2 * math.sqrt(2 * height / FALL)


def _bump(part: float) -> float:
    """Return a way from 0 to 1 and back, softly."""
    return math.sin(math.pi * part) ** 2 if 0 < part < 1 else 0.0


def turn(degrees: float, into: float) -> Stance:
    """Turn by so many degrees, and back again."""
    there, back = (minimum_jerk(min(max((into - each) / _TURN, 0.0), 1.0)) for each in _TURNS)
    turned = math.radians(degrees) * (there - back)
    return Stance(wide=max(abs(math.cos(turned)), 0.05), back=turned > math.pi / 2)


def _shaken(into: float) -> tuple[float, float]:
    """Return how a hand holds a camera: a hundredth of the picture, at some Hz."""
    across = math.sin(math.tau * 2.3 * into) + 0.6 * math.sin(math.tau * 5.1 * into + 1)
    up = math.sin(math.tau * 2.9 * into + 2) + 0.6 * math.sin(math.tau * 6.7 * into)
    return 0.007 * across, 0.007 * up


NOTHING: Final[Mapping[str, Script]] = {
    "stands": lambda into: Stance(),
    "sways": lambda into: Stance(lean=15 * math.sin(math.tau * into / ROUND)),
    "leans away": lambda into: Stance(high=1 - 0.25 * _bump((into - _AT) / 1.0)),
    "squats": lambda into: Stance(high=1 - 0.35 * _bump((into - _AT) / 0.8)),
    "bobs": lambda into: Stance(high=1 - _DIP * _bump(into % 0.6 / 0.6)),
    "comes nearer": lambda into: Stance(
        up=-0.06 * _bump(into / ROUND),
        wide=1 + 0.3 * _bump(into / ROUND),
        high=1 + 0.3 * _bump(into / ROUND),
    ),
    "goes across": lambda into: Stance(x=0.8 * math.sin(math.tau * into / ROUND)),
    "half a turn": partial(turn, 75),
    "shaken camera": lambda into: Stance(shaken=_shaken(into)),
    "zooming camera": lambda into: Stance(zoom=1 + 0.25 * _bump((into - _AT) / 1.0)),
}
"""What is no gesture, whatever it looks like."""


@dataclass(frozen=True)
class MovedPerson:
    """Somebody on a stage who is moved; all follows from the seed.

    ``front`` and ``back`` are pictures of them from either side, shown to and fro.
    """

    front: Sequence[CutPerson]
    back: Sequence[CutPerson]
    seed: int

    def pictures(self, script: Script, times: int = TIMES) -> Iterator[Picture]:
        """Yield pictures, BGR, of a script that is played some times over."""
        rng = np.random.default_rng([self.seed, 41])
        view = camera(*SIZE, 2)
        empty = backdrop(view, "cluttered", self.seed)
        mirrored, tall = bool(rng.integers(2)), float(rng.uniform(0.9, 1.1))
        (spot,), (scale,) = view.project(np.array([[rng.uniform(-0.4, 0.4), 0.0, 0.2]]))
        for number in range(round(times * ROUND * FPS)):
            stance = script(number / FPS % ROUND)
            cast = self.back if stance.back else self.front
            turn, into = divmod(number, max(len(cast) - 1, 1))
            cutout = cast[into if turn % 2 == 0 else len(cast) - 1 - into]
            cutout = cutout.mirrored() if mirrored else cutout
            picture = empty.copy()
            _lay(picture, cutout, stance, (*spot.tolist(), tall * float(scale)))
            yield _by_camera(picture, stance)


def moved_people(films: Mapping[str, Path], seed: int) -> list[MovedPerson]:
    """Return three people of the films (see ``CLIPS``) who are moved, by seeds from ``seed`` on.

    ``films``: where each film is, by its name. They are a man and a woman from the front and the
    side, and a man from both sides, who can turn.
    """
    both, _ = read(films["demo.mp4"], Clip("", "", *_WALKS))
    smaller = [cv2.resize(each, _SMALLER, interpolation=cv2.INTER_AREA) for each in both]
    walking, standing = cut_out([np.asarray(each, np.uint8) for each in smaller], least=_LEAST)
    sides = []
    for film in ("cam01.mp4", "cam03.mp4"):
        pictures, _ = read(films[film], Clip("", "", *_RISES))
        (cast,) = cut_out(pictures, people=1, least=_LEAST)
        sides.append([one for one in cast if one.covered == 1] or cast)
    return [
        MovedPerson(standing[_STANDS], [], seed),
        MovedPerson(walking, [], seed + 1),
        MovedPerson(sides[0], sides[1], seed + 2),
    ]


def _lay(
    picture: Picture, cutout: CutPerson, stance: Stance, spot: tuple[float, float, float]
) -> None:
    """Lay somebody over a picture, in place; ``spot``: pixels of the floor, and pixels a metre."""
    x, y, scale = spot
    factor = STATURE * scale / cutout.tall
    lean = math.radians(stance.lean)
    turn = np.array([[math.cos(lean), -math.sin(lean)], [math.sin(lean), math.cos(lean)]])
    matrix = turn @ np.diag([factor * stance.wide, factor * stance.high])
    base = np.array([x + stance.x * scale, y - (stance.up + ANKLE) * STATURE * scale])
    shift = base - matrix @ np.subtract(cutout.anchor, (0, ANKLE * cutout.tall))
    size = picture.shape[1], picture.shape[0]
    piece = cv2.warpAffine(cutout.picture, np.column_stack([matrix, shift]), size)
    share = piece[..., 3:].astype(np.float32) / 255
    picture[...] = np.round(picture + share * (piece[..., :3].astype(np.float32) - picture))


def _by_camera(picture: Picture, stance: Stance) -> Picture:
    """Return a picture as a camera shows it that is moved."""
    if stance.zoom == 1 and stance.shaken == (0.0, 0.0):
        return picture
    high, wide = picture.shape[:2]
    across, up = (high * each for each in stance.shaken)
    zoom = stance.zoom
    matrix = np.array(
        [
            [zoom, 0, (1 - zoom) * wide / 2 + across],
            [0, zoom, (1 - zoom) * high / 2 - up],
        ]
    )
    moved = cv2.warpAffine(picture, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def rows_of_made(people: Sequence[MovedPerson], model: str) -> Iterator[Row]:
    """Let a network see jumps and turns that are made, and what is neither."""
    case, false, minutes = f"made of real people, {model}", 0, 0.0
    for height in HEIGHTS:
        found = 0
        for one in people:
            told = told_of(one.pictures(partial(jump, height)), FPS, model)
            right, wrong = judged(told, "jump", [(_AT, _AT + _aloft(height))])
            found, false = found + right, false + wrong
            minutes += TIMES * ROUND / 60
        share = 100 * found / (TIMES * len(people))
        yield Row(case, f"jumps of {height:g} statures told", share, "%")
    yield Row(case, "false, who jumps", false / minutes, "a minute")
    turning = [one for one in people if one.back]
    found = false = 0
    for one in turning:
        told = told_of(one.pictures(partial(turn, 180)), FPS, model)
        right, wrong = judged(told, "turn", [(each, each + _TURN) for each in _TURNS])
        found, false = found + right, false + wrong
    yield Row(case, "turns told", 100 * found / (2 * TIMES * len(turning)), "%")
    yield Row(case, "false, who turns", false / len(turning) / TIMES / ROUND * 60, "a minute")
    for name, script in NOTHING.items():
        false = sum(len(told_of(one.pictures(script), FPS, model)) for one in people)
        yield Row(case, f"false, {name}", false / len(people) / TIMES / ROUND * 60, "a minute")


def judged(told: Sequence[Told], name: str, done: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """Return how many of what was done in each round were told in time, and how much else was told.

    ``done`` are the seconds of a round at which each began and ended.
    """
    right = {
        (int(number / FPS // ROUND), number_of)
        for number, what, _ in told
        for number_of, (begin, end) in enumerate(done)
        if what == name and begin - NEAR <= number / FPS % ROUND <= end + LATE
    }
    return len(right), len(told) - len(right)
