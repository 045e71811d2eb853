"""What was learned from examples, whichever task it is: one place to ask."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from engine.learning.classifier import Classifier
from engine.learning.examples import Examples
from engine.learning.gestures import Course, GestureSpotter, Spotted
from engine.learning.named_numbers import NamedNumbers, aligned
from engine.learning.regressor import Regressor
from engine.learning.validation import validated

_NOTHING: Final = "nothing is learned yet"


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
        self._takes: list[int] = []

    @classmethod
    def of(cls, task: str, examples: Examples, reach: float) -> Lesson:
        """Learn a task from examples. Raise numpy.linalg.LinAlgError where it cannot be solved."""
        learned = cls()
        if examples.count:
            {
                "classify": learned._classify,
                "regress": learned._regress,
                "gesture": learned._gesture,
            }[task](examples, reach)
        return learned

    def reset(self) -> None:
        """Forget the stream before a gap."""
        if self._spotter is not None:
            self._spotter.reset()

    def classified(self, now: NamedNumbers) -> Classified | None:
        """Return which class a moment is of; None where too little of it is known."""
        if self._classifier is None:
            return None
        guess = self._classifier.guess(aligned(now, self._classifier.names))
        if guess is None:
            return None
        shares = dict(zip(self._classifier.classes, guess.shares.tolist(), strict=True))
        return Classified(shares, guess.distance, self._takes[guess.nearest])

    def reckoned(self, now: NamedNumbers) -> Reckoned | None:
        """Return the knobs for a moment; None where too little of it is known."""
        if self._regressor is None:
            return None
        found = self._regressor.reckon(aligned(now, self._regressor.names))
        if found is None:
            return None
        knobs, distance = found
        return Reckoned(dict(zip(self._regressor.knobs, knobs.tolist(), strict=True)), distance)

    def spotted(self, now: NamedNumbers, seconds: float) -> tuple[Spotted | None, Course | None]:
        """Return the gesture that has just ended, and the one that is being made."""
        if self._spotter is None:
            return None, None
        if not now.is_known:
            return None, None
        seen = self._spotter.take(aligned(now, self._spotter.names), seconds)
        return seen, self._spotter.course(seconds)

    def _classify(self, examples: Examples, reach: float) -> None:
        self._classifier = Classifier(examples, reach)
        self._takes = (examples.numbers()[1] + 1).tolist()
        if len(examples.labels) < 2:
            self.report = "one class alone: it tells whether it is that, or unsure"
            return
        found = validated(examples, reach)
        self.score = found.score
        worst = found.worst()
        mixed = f"; {worst[0]} is taken for {worst[1]} most" if worst else ""
        self.report = f"{_percent(found.score)} right of what was left out{mixed}\n{found.text()}"

    def _regress(self, examples: Examples, reach: float) -> None:
        if not examples.knobs:
            self.report = "no take has knobs"
            return
        self._regressor = Regressor(examples)
        self.score = max(0.0, 1.0 - self._regressor.error)
        self.report = f"{_percent(self._regressor.error)} off, of what was left out"

    def _gesture(self, examples: Examples, reach: float) -> None:
        self._spotter = spotter = GestureSpotter(examples, 5.5 * reach)
        self.score = spotter.score
        short = len(examples.takes) - spotter.count
        left = f"; {short} takes do not move, or are too short, and are left out" if short else ""
        right = "" if math.isnan(self.score) else f"{_percent(self.score)} of the takes are told "
        self.report = f"{right}by {spotter.count} examples{left}"


def _percent(share: float) -> str:
    return "nothing" if math.isnan(share) else f"{share:.0%}"
