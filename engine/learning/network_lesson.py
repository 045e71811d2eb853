"""Small networks for a lesson: what they are to be fitted to, and how well they came out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.classifier import Classifier
from engine.learning.examples import Examples, OneTake
from engine.learning.examples_file import write_examples
from engine.learning.lesson import how_near
from engine.learning.metric import Metric
from engine.learning.network import Floats, Layer, SmallNetwork
from engine.learning.network_fitting import (
    FittingProblem,
    layers,
    problem_of_classes,
    problem_of_knobs,
    question,
)
from engine.learning.regressor import FEW, known_mean
from engine.learning.validation import Tell, confusion, splits, told
from engine.learning.weights import LessonWeights

Compute = Callable[[bytes], bytes | None]
"""Has ``network_fitting.answer`` answer; None where that failed."""

_SEED: Final = 20
_MOST: Final = 1000
"""Examples that it is fitted to; of more some are drawn, always the same ones."""
_FOLDS: Final = 4


def fingerprint(task: str, examples: Examples, weights: LessonWeights) -> str:
    """Return what says to which examples, weighed how, a network was fitted."""
    weighed = repr((task, sorted(weights.numbers.items()), sorted(weights.classes.items())))
    return sha256(write_examples(examples) + weighed.encode()).hexdigest()


def fitted(
    task: str, examples: Examples, reach: float, weights: LessonWeights, compute: Compute
) -> SmallNetwork | None:
    """Return a network for a task, "classify" or "regress"; None where none could be fitted.

    One class alone, or no knobs, is nothing that a network could tell.
    """
    left, _ = weights.left(examples)
    if not left.count or not left.names:
        return None
    of = fingerprint(task, examples, weights)
    if task == "classify":
        return _of_classes(left, reach, weights, of, compute) if len(left.labels) > 1 else None
    return _of_knobs(left, weights, of, compute) if left.knobs else None


def _of_classes(
    examples: Examples, reach: float, weights: LessonWeights, of: str, compute: Compute
) -> SmallNetwork | None:
    ways = splits(examples)
    scaling = _Scaling(examples, weights)
    problems = [scaling.classes(part, examples) for part in (examples, *(kept for kept, _ in ways))]
    found = _answered(problems, compute)
    if found is None:
        return None
    ends = np.zeros(len(examples.labels)), np.ones(len(examples.labels))
    whole, *folds = (scaling.network(one, examples.labels, *ends) for one in found)
    tried: list[tuple[Tell, list[OneTake]]] = [
        (partial(_told, Classifier(kept, reach, weights), network), out)
        for (kept, out), network in zip(ways, folds, strict=True)
    ]
    judged = confusion(examples.labels, tried)
    return whole.judged(judged.score, judged.report(), of)


def _told(learned: Classifier, network: SmallNetwork, row: NDArray[np.float32]) -> str:
    """Return the class that a network says, where the examples are near enough."""
    unsure = not told(learned.guess(row), learned.classes)
    return "" if unsure else network.outputs[int(network.shares(row).argmax())]


def _of_knobs(
    examples: Examples, weights: LessonWeights, of: str, compute: Compute
) -> SmallNetwork | None:
    scaling = _Scaling(examples, weights)
    rows, counts = scaling.rows(examples)
    targets = examples.targets().astype(np.float64)
    mean = known_mean(targets)
    way = np.nanmax(targets, axis=0) - np.nanmin(targets, axis=0)
    way = np.where(way > 0, way, 1.0)
    wanted = (np.where(np.isfinite(targets), targets, mean) - mean) / way
    chosen = _drawn(len(rows))
    rows, counts, wanted = rows[chosen], counts[chosen], wanted[chosen]
    places = np.unique(wanted, axis=0, return_inverse=True)[1].ravel()
    few = int(places.max()) + 1 < FEW
    outs = [] if few else [places % _FOLDS == fold for fold in range(_FOLDS)]
    problems = [
        problem_of_knobs(rows[kept], wanted[kept], counts[kept])
        for kept in (np.ones(len(rows), bool), *(~out for out in outs))
    ]
    found = _answered(problems, compute)
    if found is None:
        return None
    networks = [scaling.network(one, examples.knobs, mean, way) for one in found]
    off = [
        (network.reckoned(rows[out]) - wanted[out]) ** 2
        for out, network in zip(outs, networks[1:], strict=True)
    ]
    error = float(np.sqrt(np.mean(np.vstack(off)))) if off else float("nan")
    return networks[0].judged(*how_near(error, "left out"), of)


class _Scaling:
    """How numbers are written for a network: less their mean, in parts of their spread."""

    def __init__(self, examples: Examples, weights: LessonWeights) -> None:
        self._names, self._weights = examples.names, weights
        rows = examples.rows()
        plain = Metric.plain(examples.names, rows).weighed(weights.of_numbers(examples.names))
        self._scale = 1.0 / np.sqrt(plain.variance)
        self._middle = known_mean(rows.astype(np.float64))

    def rows(self, examples: Examples) -> tuple[Floats, Floats]:
        """Return moments (m, n) as a network takes them, and what each counts (m,)."""
        rows = np.nan_to_num((examples.rows() - self._middle) * self._scale, nan=0.0)
        return rows, self._weights.of_classes(examples.labels)[examples.numbers()[0]]

    def classes(self, part: Examples, whole: Examples) -> FittingProblem:
        """Return the problem to tell the classes of all examples by a part of them."""
        rows, counts = self.rows(part)
        numbers = np.array([whole.labels.index(label) for label in part.labels], np.intp)
        labels = numbers[part.numbers()[0]]
        chosen = _drawn(len(rows))
        return problem_of_classes(rows[chosen], labels[chosen], len(whole.labels), counts[chosen])

    def network(
        self, found: tuple[Layer, ...], outputs: tuple[str, ...], mean: Floats, way: Floats
    ) -> SmallNetwork:
        """Return a network by its layers."""
        return SmallNetwork(self._names, outputs, self._middle, self._scale, found, mean, way)


def _answered(
    problems: Sequence[FittingProblem], compute: Compute
) -> list[tuple[Layer, ...]] | None:
    said = compute(question(problems))
    return None if said is None else layers(said)


def _drawn(count: int) -> NDArray[np.intp]:
    """Return the places of the examples that a network is fitted to."""
    if count <= _MOST:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).permutation(count)[:_MOST])
