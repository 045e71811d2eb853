"""Examples that tests teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.learning.examples import Examples
from engine.learning.named_numbers import NamedNumbers

NAMES = ("p", "q", "r")


def moment(values: Sequence[float], names: tuple[str, ...] = NAMES) -> NamedNumbers:
    return NamedNumbers(names, np.array(values, np.float32))


def shown(
    *takes: tuple[str, Sequence[float], Mapping[str, float]],
    moments: int = 5,
    noise: float = 0.02,
    seed: int = 1,
    names: tuple[str, ...] = NAMES,
) -> Examples:
    """Return takes of what lies around some places, with the knobs of each."""
    rng = np.random.default_rng(seed)
    examples = Examples()
    for label, place, knobs in takes:
        examples.begin(label, knobs)
        for number in range(moments):
            values = np.array(place) + noise * rng.normal(size=len(place))
            examples.add(moment(values, names), number / 30)
    return examples


def three_classes(**more: int | float) -> Examples:
    """Return three classes, three takes each."""
    places = {"low": (0.0, 0.0, 0.0), "high": (1.0, 1.0, 0.0), "side": (1.0, 0.0, 1.0)}
    takes = [(label, place, {}) for _ in range(3) for label, place in places.items()]
    return shown(*takes, **more)
