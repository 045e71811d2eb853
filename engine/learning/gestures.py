"""Gestures in a stream of moments, by dynamic time warping.

SPRING (Sakurai, Faloutsos and Yamamuro, Stream monitoring under the time warping distance, 2007)
finds where in an endless stream something begins and ends that is like an example, at any speed, in
the time of one row of the warping matrix for each moment. That row is reckoned for all examples at
once: d(i) = c(i) + min(d(i-1), a(i)) is a running minimum of a(i) less the sum of c up to i.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples, OneTake
from engine.learning.metric import Metric
from engine.learning.weights import EVEN, LessonWeights

Floats = NDArray[np.float64]

PACE: Final = 20.0
"""Moments a second that are looked at."""
SHORTEST: Final = 4
"""Moments of an example."""
_STILL: Final = 0.12
"""How fast the beginning and the end of an example move, of its fastest, which are cut off."""
_SLOWEST, _FASTEST = 0.5, 2.0
_WAIT: Final = 0.2
"""Seconds for which something that fits even better is waited for."""
_LONGER: Final = 0.7
"""Seconds for which a longer gesture is waited for, of which it may be a part."""
_HALFWAY: Final = 0.5
_LONGEST: Final = 400
_LEAST: Final = 0.02
_TOWARDS: Final = 0.12
"""How far the limit of an example lies from those of its name towards those of others."""
_SPREAD: Final = 1.7
"""How much more than those of its name may differ from it."""
_OWN: Final = 1.2
"""The same at least, though another gesture is as near: what fits better decides."""
_ALONE: Final = 0.2
_AGREE: Final = 0.5
"""How much the example that fits second best counts: one alone may fit by chance."""
_NOTHING: Final = 1e-9
_BACK: Final = 1.0
"""Seconds by which a moment lies before what was looked at where the time has begun anew."""
_MOST: Final = 60
"""Examples that are followed at once."""
_MOST_MOMENTS: Final = 3000
"""Moments of these: it takes with the square of that, four seconds for so many of 34 numbers."""
_FEWEST: Final = 2
"""Examples of each gesture that are followed in any case."""


@dataclass(frozen=True, slots=True)
class Spotted:
    """A gesture that was made: its name, ``distance`` in parts of the limit, and its ``speed``."""

    label: str
    distance: float
    speed: float


@dataclass(frozen=True, slots=True)
class Course:
    """What is being made: the likeliest gesture, how far along, 0 to 1, and how fast it is.

    A ``speed`` of 1 is that of the example. ``nearness`` is 1 for exactly so, 0 at the limit.
    """

    label: str
    progress: float
    speed: float
    nearness: float


class GestureSpotter:
    """Finds the gestures of examples in a stream; ``reach`` multiplies how much may differ.

    ``still`` is how many examples do not move, or are too short, and ``older`` how many are left
    out since there are newer ones enough.
    """

    def __init__(self, examples: Examples, reach: float, weights: LessonWeights = EVEN) -> None:
        self.names, self.classes = examples.names, examples.labels
        plain = Metric.plain(self.names, examples.rows())
        self._metric = plain.weighed(weights.of_numbers(self.names))
        shown = [(take.label, *_prepared(take, self._metric)) for take in examples.takes]
        moving = [take for take in shown if len(take[1]) >= SHORTEST]
        takes = newest_takes(moving)
        self.still, self.older = len(shown) - len(moving), len(moving) - len(takes)
        self.labels = [label for label, _, _ in takes]
        paths = [rows for _, rows, _ in takes]
        self._paths = _Paths(paths)
        self._seconds = np.array([length for _, _, length in takes])
        costs = np.array(list(_costs(paths))).T.reshape(len(paths), len(paths))
        self._limits_at_one = _limits(self.labels, costs) * weights.of_classes(self.labels)
        self.set_reach(reach)
        self.score = _score(self.labels, costs / self.limits[:, None])
        self._several = [
            places
            for label in dict.fromkeys(self.labels)
            if len(places := np.flatnonzero(np.array(self.labels) == label)) > 1
        ]
        self._next = -np.inf
        self._held: tuple[float, int, float, float, float] | None = None

    def set_reach(self, reach: float) -> None:
        """Set what multiplies how much may differ; 0 finds nothing."""
        self.limits = np.maximum(reach * self._limits_at_one, _NOTHING)

    @property
    def count(self) -> int:
        """How many examples it looks for."""
        return len(self.labels)

    def reset(self) -> None:
        """Forget the stream before a gap."""
        self._paths.reset()
        self._next, self._held = -np.inf, None

    def take(self, values: NDArray[np.float32], seconds: float) -> Spotted | None:
        """Take a moment (n,) at a time in seconds; return the gesture that has just ended."""
        if self._next - seconds > _BACK:
            self.reset()
        if not self.count or seconds < self._next:
            return None
        self._next = max(self._next + 1 / PACE, seconds + 0.3 / PACE)
        self._paths.step(self._metric.scaled(values), seconds)
        took = seconds - self._paths.ended_begin
        speeds = self._seconds / np.maximum(took, 1e-3)
        fits = (speeds > _SLOWEST) & (speeds < _FASTEST)
        ratios = np.where(fits, self._paths.ended / self.limits, np.inf)
        best = int(self._agreed(ratios).argmin())
        ratio = float(self._agreed(ratios)[best])
        if ratio < 1 and (self._held is None or ratio < self._held[0]):
            began = float(self._paths.ended_begin[best])
            self._held = (ratio, best, float(speeds[best]), seconds, began)
        if self._held is None or seconds - self._held[3] < _WAIT:
            return None
        ratio, best, speed, ended, began = self._held
        if seconds - ended < _LONGER and self._goes_on(best, ratio, began):
            return None
        self._held = None
        self._paths.forget(ended)
        return Spotted(self.labels[best], ratio, speed)

    def _goes_on(self, best: int, ratio: float, began: float) -> bool:
        """Whether a gesture that has ended may be a part of a longer one, which fits better."""
        others = np.array([label != self.labels[best] for label in self.labels])
        return self._paths.is_under_way(began + _WAIT, ratio * self.limits * others)

    def _agreed(self, ratios: Floats) -> Floats:
        """Return ratios of which two of a gesture's examples must agree, where it has several."""
        agreed = ratios.copy()
        for places in self._several:
            first, second = np.partition(ratios[places], 1)[:2]
            agreed[places] += _AGREE * (second - first) if np.isfinite(second) else np.inf
        return agreed

    def course(self, seconds: float) -> Course | None:
        """Return what is being made now; None where it is nothing that was shown."""
        if not self.count:
            return None
        found = self._paths.course(seconds, self.limits, self._seconds)
        if found is None:
            return None
        path, progress, took, ratio = found
        speed = progress * float(self._seconds[path]) / max(took, 1e-3)
        return Course(self.labels[path], progress, speed, max(0.0, 1.0 - ratio))


