"""Fits small networks to examples by scikit-learn, which only this file knows: the extra "learn".

It is called in a process of its own (``engine.system.errand``), so that a show plays on meanwhile;
what goes in and comes out are bytes. The seed is fixed: the same examples give the same network.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.core.extras import install_line
from engine.learning.network import Floats, Layer

FUNCTION: Final = "engine.learning.network_fitting:answer"
"""What a process of its own is to call."""
REMEDY: Final = f"a network needs scikit-learn: {install_line('learn')}"

_SEED: Final = 20
_NEURONS: Final = 32
_STEPS: Final = 200
_DECAY: Final = 1e-2
"""What weights cost (L2), so that a few examples are not learned by heart."""


class FittingProblem(msgspec.Struct):
    """What a network is to be fitted to: ``rows`` of ``width`` numbers, and what each stands for.

    That is one of so many ``classes``, whose numbers are ``labels``; or, where there are ``knobs``,
    as many numbers in ``wanted``. ``weights`` is what each row counts. Bytes are float64.
    """

    width: int
    rows: bytes
    weights: bytes
    labels: list[int]
    classes: int
    knobs: int
    wanted: bytes


def problem_of_classes(
    rows: Floats, labels: NDArray[np.intp], classes: int, weights: Floats
) -> FittingProblem:
    """Return the problem to tell classes (rows,) apart by rows (rows, numbers)."""
    return FittingProblem(
        rows.shape[1], _bytes(rows), _bytes(weights), labels.tolist(), classes, 0, b""
    )


def problem_of_knobs(rows: Floats, wanted: Floats, weights: Floats) -> FittingProblem:
    """Return the problem to say knobs (rows, knobs) by rows (rows, numbers)."""
    return FittingProblem(
        rows.shape[1], _bytes(rows), _bytes(weights), [], 0, wanted.shape[1], _bytes(wanted)
    )


def is_here() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


_PROBLEMS: Final = msgspec.msgpack.Decoder(list[FittingProblem])
_NETWORKS: Final = msgspec.msgpack.Decoder(list[list[tuple[int, bytes, bytes]]])


def question(problems: Sequence[FittingProblem]) -> bytes:
    """Return problems as ``answer`` takes them."""
    return msgspec.msgpack.encode(list(problems))


def answer(data: bytes) -> bytes:
    """Return the networks that were fitted to problems, as ``layers`` reads them."""
    problems = _PROBLEMS.decode(data)
    return msgspec.msgpack.encode([_packed(_fitted(problem)) for problem in problems])


def layers(data: bytes) -> list[tuple[Layer, ...]]:
    """Return the layers of each network that was fitted."""
    found = _NETWORKS.decode(data)
    return [
        tuple((_floats(table).reshape(rows, -1), _floats(bias)) for rows, table, bias in network)
        for network in found
    ]


def _fitted(problem: FittingProblem) -> tuple[Layer, ...]:
    from sklearn import neural_network

    rows = _floats(problem.rows).reshape(-1, problem.width)
    learner = neural_network.MLPRegressor if problem.knobs else neural_network.MLPClassifier
    network: Any = learner(
        hidden_layer_sizes=(_NEURONS,),
        activation="tanh",
        solver="lbfgs",
        alpha=_DECAY,
        max_iter=_STEPS,
        random_state=_SEED,
    )
    wanted: Any = problem.labels
    if problem.knobs:
        wanted = _floats(problem.wanted).reshape(-1, problem.knobs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it could go on: so many steps are enough
        network.fit(rows, wanted, sample_weight=_floats(problem.weights))
    found = list(zip(network.coefs_, network.intercepts_, strict=True))
    if problem.classes:
        found[-1] = _of_all_classes(*found[-1], network.classes_, problem.classes)
    return tuple((np.asarray(table), np.asarray(bias)) for table, bias in found)


def _of_all_classes(table: Floats, bias: Floats, known: NDArray[np.intp], count: int) -> Layer:
    """Return the last layer with a column for each class: of two it has one, by their odds."""
    if len(known) == 2:
        table, bias = np.hstack([0 * table, table]), np.append(0 * bias, bias)
    whole, biases = np.zeros((len(table), count)), np.full(count, _NEVER)
    whole[:, known], biases[known] = table, bias
    return whole, biases


_NEVER: Final = -50.0
"""The bias of a class that was not among the examples."""


def _packed(network: tuple[Layer, ...]) -> list[tuple[int, bytes, bytes]]:
    return [(len(table), _bytes(table), _bytes(bias)) for table, bias in network]


def _bytes(numbers: Floats) -> bytes:
    return np.ascontiguousarray(numbers, np.float64).tobytes()


def _floats(data: bytes) -> Floats:
    return np.frombuffer(data, np.float64)
