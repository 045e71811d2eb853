"""Who is where on stage: dancing on a spot, crossing, passing a pillar, entering and leaving.

Walks follow the minimum-jerk curve, so they begin and end at rest. In "mingle" everybody walks from
one place to another as the seed has it, on a lane of their own, before and behind the others, and
all behind the pillar. In "turn_back" they go behind the pillar, turn there, and come back.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np

from engine.synthetic.dancer import Place
from engine.synthetic.easing import minimum_jerk
from engine.synthetic.stage import StageCamera

Script = Literal["solo", "crossing", "occlusion", "enter_leave", "mingle", "turn_back", "mirror"]

SPACING: Final = 0.95  # metres between people side by side
REST: Final = 1.2  # seconds between two crossings
PILLAR: Final = (0.0, 0.9, 0.36)  # x, z and width in metres
VISIT: Final = 19.5  # seconds from one visit to the next
WALK: Final = 5.5  # seconds to come in, and to leave
LEAVE: Final = 9.5  # seconds into a visit when the first person leaves
PILLARS: Final = {
    "occlusion": PILLAR,
    "mingle": (0.0, 0.9, 0.8),
    "turn_back": (0.0, 0.9, 1.0),
}
"""What stands before the people, of each script that has it: x, z and width in metres."""
MIRROR: Final = (0.9, 1.5, 2.1)  # x of its middle, width and height in metres, on the wall
FARTHEST_LANE: Final = -0.9
NEAREST_LANE: Final = 0.5
FASTEST: Final = 1.5  # metres a second, of who walks from one end of the stage to the other
PAUSE: Final = 0.7  # seconds between two walks of "mingle"


@dataclass(frozen=True, slots=True)
class Presence:
    """A person on stage: ``visit`` counts from 0 how often this place has been taken."""

    visit: int
    place: Place


def presence(
    script: Script, number: int, people: int, seconds: float, view: StageCamera, *, seed: int = 0
) -> Presence | None:
    """Return the position of person ``number`` (from 0) of ``people``, or None when off stage."""
    if script == "enter_leave":
        return _visiting(number, people, seconds, view)
    if script == "solo":
        return Presence(0, Place(*_spot(number, people, SPACING), 0.0))
    if script == "mirror":
        x, z = _spot(number, people, SPACING)
        return Presence(0, Place(x - 0.5, z + 0.2, 0.0))
    if script == "mingle":
        return Presence(0, _mingling(number, people, seconds, view, seed))
    if script == "turn_back":
        return Presence(0, _turning_back(number, people, seconds, view))
    return Presence(0, _shuttling(script, number, people, seconds, view))


def _spot(number: int, people: int, spacing: float) -> tuple[float, float]:
    """Return x and z of a place in the row; every second one is a little further back."""
    x = (number - (people - 1) / 2) * spacing
    return x, -0.35 * (number % 2) if people > 2 else 0.0


def _shuttling(
    script: Script, number: int, people: int, seconds: float, view: StageCamera
) -> Place:
    """Return the position of a person who walks to the mirrored spot and back, endlessly."""
    # With an odd number the middle one would never move: leave one extra spot empty.
    spots = people + people % 2
    spacing = min((view.room - 1.5) / (spots - 1), 1.7)
    x = (number - (spots - 1) / 2) * spacing
    lane = 0.3 if number < spots / 2 else -0.3
    z = lane + 0.1 * (number % 2) - (0.35 if script == "occlusion" else 0.0)
    walk = max(3.0, (spots - 1) * spacing / 0.62)
    leg, into = divmod(seconds, REST + walk)
    part, slope = _smooth((into - REST) / walk)
    start = x if leg % 2 == 0 else -x
    return Place(start - 2 * start * part, z, -2 * start * slope / walk)


def _mingling(number: int, people: int, seconds: float, view: StageCamera, seed: int) -> Place:
    """Return the position of a person who walks from place to place."""
    walk = max(2.4, 1.875 * (view.room - 1.0) / FASTEST)
    late = float(np.random.default_rng([seed, number, 23]).uniform(0, PAUSE + walk))
    leg, into = divmod(seconds + late, PAUSE + walk)
    start, end = (_goal(seed, number, int(leg) + k, round(view.room, 6)) for k in (0, 1))
    part, slope = _smooth((into - PAUSE) / walk)
    return Place(start + (end - start) * part, _lane(number, people), (end - start) * slope / walk)


@lru_cache(maxsize=256)
def _goal(seed: int, number: int, leg: int, room: float) -> float:
    """Return where a walk of "mingle" begins, beside the pillar: two of three lead across."""
    rng = np.random.default_rng([seed, number, leg, 19])
    side = 1.0 if (leg + number) % 2 else -1.0
    if rng.random() < 1 / 3:
        side = -side
    return float(side * rng.uniform(0.85, max(0.5 * room - 0.45, 1.0)))


def _lane(number: int, people: int) -> float:
    """Return the z of a person's own lane, so that nobody walks through another."""
    place = (number * 2) % people + (number * 2) // people if people > 1 else 0
    part = place / max(people - 1, 1)
    return FARTHEST_LANE + (NEAREST_LANE - FARTHEST_LANE) * part


def _turning_back(number: int, people: int, seconds: float, view: StageCamera) -> Place:
    """Return the position of a person who goes behind the pillar, and comes back."""
    x, _ = _spot(number, people, (view.room - 1.5) / max(people - 1, 1))
    start = x if people > 1 else 0.5 * view.room - 0.75
    _, into = divmod(seconds, 2 * REST + 6.0)
    there, there_slope = _smooth((into - REST) / 3.0)
    back, back_slope = _smooth((into - REST - 3.4) / 3.0)
    hidden = there - back
    return Place(
        start * (1 - hidden), _lane(number, people), start * (back_slope - there_slope) / 3
    )


def _visiting(number: int, people: int, seconds: float, view: StageCamera) -> Presence | None:
    """Return a person who enters from one side, dances, and leaves by the other."""
    visit, into = divmod(seconds, VISIT)
    come, leave = 1.0 + 0.6 * number, LEAVE + 0.5 * number
    if not come <= into <= leave + WALK:
        return None
    x, z = _spot(number, people, SPACING)
    outside = 0.55 * view.room + 1.0
    side = 1.0 if (number + int(visit)) % 2 else -1.0
    inwards, in_slope = _smooth((into - come) / WALK)
    outwards, out_slope = _smooth((into - leave) / WALK)
    start, end = side * outside, -side * outside
    at = start + (x - start) * inwards + (end - x) * outwards
    speed = ((x - start) * in_slope + (end - x) * out_slope) / WALK
    return Presence(int(visit), Place(at, z, speed))


def _smooth(part: float) -> tuple[float, float]:
    """Return the minimum-jerk curve and its slope, at rest outside 0 to 1."""
    t = float(np.clip(part, 0.0, 1.0))
    return minimum_jerk(t), 30 * t**2 * (1 - t) ** 2