class _Paths:
    """The last row of the warping matrix of each example, and when each of its paths began."""

    def __init__(self, paths: list[Floats]) -> None:
        self._ends = np.array([len(path) - 1 for path in paths], np.intp)
        count, longest = len(paths), max(map(len, paths), default=0)
        width = paths[0].shape[1] if paths else 0
        self._rows = np.zeros((count, longest, width))
        for row, path in zip(self._rows, paths, strict=True):
            row[: len(path)] = path
        self._beyond = np.arange(longest) > self._ends[:, None]
        self._all = np.arange(count)
        self._part = np.arange(1, longest + 1)
        self.reset()

    def reset(self) -> None:
        self._sums = np.full(self._rows.shape[:2], np.inf)
        self._began = np.zeros(self._rows.shape[:2])

    @property
    def ended(self) -> Floats:
        """The mean cost of the best path that ends now, of each example."""
        ended: Floats = self._sums[self._all, self._ends] / (self._ends + 1)
        return ended

    @property
    def ended_begin(self) -> Floats:
        """When that began."""
        began: Floats = self._began[self._all, self._ends]
        return began

    def step(self, one: Floats, now: float) -> None:
        """Go on by a moment; one in which something is not known leaves that out."""
        apart = self._rows - one
        known = np.isfinite(apart)
        count = np.maximum(known.sum(axis=2), 1)
        cost = np.where(known, apart * apart, 0.0).sum(axis=2) / count
        cost = np.where(self._beyond, 0.0, cost)
        aside_sums = np.pad(self._sums[:, :-1], ((0, 0), (1, 0)))
        aside_began = np.pad(self._began[:, :-1], ((0, 0), (1, 0)), constant_values=now)
        straight = self._sums <= aside_sums
        straight[:, 0] = False
        before = np.where(straight, self._sums, aside_sums)
        began = np.where(straight, self._began, aside_began)
        total = np.cumsum(cost, axis=1)
        lifted = before - (total - cost)
        least = np.minimum.accumulate(lifted, axis=1)
        places = np.maximum.accumulate(
            np.where(lifted <= least, np.arange(lifted.shape[1]), 0), axis=1
        )
        self._sums = total + least
        self._began = np.take_along_axis(began, places, axis=1)

    def forget(self, until: float) -> None:
        """Forget all paths that began before a moment."""
        self._sums[self._began <= until] = np.inf

    def is_under_way(self, began: float, limits: Floats) -> bool:
        """Whether some path that began by then is half done, and costs less than its limit."""
        along = self._part / (self._ends[:, None] + 1)
        half = (along > _HALFWAY) & ~self._beyond & (self._began <= began)
        return bool((half & (self._sums / self._part < limits[:, None])).any())

    def course(
        self, now: float, limits: Floats, lengths: Floats
    ) -> tuple[int, float, float, float] | None:
        """Return the example that is followed best, how far, for how long, and its ratio."""
        along = self._part / (self._ends[:, None] + 1)
        took = now - self._began
        with np.errstate(divide="ignore", invalid="ignore"):
            speed = along * lengths[:, None] / took
            ratio = self._sums / self._part / limits[:, None]
        fits = (speed > _SLOWEST) & (speed < _FASTEST) & (along > 0.25) & ~self._beyond
        ratio = np.where(fits & (ratio < 1), ratio - 0.5 * along, np.inf)
        place = int(ratio.argmin())
        path, part = divmod(place, ratio.shape[1])
        if not np.isfinite(ratio[path, part]):
            return None
        done = float(along[path, part])
        return path, done, float(took[path, part]), float(ratio[path, part] + 0.5 * done)


