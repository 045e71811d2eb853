"""Examples that tests teach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.learning.examples import Examples
from engine.learning.named_numbers import NamedNumbers
from engine.learning.network import SmallNetwork

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


def small_network(of: str = "", outputs: tuple[str, ...] = ("low", "high", "side")) -> SmallNetwork:
    """Return a network that says "high" of everything, and the more of it the more p is."""
    last = np.zeros((2, len(outputs)))
    last[0, 1] = 5.0
    layers = ((np.eye(3, 2), np.array([0.5, 0.0])), (last, np.array([0.0, 3.0, 0.0])))
    ends = np.zeros(len(outputs)), np.ones(len(outputs))
    return SmallNetwork(NAMES, outputs, np.zeros(3), np.ones(3), layers, *ends, 0.75, "so so", of)
