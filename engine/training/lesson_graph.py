"""Writes what a box learned as an ONNX network, for other programs.

It takes ``values``, float32 (moments, numbers): the numbers by the names that its metadata list, in
their order; NaN is not known. It gives ``distance`` (moments,), how far each is from all that was
shown, where more than 1 is unsure, and

- of classes ``shares`` (moments, classes), and ``class`` (moments,), the number of one, -1 unsure;
- of knobs ``knobs`` (moments, knobs).

What settles over time (``settle``) is not in it, for it knows one moment at a time. A number that
is not known counts as the mean of the examples here, and is left out of the comparison in the box.
"""

from __future__ import annotations

import json
from typing import Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.learning.classifier import FURTHEST, LEAST, NEIGHBOURS, NearestTable
from engine.learning.lesson import Lesson
from engine.learning.metric import KNOWN
from engine.learning.network import SmallNetwork
from engine.learning.regressor import KernelTable
from engine.training.errors import TrainingError
from engine.training.gradient import Graph, Value

VALUES, DISTANCE, SHARES, CLASS, KNOBS = "values", "distance", "shares", "class", "knobs"
_MOMENTS: Final = "moments"


def lesson_graph(lesson: Lesson, task: str) -> bytes:
    """Return the ONNX file of what was learned. Raise TrainingError for what has none."""
    table, network = lesson.tables
    if table is None:
        why = "gestures are followed over time, and not told by one moment" if lesson.names else ""
        raise TrainingError(f"there is no network of it: {why or 'nothing is learned'}")
    writer = _Writer(len(lesson.names), network)
    if isinstance(table, NearestTable):
        writer.classes(table)
    else:
        writer.knobs(table)
    outputs = {"classes" if task == "classify" else "knobs": json.dumps(lesson.outputs)}
    return writer.graph.model(
        "learned", {"task": task, "numbers": json.dumps(lesson.names), **outputs}
    )


