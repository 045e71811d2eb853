"""One who is followed: where they were last seen, and where they should be by now."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.landmarks.appearance import LastingLooks
from engine.dsp.landmarks.sighting import Sighting, extent, middle
from engine.dsp.landmarks.similarity import Floats, Spread

WINDOW: Final = 0.4
"""Seconds of observations that a velocity is taken from."""
DOUBT: Final = 0.002
"""Squared seconds: how far a few observations close together are from saying a velocity."""
GLIDE: Final = 2.0
"""Seconds in which what is unseen loses most of its velocity."""
FALL: Final = 0.12
"""The same for the way up or down of a body: a jump ends."""
FADE: Final = 0.5
"""Seconds in which a point that is not seen loses most of its weight."""
FASTEST: Final = 6.0
"""Drifts: no velocity is taken to be more."""


class Track:
    """``points`` (k, 2) are in picture heights; ``slot`` and ``id`` are 0 until it is told.

    ``at`` is the moment in seconds at which it was last surely seen, and ``points`` lay so;
    ``centre`` (2,) is the middle of what carries it. ``seen_at`` and ``picture`` are when it was
    last seen at all, ``pictures`` is how often. A point that was not seen keeps its place among the
    others, and loses its weight. ``large`` and ``broad`` are as in ``Build``, NaN until seen.
    """

    def __init__(self, first: Sighting, at: float, picture: int, spread: Spread) -> None:
        self.slot = self.id = 0
        self.points, self.weights, self.size = first.points, first.weights, first.size
        self.sighting = first
        self.appearance = LastingLooks()
        self.at = self.seen_at = at
        self.picture, self.pictures = picture, 1
        self.told, self.doubtful, self.turns, self.again = 0, False, 0, 0
        self._shown: NDArray[np.float32] = np.zeros((0, 3), np.float32)
        self._spread = spread
        self._places: deque[tuple[float, Floats]] = deque()
        self.velocity: Floats = np.zeros(2)
        self.large = self.broad = math.nan
        self._measure(first)
        self._remember()
        first.free = False

    def centre_at(self, now: float, aspect: float) -> Floats:
        """Return where its middle (2,) should be by now. See ``centres_at``."""
        there: Floats = centres_at([self], now, aspect, self._spread)[0]
        return there

    def keep(self, shown: NDArray[np.float32]) -> None:
        """Remember its points as they were told, to carry them on."""
        self._shown = shown

    def carried(self, now: float, aspect: float, longest: float) -> NDArray[np.float32]:
        """Return the points as they were told, moved to where it should be, ever less sure.

        After ``longest`` seconds they are half as sure.
        """
        points = self._shown.copy()
        away = (self.centre_at(now, aspect) - self.centre) / [aspect, 1.0]
        points[:, :2] = (points[:, :2] + away).clip(0.0, 1.0)
        points[:, -1] *= 1.0 - 0.5 * min((now - self.at) / max(longest, 1e-6), 1.0)
        return points

    def see(self, sighting: Sighting, at: float, picture: int) -> None:
        """Move it to where it was seen."""
        both = self.weights * sighting.weights * self._spread.steady
        if both.sum() > 0:
            shift = middle(sighting.points - self.points, both)
        else:
            shift = sighting.centre - self.centre
        seen = sighting.weights > 0
        kept = self.weights * math.exp(-max(0.0, at - self.at) / FADE)
        self.points = np.where(seen[:, None], sighting.points, self.points + shift)
        self.weights = np.where(seen, sighting.weights, kept)
        size = extent(self.points[self.weights > 0])
        self.size += (size - self.size) * (0.4 if size > self.size else 0.1)
        self.at = at
        self._measure(sighting)
        self._remember()
        self.glimpse(sighting, at, picture)

    def glimpse(self, sighting: Sighting, at: float, picture: int) -> None:
        """Note that it was seen, but perhaps it was another: where it should be stays as it was."""
        self.seen_at, self.picture, self.sighting = at, picture, sighting
        self.pictures += 1
        self.doubtful = False
        sighting.free = False

    def _measure(self, sighting: Sighting) -> None:
        """Note how large and how broad it is, as far as that is seen."""
        build = self._spread.build
        if build is None:
            return
        large = build.large(sighting.points, sighting.weights)
        broad = build.broad(sighting.points, sighting.weights)
        self.large = _nearer(self.large, large, 0.2 if large > self.large else 0.05)
        self.broad = _nearer(self.broad, broad, 0.3)

    def _remember(self) -> None:
        """Take its middle, and the velocity (2,) in picture heights a second, from what was seen.

        Over a gap the velocity is that between its two ends.
        """
        self.centre = middle(self.points, np.maximum(self.weights, 1e-6) * self._spread.steady)
        places = self._places
        if places and self.at <= places[-1][0]:
            places.pop()
        places.append((self.at, self.centre))
        while len(places) > 2 and self.at - places[1][0] > WINDOW:
            places.popleft()
        if len(places) < 2:
            return
        times = np.array([at for at, _ in places])
        spots = np.array([place for _, place in places])
        times -= times.mean()
        slope = times @ (spots - spots.mean(axis=0)) / (times @ times + DOUBT)
        fastest = FASTEST * self._spread.drift * self.size
        speed = float(np.hypot(*slope))
        self.velocity = slope * min(1.0, fastest / max(speed, 1e-9))


def _nearer(known: float, new: float, share: float) -> float:
    """Return what is known, moved to what is new; NaN is not known."""
    if math.isnan(new):
        return known
    return new if math.isnan(known) else known + (new - known) * share


class Expected:
    """Where somebody who is followed should be at a moment, as points that lie somewhere."""

    def __init__(self, track: Track, now: float, aspect: float) -> None:
        self.points = track.points + (track.centre_at(now, aspect) - track.centre)
        self.weights, self.size = track.weights, track.size


def centres_at(tracks: Sequence[Track], now: float, aspect: float, spread: Spread) -> Floats:
    """Return where their middles (n, 2) should be, moving on ever slower, within the picture."""
    passed = np.maximum(now - np.array([track.at for track in tracks]), 0.0)
    centres = np.stack([track.centre for track in tracks])
    velocities = np.stack([track.velocity for track in tracks])
    down = FALL if spread.falls else GLIDE
    there = centres + velocities * np.stack([glide(passed, GLIDE), glide(passed, down)], axis=1)
    inside = (centres >= 0) & (centres <= [aspect, 1.0])
    moved: Floats = np.where(inside, np.clip(there, 0.0, [aspect, 1.0]), there)
    return moved


def glide(passed: Floats, decay: float) -> Floats:
    """Return for how many seconds of full speed somebody moves who slows down over ``decay``."""
    seconds: Floats = decay * -np.expm1(-passed / decay)
    return seconds
