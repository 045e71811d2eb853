"""The examples by which it is timed how long learning takes: 500 of 20 numbers, in five classes."""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.lab.bench.rig.performer import FPS
from engine.learning.examples import Examples
from engine.learning.named_numbers import NamedNumbers

COUNT, CLASSES = 500, 5
NAMES: Final = tuple(f"number{number}" for number in range(20))
_TAKES: Final = 4
"""Of each class."""


def lesson_examples() -> Examples:
    """Return them: each class around a place of its own, with a knob that goes with it."""
    rng = np.random.default_rng(1)
    middles = rng.normal(0, 1, (CLASSES, len(NAMES)))
    examples = Examples()
    for number in range(CLASSES * _TAKES):
        label = number % CLASSES
        rows = middles[label] + 0.2 * rng.normal(size=(COUNT // CLASSES // _TAKES, len(NAMES)))
        examples.begin(f"class{label}", {"knob": float(label)})
        for place, row in enumerate(rows.astype(np.float32)):
            examples.add(NamedNumbers(NAMES, row), place / FPS)
    return examples
