"""Networks written down with the way back: one ONNX graph computes a loss and its gradients.

A ``GradientTape`` writes operations forward and keeps for each how a gradient passes it; its method
``gradients`` writes them backward (reverse-mode differentiation). Where no gradients are asked
for, the same calls write the network as it is exported.

Why no library for training: the smallest that has one for every Python and system here installs
over 400 MB, and on one core ONNX Runtime, which is there anyway, takes as long for these few
operations forward and backward as that one does on two.

Every value is float32 in planes, shape (pictures, channels, height, width), and all sizes are
known when a graph is written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, TensorProto, checker, helper, numpy_helper

OPSET = 17
_IR = 8
_SLOPE = 0.1
"""Slope of the leaky rectifier below zero."""

Array = NDArray[Any]
Shape = tuple[int, ...]


class Value(NamedTuple):
    """A value in a graph, by its name, and its shape."""

    name: str
    shape: Shape


Back = Callable[[Value], Mapping[Value, Value]]
"""Writes how the gradient of what an operation gives leads to those of what it takes."""


class Graph:
    """An ONNX graph that is being written."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._stored: list[Any] = []
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._kept: dict[tuple[bytes, str, Shape], Value] = {}

    def op(self, kind: str, inputs: tuple[Value, ...], shape: Shape, **attributes: Any) -> Value:
        """Write an operation with one result of a shape."""
        name = f"v{len(self._nodes)}"
        names = [each.name for each in inputs]
        self._nodes.append(helper.make_node(kind, names, [name], **attributes))
        return Value(name, shape)

    def ops(
        self, kind: str, inputs: tuple[Value, ...], count: int, **attributes: Any
    ) -> tuple[Value, ...]:
        """Write an operation with several results, of shapes that are not known here."""
        first = f"v{len(self._nodes)}"
        results = tuple(Value(f"{first}_{number}", ()) for number in range(count))
        names = [each.name for each in inputs], [each.name for each in results]
        self._nodes.append(helper.make_node(kind, *names, **attributes))
        return results

    def constant(self, array: Array) -> Value:
        """Store an array; the same one is stored once."""
        key = (array.tobytes(), array.dtype.str, array.shape)
        if key not in self._kept:
            name = f"c{len(self._stored)}"
            self._stored.append(numpy_helper.from_array(array, name))
            self._kept[key] = Value(name, array.shape)
        return self._kept[key]

    def number(self, value: float) -> Value:
        """Store one number."""
        return self.constant(np.array(value, np.float32))

    def sizes(self, *sizes: int) -> Value:
        """Store whole numbers, such as a shape or axes."""
        return self.constant(np.array(sizes, np.int64))

    def take(self, name: str, shape: Sequence[int | str], kind: int = TensorProto.FLOAT) -> Value:
        """Declare an input; a size with a name may be any, and is 0 in the value's shape."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        return Value(name, tuple(size if isinstance(size, int) else 0 for size in shape))

    def give(
        self,
        value: Value,
        name: str,
        kind: int = TensorProto.FLOAT,
        shape: Sequence[int | str] | None = None,
    ) -> None:
        """Declare an output under a name of its own; ``shape`` where the value's is not known."""
        self._nodes.append(helper.make_node("Identity", [value.name], [name]))
        sizes = list(value.shape if shape is None else shape)
        self._outputs.append(helper.make_tensor_value_info(name, kind, sizes))

    def give_picture(self, planes: Value, name: str) -> None:
        """Declare planes of 0 to 255, cut off beyond, as a picture: uint8, channels last."""
        ends = (planes, self.number(0.0), self.number(255.0))
        clipped = self.op("Clip", ends, planes.shape)
        whole = self.op("Cast", (clipped,), planes.shape, to=TensorProto.UINT8)
        count, depth, height, width = planes.shape
        picture = self.op("Transpose", (whole,), (count, height, width, depth), perm=[0, 2, 3, 1])
        self.give(picture, name, TensorProto.UINT8)

    def model(self, name: str, about: Mapping[str, str] | None = None) -> bytes:
        """Return the whole as the bytes of an ONNX file, with what is said ``about`` it."""
        graph = helper.make_graph(
            self._nodes, name, self._inputs, self._outputs, initializer=self._stored
        )
        opset = helper.make_opsetid("", OPSET)
        model: ModelProto = helper.make_model(graph, opset_imports=[opset], ir_version=_IR)
        helper.set_model_props(model, dict(about or {}))
        checker.check_model(model)
        return bytes(model.SerializeToString())


