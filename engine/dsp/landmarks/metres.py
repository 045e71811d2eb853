"""Bodies in metres, as far as one camera tells: by a stature that the performer states.

Coordinates are those of Unity (see ``bones``): x to the right of somebody who faces the camera's
way, that is who looks out of the picture, y up from the floor, z towards the camera; x is 0 in the
middle of the picture. How far somebody is from the camera is not known, so z counts from the hips.

A picture may be mirrored, and landmarks do not say so: then left and right of a body lie the wrong
way round for where its face is. That is told by the nose, which is in front of the ears.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from engine.core.clock import SECOND
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.dsp.landmarks.body import Body
from engine.dsp.landmarks.bones import Vector, cross, dot, middle, minus

STEADY: Final = 0.5
"""Seconds over which the size of a body is steadied: it breathes with the network's guesses."""
STOOD: Final = 1.5
"""Seconds in which the lower foot stands on the floor for a while; a jump is shorter."""
STANDS: Final = 0.4
"""The part of them for which it does at least. Why not a moment: the lowest of many places of a
network is one that it has guessed too low, and the body would hang above the floor."""
SURE: Final = 5
"""For how many pictures more than not a nose must say so before a picture counts as mirrored."""
_ANKLES: Final = ("left_ankle", "right_ankle")
ANKLE: Final = 0.039
"""How high ankles are, in statures. Why not by heels and toes: toes that point to the camera are
seen lower than they are."""
HIPS: Final = 0.53
"""How high hips are, in statures, where no ankle was seen of late."""


class MeasuredBody:
    """One body, in metres, from picture to picture."""

    def __init__(self, stature: float) -> None:
        self._stature = stature
        self._scale: float | None = None
        self._seconds = 0.0
        self._lows: deque[tuple[float, float]] = deque()
        self._mirrored = 0
        self._at: Ns | None = None

    def update(self, one: Instance, found: Landmarks, at: Ns) -> dict[str, Vector]:
        """Return the points that are seen, by name; none while its size is not known."""
        gap = max(at - self._at, 0) / SECOND if self._at is not None else math.inf
        self._at = at
        body = Body(one.points, found.aspect, skeleton=found.skeleton)
        if (tall := body.stature) is not None:
            scale = self._stature / tall
            follow = -math.expm1(-gap / STEADY)
            before = scale if self._scale is None else self._scale
            self._scale = before + follow * (scale - before)
        if self._scale is None:
            return {}
        depth = found.skeleton.depth
        points = {}
        for row in body.seen:
            x, y, *z = one.points[row].tolist()[:-1]
            z_or_0 = z[0] * found.aspect if depth and math.isfinite(z[0]) else 0.0
            unit = self._scale
            # From the middle of the picture: to a level camera feet stay as far below it wherever
            # somebody goes. From its lower edge they would rise as they become smaller.
            place = (unit * (0.5 - x) * found.aspect, unit * (y - 0.5), unit * z_or_0)
            points[found.skeleton.points[row]] = place
        return self._on_the_floor(self._unmirrored(points) if depth else points, gap)

    def _unmirrored(self, points: dict[str, Vector]) -> dict[str, Vector]:
        """Return the points with x the other way where the picture is mirrored."""
        ends = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
        face = ("nose", "left_ear", "right_ear")
        if all(name in points for name in (*ends, *face)):
            left, right, *hips = (points[name] for name in ends)
            front = cross(minus(right, left), minus(middle(left, right), middle(*hips)))
            nose = minus(points["nose"], middle(points["left_ear"], points["right_ear"]))
            step = 1 if dot(front, nose) < 0 else -1
            self._mirrored = min(max(self._mirrored + step, -SURE), SURE)
        if self._mirrored <= 0:
            return points
        return {name: (-x, y, z) for name, (x, y, z) in points.items()}

    def _on_the_floor(self, points: dict[str, Vector], gap: float) -> dict[str, Vector]:
        """Return the points with y 0 at the floor: where the lower foot stood of late."""
        ankles = [points[name][1] for name in _ANKLES if name in points]
        self._seconds += min(gap, STOOD)
        if ankles:
            self._lows.append((self._seconds, min(ankles) - ANKLE * self._stature))
        while self._lows and self._seconds - self._lows[0][0] > STOOD and len(self._lows) > 1:
            self._lows.popleft()
        if self._lows:
            lows = sorted(low for _, low in self._lows)
            floor = lows[int(STANDS * len(lows))]
        else:
            hips = [points[name][1] for name in ("left_hip", "right_hip") if name in points]
            if not hips:
                return {}
            floor = sum(hips) / len(hips) - HIPS * self._stature
        return {name: (x, y - floor, z) for name, (x, y, z) in points.items()}


class MeasuredBodies:
    """Everyone in metres; who has left is forgotten."""

    def __init__(self, stature: float) -> None:
        self._stature = stature
        self._bodies: dict[int, MeasuredBody] = {}

    def update(self, found: Landmarks, at: Ns) -> dict[int, dict[str, Vector]]:
        """Return the points of everyone, by id."""
        self._bodies = {
            one.id: self._bodies.get(one.id) or MeasuredBody(self._stature) for one in found.seen
        }
        return {one.id: self._bodies[one.id].update(one, found, at) for one in found.seen}
