"""How much numbers and classes count, as a performer weighs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples

Floats = NDArray[np.float64]

HEAVIEST: Final = 100.0


@dataclass(frozen=True, slots=True)
class LessonWeights:
    """What counts how much, 0 to 100, 1 where nothing is said; what weighs 0 is left out.

    ``numbers`` are called by their names, or by how these begin: "body.left_wrist" is its x and its
    y, "body" all of a body, and the longest that fits counts. ``classes`` are called by theirs.
    """

    numbers: Mapping[str, float] = field(default_factory=dict)
    classes: Mapping[str, float] = field(default_factory=dict)

    def of_numbers(self, names: Sequence[str]) -> Floats:
        """Return the weight of each number: float64, shape (numbers,)."""
        return np.array([self._of_number(name) for name in names], np.float64)

    def of_classes(self, labels: Sequence[str]) -> Floats:
        """Return the weight of each class: float64, shape (classes,)."""
        return np.array([_held(self.classes.get(label, 1.0)) for label in labels], np.float64)

    def left(self, examples: Examples) -> tuple[Examples, list[int]]:
        """Return the examples without what weighs nothing, and the number of each take among all.

        Takes are counted from 1.
        """
        numbers = np.flatnonzero(self.of_numbers(examples.names))
        classes = self.of_classes([take.label for take in examples.takes])
        takes = np.flatnonzero(classes)
        if len(numbers) == len(examples.names) and len(takes) == len(classes):
            return examples, list(range(1, len(classes) + 1))
        return examples.part(numbers, takes), (takes + 1).tolist()

    def _of_number(self, name: str) -> float:
        while name:
            if name in self.numbers:
                return _held(self.numbers[name])
            name = name.rpartition(".")[0]
        return 1.0


def _held(weight: float) -> float:
    """Return a weight within what it may be; what is no number counts as nothing was said."""
    return min(max(weight, 0.0), HEAVIEST) if np.isfinite(weight) else 1.0


EVEN: Final = LessonWeights()
"""Everything counts alike."""