class GradientTape:
    """Writes a network into a graph, and on demand the gradients of what it computes."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._steps: list[tuple[Value, Back]] = []

    def gradients(self, result: Value, seed: Value, wanted: tuple[Value, ...]) -> list[Value]:
        """Write the gradients of a loss by some values, given that by the ``result``.

        Each of the values must have been used on the way to the result.
        """
        found: dict[Value, Value] = {result: seed}
        for made, back in reversed(self._steps):
            if made not in found:
                continue
            for value, gradient in back(found[made]).items():
                before = found.get(value)
                both = () if before is None else (before, gradient)
                found[value] = self._op("Add", both, value.shape) if both else gradient
        return [found[value] for value in wanted]

    def add(self, one: Value, other: Value) -> Value:
        """Add two values of the same shape, or one that is the same for every picture."""
        made = self._op("Add", (one, other), one.shape)

        def back(given: Value) -> Mapping[Value, Value]:
            if other.shape == one.shape:
                return {one: given, other: given}
            axes = self._sizes(0)
            shared = self._op("ReduceSum", (given, axes), other.shape, keepdims=1)
            return {one: given, other: shared}

        return self._keep(made, back)

    def rectify(self, value: Value) -> Value:
        """Return what is above zero as it is, and of what is below a tenth."""
        made = self._op("LeakyRelu", (value,), value.shape, alpha=_SLOPE)

        def back(given: Value) -> Mapping[Value, Value]:
            above = self._op("Greater", (value, self.graph.number(0.0)), value.shape)
            less = self._op("Mul", (given, self.graph.number(_SLOPE)), value.shape)
            return {value: self._op("Where", (above, given, less), value.shape)}

        return self._keep(made, back)

    def convolve(self, value: Value, weights: Value, bias: Value) -> Value:
        """Convolve with ``weights``, (to, from, side, side) with an odd side, and add a bias."""
        count, _, height, width = value.shape
        out, _, side, _ = weights.shape
        pads = [side // 2] * 4
        made = self._op("Conv", (value, weights, bias), (count, out, height, width), pads=pads)

        def back(given: Value) -> Mapping[Value, Value]:
            axes = self._sizes(0, 2, 3)
            return {
                value: self._op("ConvTranspose", (given, weights), value.shape, pads=pads),
                weights: self._by_weights(value, weights, given),
                bias: self._op("ReduceSum", (given, axes), bias.shape, keepdims=0),
            }

        return self._keep(made, back)

    def halve(self, value: Value) -> Value:
        """Lay each square of 2 by 2 into channels: half as wide and high, four times as deep."""
        count, depth, height, width = value.shape
        shape = (count, depth * 4, height // 2, width // 2)
        made = self._op("SpaceToDepth", (value,), shape, blocksize=2)
        return self._keep(
            made,
            lambda given: {value: self._op("DepthToSpace", (given,), value.shape, blocksize=2)},
        )

    def unfold(self, value: Value) -> Value:
        """Undo ``halve``: twice as wide and high, a quarter as deep."""
        count, depth, height, width = value.shape
        shape = (count, depth // 4, height * 2, width * 2)
        made = self._op("DepthToSpace", (value,), shape, blocksize=2)
        return self._keep(
            made,
            lambda given: {value: self._op("SpaceToDepth", (given,), value.shape, blocksize=2)},
        )

    def double(self, value: Value) -> Value:
        """Repeat each number in a square of 2 by 2."""
        count, depth, height, width = value.shape
        shape = (count, depth, height * 2, width * 2)
        scales = self.graph.constant(np.array([1, 1, 2, 2], np.float32))
        made = self._op(
            "Resize",
            (value, Value("", ()), scales),
            shape,
            mode="nearest",
            nearest_mode="floor",
            coordinate_transformation_mode="asymmetric",
        )

        def back(given: Value) -> Mapping[Value, Value]:
            mean = self._op(
                "AveragePool", (given,), value.shape, kernel_shape=[2, 2], strides=[2, 2]
            )
            return {value: self._op("Mul", (mean, self.graph.number(4.0)), value.shape)}

        return self._keep(made, back)

    def _by_weights(self, value: Value, weights: Value, given: Value) -> Value:
        """Write the gradient of a convolution by its weights.

        Why one product of matrices for each place in the kernel: the same as one convolution whose
        kernel is as large as a picture takes ONNX Runtime three to ten times as long.
        """
        count, depth, height, width = value.shape
        out, _, side, _ = weights.shape
        edge, area = side // 2, height * width
        flat = self._op("Reshape", (given, self._sizes(count, out, area)), (count, out, area))
        pads = self._sizes(0, 0, edge, edge, 0, 0, edge, edge)
        shape = (count, depth, height + 2 * edge, width + 2 * edge)
        padded = self._op("Pad", (value, pads), shape) if edge else value
        each: list[Value] = []
        for down in range(side):
            for across in range(side):
                part = self._cut(padded, down, across, (count, depth, height, width))
                rows = self._op(
                    "Reshape", (part, self._sizes(count, depth, area)), (count, depth, area)
                )
                turned = self._op("Transpose", (rows,), (count, area, depth), perm=[0, 2, 1])
                product = self._op("MatMul", (flat, turned), (count, out, depth))
                axes = self._sizes(0)
                total = self._op("ReduceSum", (product, axes), (1, out, depth), keepdims=1)
                each.append(total)
        stacked = self._op("Concat", tuple(each), (side * side, out, depth), axis=0)
        last = self._op("Transpose", (stacked,), (out, depth, side * side), perm=[1, 2, 0])
        return self._op("Reshape", (last, self._sizes(*weights.shape)), weights.shape)

    def _cut(self, padded: Value, down: int, across: int, shape: Shape) -> Value:
        if padded.shape == shape:
            return padded
        begins, ends = self._sizes(down, across), self._sizes(down + shape[2], across + shape[3])
        return self._op("Slice", (padded, begins, ends, self._sizes(2, 3)), shape)

    def _sizes(self, *sizes: int) -> Value:
        return self.graph.sizes(*sizes)

    def _op(self, kind: str, inputs: tuple[Value, ...], shape: Shape, **attributes: Any) -> Value:
        return self.graph.op(kind, inputs, shape, **attributes)

    def _keep(self, made: Value, back: Back) -> Value:
        self._steps.append((made, back))
        return made


def edges(graph: Graph, error: Value, axis: int) -> tuple[Value, Callable[[Value], Value]]:
    """Write the differences of neighbours along an axis, and what leads a gradient back by them."""
    size = error.shape[axis]
    shape = (*error.shape[:axis], size - 1, *error.shape[axis + 1 :])

    def cut(begin: int, end: int) -> Value:
        places = (graph.sizes(begin), graph.sizes(end), graph.sizes(axis))
        return graph.op("Slice", (error, *places), shape)

    apart = graph.op("Sub", (cut(1, size), cut(0, size - 1)), shape)

    def back(given: Value) -> Value:
        after, before = [0] * 8, [0] * 8
        after[axis], before[axis + 4] = 1, 1
        later = graph.op("Pad", (given, graph.sizes(*after)), error.shape)
        sooner = graph.op("Pad", (given, graph.sizes(*before)), error.shape)
        return graph.op("Sub", (later, sooner), error.shape)

    return apart, back
