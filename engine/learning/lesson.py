"""What was learned from examples, whichever task it is: one place to ask.

With a small network it is that which says the classes or the knobs. How far a moment is from all
that was shown is told by the examples then too: a network by itself is sure of everything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.learning.classifier import Classifier, NearestTable
from engine.learning.examples import Examples
from engine.learning.gestures import Course, GestureSpotter, Spotted
from engine.learning.named_numbers import NamedNumbers, aligned
from engine.learning.network import SmallNetwork
from engine.learning.regressor import FEW, KernelTable, Regressor
from engine.learning.validation import validated
from engine.learning.weights import EVEN, LessonWeights

Tables = tuple[NearestTable | KernelTable | None, SmallNetwork | None]

_NOTHING: Final = "nothing is learned yet"
_WIDE: Final = 5.5
"""What the reach of gestures is multiplied by: how much of a movement may differ."""


@dataclass(frozen=True, slots=True)
class Classified:
    """The share of each class, how far the nearest example is (1 the limit), and its take."""

    shares: Mapping[str, float]
    distance: float
    take: int


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The knobs by name, and how far it is from all that was shown (1 the limit)."""

    knobs: Mapping[str, float]
    distance: float


class Lesson:
    """What was learned: nothing at first; it answers None to what it was not taught."""

    def __init__(self) -> None:
        self.score, self.report = math.nan, _NOTHING
        self._classifier: Classifier | None = None
        self._regressor: Regressor | None = None
        self._spotter: GestureSpotter | None = None
        self._network: SmallNetwork | None = None
        self._takes: list[int] = []

    @classmethod
    def of(
        cls, task: str, examples: Examples, reach: float, weights: LessonWeights = EVEN
    ) -> Lesson:
        """Learn a task from examples. Raise numpy.linalg.LinAlgError where it cannot be solved."""
        learned = cls()
        left, takes = weights.left(examples)
        if not left.count:
            return learned
        if not left.names:
            learned.report = "no number counts: all of them weigh 0"
            return learned
        {
            "classify": learned._classify,
            "regress": learned._regress,
            "gesture": learned._gesture,
        }[task](left, reach, weights)
        learned._takes = np.repeat(takes, [len(take.rows) for take in left.takes]).tolist()
        return learned

    @property
    def names(self) -> tuple[str, ...]:
        """The numbers that it looks at."""
        one = self._classifier or self._regressor or self._spotter
        return one.names if one else ()

    @property
    def outputs(self) -> tuple[str, ...]:
        """The classes that it tells, or the knobs that it turns."""
        if self._regressor is not None:
            return self._regressor.knobs
        one = self._classifier or self._spotter
        return one.classes if one else ()

    @property
    def tables(self) -> Tables:
        """What it answers from: of the examples, and of its network; None where it has none."""
        one = self._classifier or self._regressor
        return one.table() if one else None, self._network

    def use(self, network: SmallNetwork) -> bool:
        """Let a network say what it is; return False, and do nothing, where it does not fit."""
        if (network.names, network.outputs) != (self.names, self.outputs) or self._spotter:
            return False
        self._network, self.score, self.report = network, network.score, network.report
        return True

    def set_reach(self, reach: float) -> None:
        """Set how far from the examples one is still known, 0 to 1."""
        if self._classifier is not None:
            self._classifier.set_reach(reach)
        if self._spotter is not None:
            self._spotter.set_reach(_WIDE * reach)

    def reset(self) -> None:
        """Forget the stream before a gap."""
        if self._spotter is not None:
            self._spotter.reset()

    def classified(self, now: NamedNumbers) -> Classified | None:
        """Return which class a moment is of; None where too little of it is known."""
        if self._classifier is None:
            return None
        values = aligned(now, self._classifier.names)
        guess = self._classifier.guess(values)
        if guess is None:
            return None
        found = self._network.shares(values) if self._network else guess.shares
        shares = dict(zip(self._classifier.classes, found.tolist(), strict=True))
        return Classified(shares, guess.distance, self._takes[guess.nearest])

    def reckoned(self, now: NamedNumbers) -> Reckoned | None:
        """Return the knobs for a moment; None where too little of it is known."""
        if self._regressor is None:
            return None
        values = aligned(now, self._regressor.names)
        found = self._regressor.reckon(values)
        if found is None:
            return None
        knobs, distance = found
        if self._network is not None:
            knobs = self._network.knobs(values)
        return Reckoned(dict(zip(self._regressor.knobs, knobs.tolist(), strict=True)), distance)

    def spotted(self, now: NamedNumbers, seconds: float) -> tuple[Spotted | None, Course | None]:
        """Return the gesture that has just ended, and the one that is being made."""
        if self._spotter is None:
            return None, None
        if not now.is_known:
            return None, None
        seen = self._spotter.take(aligned(now, self._spotter.names), seconds)
        return seen, self._spotter.course(seconds)

    def _classify(self, examples: Examples, reach: float, weights: LessonWeights) -> None:
        self._classifier = Classifier(examples, reach, weights)
        if len(examples.labels) < 2:
            self.report = "one class alone: it tells whether it is that, or unsure"
            return
        found = validated(examples, reach, weights)
        self.score, self.report = found.score, found.report()

    def _regress(self, examples: Examples, reach: float, weights: LessonWeights) -> None:
        if not examples.knobs:
            self.report = "no take has knobs"
            return
        self._regressor = Regressor(examples, weights)
        of = "left out" if self._regressor.is_left_out else "shown"
        self.score, self.report = how_near(self._regressor.error, of)

    def _gesture(self, examples: Examples, reach: float, weights: LessonWeights) -> None:
        self._spotter = spotter = GestureSpotter(examples, _WIDE * reach, weights)
        self.score = spotter.score
        left = ""
        if spotter.still:
            left = f"; {spotter.still} takes do not move, or are too short, and are left out"
        if spotter.older:
            left += f"; {spotter.older} older takes are left out"
        right = "" if math.isnan(self.score) else f"{self.score:.0%} of the takes are told "
        self.report = f"{right}by {spotter.count} examples{left}"


def how_near(error: float, of: str) -> tuple[float, str]:
    """Return the score and the report of knobs that are so much of their way off.

    ``of`` says of which examples: "left out", or "shown".
    """
    if math.isnan(error):
        return math.nan, f"how near it comes is known from {FEW} places of its knobs on"
    return max(0.0, 1.0 - error), f"{error:.0%} off, of what was {of}"
