"""What one output of a project has learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.classifier import Classifier
from engine.learning.examples import Examples
from engine.learning.output_type import OutputType
from engine.learning.regressor import Regressor

_REACH: Final = 0.2


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """The ``value`` of an output, how much each class it may be, and how far away it is.

    ``shares`` are by the numbers of the classes, and sum to 1; () where it has no classes. Beyond a
    ``distance`` of 1 nothing alike was ever shown.
    """

    value: float
    shares: tuple[float, ...]
    distance: float


class TaughtModel:
    """Fitted to a lesson; raise numpy.linalg.LinAlgError or ValueError where it cannot be."""

    def __init__(self, output: OutputType, lesson: Examples) -> None:
        self.output, self.lesson = output, lesson
        self._classifier = Classifier(lesson, _REACH) if output.task == "classify" else None
        self._regressor = Regressor(lesson) if output.task == "regress" else None

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs that it looks at."""
        return self.lesson.names

    def rename(self, names: Mapping[str, str]) -> None:
        """Call its inputs by other names: by those that the present ones stand for."""
        self.lesson.names = tuple(names.get(name, name) for name in self.lesson.names)

    def answer(self, values: NDArray[np.float32]) -> ModelAnswer | None:
        """Return the answer to a moment (n,); None where too little of it is known."""
        if self._classifier is not None:
            return self._classified(self._classifier, values)
        found = self._regressor.reckon(values) if self._regressor else None
        if found is None:
            return None
        knobs, distance = found
        value = min(max(float(knobs[0]), self.output.low), self.output.high)
        return ModelAnswer(value, (), distance)

    def _classified(
        self, classifier: Classifier, values: NDArray[np.float32]
    ) -> ModelAnswer | None:
        guess = classifier.guess(values)
        if guess is None:
            return None
        shares = [0.0] * self.output.count
        for label, share in zip(classifier.classes, guess.shares.tolist(), strict=True):
            shares[int(label) - 1] = share
        best = int(classifier.classes[guess.best])
        return ModelAnswer(float(best), tuple(shares), guess.distance)