def _prepared(take: OneTake, metric: Metric) -> tuple[Floats, float]:
    """Return a take in its scales at the pace, without stillness at both ends, and its seconds."""
    rows, times = metric.scaled(take.rows), take.times.astype(np.float64)
    if len(rows) < SHORTEST or times[-1] <= times[0]:
        return np.empty((0, rows.shape[1])), 0.0
    known = np.isfinite(rows).all(axis=0)
    for column in np.flatnonzero(~known):
        there = np.isfinite(rows[:, column])
        if there.sum() >= 2:
            rows[:, column] = np.interp(times, times[there], rows[there, column])
    even = np.arange(times[0], times[-1] + 1e-6, 1 / PACE)[:_LONGEST]
    path = np.stack([np.interp(even, times, column) for column in rows.T], axis=1)
    moves = np.nan_to_num(np.abs(np.diff(path, axis=0)) ** 2).sum(axis=1) ** 0.5
    moving = np.flatnonzero(moves > _STILL * moves.max(initial=0.0))
    if not len(moving):
        return np.empty((0, rows.shape[1])), 0.0
    path = path[moving[0] : moving[-1] + 2]
    return path, len(path) / PACE


def newest_takes(takes: list[tuple[str, Floats, float]]) -> list[tuple[str, Floats, float]]:
    """Return the newest examples of each gesture, as many as can be followed at once."""
    each = max(_FEWEST, _MOST // max(1, len({label for label, _, _ in takes})))
    counts: dict[str, int] = {}
    kept, moments = [], 0
    for take in reversed(takes):
        count = counts.get(take[0], 0)
        if count < each and (count < _FEWEST or moments + len(take[1]) <= _MOST_MOMENTS):
            counts[take[0]] = count + 1
            moments += len(take[1])
            kept.append(take)
    return kept[::-1]


def _limits(labels: list[str], costs: Floats) -> Floats:
    """Return the mean cost up to which a path counts as one like each example.

    It lies above those of the other examples of the name, and below those of other names. ``costs``
    are those of each example in each other one.
    """
    same = np.array(labels)[:, None] == np.array(labels)
    apart = ~np.eye(len(labels), dtype=bool)
    found = np.empty(len(labels))
    for place, row in enumerate(costs):
        own = row[same[place] & apart[place]]
        other = row[~same[place]]
        near = float(own.max()) if len(own) else 0.0
        away = float(other.min()) if len(other) else np.inf
        wide = max(_SPREAD * near, near + _TOWARDS * (away - near) if np.isfinite(away) else _ALONE)
        found[place] = max(min(wide, max(0.8 * away, _OWN * near)), _LEAST)
    return found


def _score(labels: list[str], ratios: Floats) -> float:
    """Return the share of examples for which another one of their name fits best; NaN of none."""
    tried = [place for place, label in enumerate(labels) if labels.count(label) > 1]
    if not tried:
        return float("nan")
    others = ratios.copy()
    np.fill_diagonal(others, np.inf)
    return sum(labels[others[:, place].argmin()] == labels[place] for place in tried) / len(tried)


def _costs(paths: list[Floats]) -> Iterator[Floats]:
    """Yield for each path, played as a stream, what each example costs where it fits best."""
    for stream in paths:
        rows = _Paths(paths)
        best = np.full(len(paths), np.inf)
        still = [stream[:1]] * SHORTEST + [stream] + [stream[-1:]] * SHORTEST
        for number, one in enumerate(np.vstack(still)):
            rows.step(one, number / PACE)
            best = np.minimum(best, rows.ended)
        yield best