class _Writer:
    """Writes one graph; shapes are not followed, for nothing here needs them."""

    def __init__(self, count: int, network: SmallNetwork | None) -> None:
        self.graph = Graph()
        self._network = network
        self._values = self.graph.take(VALUES, (_MOMENTS, count))
        self._unknown = self._op("IsNaN", self._values)
        known = self._op("Cast", self._op("Not", self._unknown), to=TensorProto.FLOAT)
        self._known = self._sum(known, 1)
        self._enough = max(1.0, KNOWN * count)

    def classes(self, table: NearestTable) -> None:
        """Write the shares of classes by their nearest examples, or by the network."""
        middle = _as_stored(table.rows.mean(axis=0))
        scaled = self._scaled(self._centred(middle), table.scale)
        apart = table.rows - middle
        rows = apart @ table.scale if table.scale.ndim == 2 else apart * table.scale
        far = self._op("Sqrt", self._squares(scaled, rows))
        shares = self._by_network(SHARES) or self._shares(far, table)
        nearest = self._op("ArgMin", far, axis=1, keepdims=0)
        limits = self._op("Gather", self._number(table.limits[table.labels]), nearest, axis=0)
        least = self._op("ReduceMin", far, axes=[1], keepdims=0)
        distance = self._distance(self._op("Div", least, limits))
        best = self._op("ArgMax", shares, axis=1, keepdims=0)
        unsure = self._op("Greater", distance, self._number(1.0))
        none = self.graph.constant(np.array(-1, np.int64))
        self.graph.give(shares, SHARES, shape=(_MOMENTS, len(table.limits)))
        label = self._op("Where", unsure, none, best)
        self.graph.give(label, CLASS, TensorProto.INT64, (_MOMENTS,))

    def knobs(self, table: KernelTable) -> None:
        """Write the knobs by a kernel over the examples, or by the network."""
        middle = _as_stored(table.middle / table.scale)
        scaled = self._scaled(self._centred(middle), table.scale)
        rows = table.rows - middle * table.scale
        count = self._number(1.0 / max(1, table.rows.shape[1]))
        squares = self._op("Mul", self._squares(scaled, rows), count)
        narrow = self._number(-1.0 / (2.0 * table.width**2))
        kernel = self._op("Exp", self._op("Mul", squares, narrow))
        summed = self._op("MatMul", kernel, self._number(table.weights))
        knobs = self._by_network(KNOBS) or self._op("Add", summed, self._number(table.mean))
        least = self._op("Sqrt", self._op("ReduceMin", squares, axes=[1], keepdims=0))
        self._distance(self._op("Div", least, self._number(table.limit)))
        self.graph.give(knobs, KNOBS, shape=(_MOMENTS, len(table.mean)))

    def _shares(self, far: Value, table: NearestTable) -> Value:
        near = []
        for label in range(len(table.limits)):
            members = np.flatnonzero(table.labels == label)
            own = self._op("Gather", far, self.graph.constant(members.astype(np.int64)), axis=1)
            few = self.graph.sizes(min(NEIGHBOURS, len(members)))
            nearest, _ = self.graph.ops("TopK", (own, few), 2, axis=1, largest=0)
            mean = self._op("ReduceMean", nearest, axes=[1], keepdims=1)
            near.append(self._op("Min", mean, self._number(FURTHEST)))
        together = self._op("Concat", *near, axis=1)
        lifted = self._op("Add", self._op("Mul", together, together), self._number(LEAST**2))
        weights = self._op("Div", self._number(table.weights), self._op("Mul", lifted, lifted))
        total = self._op("ReduceSum", weights, self.graph.sizes(1), keepdims=1)
        return self._op("Div", weights, total)

    def _by_network(self, what: str) -> Value | None:
        """Write the answer of the network, if there is one."""
        network = self._network
        if network is None:
            return None
        value = self._op("Mul", self._centred(network.middle), self._number(network.scale))
        for number, (table, bias) in enumerate(network.layers):
            value = self._op("Tanh", value) if number else value
            value = self._op("MatMul", value, self._number(table))
            value = self._op("Add", value, self._number(bias))
        if what == SHARES:
            return self._op("Softmax", value, axis=1)
        turned = self._op("Mul", value, self._number(network.way))
        return self._op("Add", turned, self._number(network.mean))

    def _centred(self, middle: NDArray[np.float64]) -> Value:
        """Write the values less their middle: float32 is fine near 0 only."""
        filled = self._op("Where", self._unknown, self._number(middle), self._values)
        return self._op("Sub", filled, self._number(middle))

    def _scaled(self, value: Value, scale: NDArray[np.float64]) -> Value:
        return self._op("MatMul" if scale.ndim == 2 else "Mul", value, self._number(scale))

    def _squares(self, scaled: Value, rows: NDArray[np.float64]) -> Value:
        """Write the square distances of moments to rows (m, n): (moments, m)."""
        each = self._op("Unsqueeze", scaled, self.graph.sizes(1))
        apart = self._op("Sub", each, self._number(rows[None]))
        return self._sum(self._op("Mul", apart, apart), 2)

    def _sum(self, value: Value, axis: int) -> Value:
        return self._op("ReduceSum", value, self.graph.sizes(axis), keepdims=0)

    def _distance(self, distance: Value) -> Value:
        """Write how far a moment is; without end where too little of it is known."""
        little = self._op("Less", self._known, self._number(self._enough))
        whole = self._op("Where", little, self._number(np.inf), distance)
        self.graph.give(whole, DISTANCE, shape=(_MOMENTS,))
        return whole

    def _number(self, value: float | NDArray[np.float64]) -> Value:
        return self.graph.constant(np.asarray(value, np.float32))

    def _op(self, kind: str, *inputs: Value, **attributes: int | list[int]) -> Value:
        return self.graph.op(kind, inputs, (), **attributes)


def _as_stored(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers as the file holds them, float32."""
    return numbers.astype(np.float32).astype(np.float64)
