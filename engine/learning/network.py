"""Small networks: what was learned by one, as numbers, and how it answers.

A network is data: two or three tables of numbers, which NumPy multiplies. It is fitted elsewhere
(``network_fitting``), and kept beside the examples that it was fitted to.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import MOST_CLASSES
from engine.learning.examples_file import BadExamples, decode_versioned
from engine.learning.named_numbers import MOST

Floats = NDArray[np.float64]
Layer = tuple[Floats, Floats]
"""The weights of a layer, shape (numbers in, numbers out), and its biases (numbers out,)."""

FORMAT: Final = 1
LARGEST: Final = 16 << 20
_MOST_LAYERS: Final = 4
_WIDEST: Final = 256
"""Neurons of a layer."""


@dataclass(frozen=True, slots=True, eq=False)
class SmallNetwork:
    """Layers of neurons that bend what they sum by tanh, but for the last.

    It takes the numbers of ``names``, each less ``middle`` and times ``scale``; what is not known
    counts as the middle. ``outputs`` are the classes, of which it gives the shares, or knobs, each
    times ``way`` and more by ``mean``. ``score`` is the share that is right of what was left out,
    NaN where nothing was, ``report`` what became of that, and ``of`` says to what it was fitted.
    """

    names: tuple[str, ...]
    outputs: tuple[str, ...]
    middle: Floats
    scale: Floats
    layers: tuple[Layer, ...]
    mean: Floats
    way: Floats
    score: float = float("nan")
    report: str = ""
    of: str = ""

    def shares(self, values: NDArray[np.float32]) -> Floats:
        """Return how likely each class is for a moment (n,): float64, (classes,), 1 in sum."""
        last = self._last(values)
        raised = np.exp(last - last.max())
        return np.asarray(raised / raised.sum())

    def knobs(self, values: NDArray[np.float32]) -> Floats:
        """Return the knobs for a moment (n,): float64, shape (knobs,)."""
        return np.asarray(self.mean + self.way * self._last(values))

    def judged(self, score: float, report: str, of: str) -> SmallNetwork:
        """Return it with how well it came out, and to what it was fitted."""
        return replace(self, score=score, report=report, of=of)

    def _last(self, values: NDArray[np.float32]) -> Floats:
        return self.reckoned(np.nan_to_num((values - self.middle) * self.scale, nan=0.0))

    def reckoned(self, one: Floats) -> Floats:
        """Return what the last layer sums for scaled moments (..., numbers): (..., outputs)."""
        *hidden, (weights, bias) = self.layers
        for table, biases in hidden:
            one = np.tanh(one @ table + biases)
        return np.asarray(one @ weights + bias)


class _Layer(msgspec.Struct):
    weights: list[list[float]]
    bias: list[float]


class _File(msgspec.Struct):
    format: int
    of: str
    names: list[str]
    outputs: list[str]
    middle: list[float]
    scale: list[float]
    layers: list[_Layer]
    mean: list[float]
    way: list[float]
    score: float | None
    report: str


_DECODER: Final = msgspec.json.Decoder(_File)


def write_network(network: SmallNetwork) -> bytes:
    """Return a network as a file: JSON, which holds data and runs nothing."""
    return msgspec.json.encode(
        _File(
            FORMAT,
            network.of,
            list(network.names),
            list(network.outputs),
            network.middle.tolist(),
            network.scale.tolist(),
            [_Layer(weights.tolist(), bias.tolist()) for weights, bias in network.layers],
            network.mean.tolist(),
            network.way.tolist(),
            network.score if np.isfinite(network.score) else None,
            network.report,
        )
    )


def read_network(data: bytes) -> SmallNetwork:
    """Return the network of a file. Raise BadExamples where it is broken, or too large."""
    file = decode_versioned(data, _DECODER, LARGEST, FORMAT)
    count, ends = len(file.names), len(file.outputs)
    if not 0 < count <= MOST or not 0 < ends <= max(MOST_CLASSES, MOST):
        raise BadExamples("it takes too many numbers, or none")
    layers = tuple(_layer(layer) for layer in file.layers)
    widths = [count, *(weights.shape[1] for weights, _ in layers)]
    if not 1 <= len(layers) <= _MOST_LAYERS or max(widths[1:-1], default=0) > _WIDEST:
        raise BadExamples("it has too many layers, or too wide ones")
    taken = [weights.shape[0] for weights, _ in layers]
    if taken != widths[:-1] or widths[-1] != ends:
        raise BadExamples("its layers do not fit each other")
    sized = ((file.middle, count), (file.scale, count), (file.mean, ends), (file.way, ends))
    if any(len(numbers) != size for numbers, size in sized):
        raise BadExamples("it has not a scale for each number")
    middle, scale, mean, way = (np.array(numbers, np.float64) for numbers, _ in sized)
    score = float("nan") if file.score is None else file.score
    return SmallNetwork(
        tuple(file.names),
        tuple(file.outputs),
        middle,
        scale,
        layers,
        mean,
        way,
        score,
        file.report,
        file.of,
    )


def _layer(layer: _Layer) -> Layer:
    width = len(layer.bias)
    if not width or any(len(row) != width for row in layer.weights):
        raise BadExamples("the rows of a layer are not as long as each other")
    weights = np.array(layer.weights, np.float64).reshape(len(layer.weights), width)
    return weights, np.array(layer.bias, np.float64)
