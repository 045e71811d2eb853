"""The U-Net that paints a picture from a drawn skeleton.

After Ronneberger, Fischer and Brox, "U-Net", 2015, and the generator of Isola, Zhu, Zhou and Efros,
"Image-to-Image Translation with Conditional Adversarial Networks" (pix2pix), 2017, made small: it
begins at half the size, adds where those lay beside each other, and knows where in the picture it
is by two learned maps. A camera that stands still sees the same room all the time, so the mean
picture is where it begins from, and only what is different is painted. There is no adversary: it
learns from the difference to the picture, and from that of the edges.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.training.gradient import GradientTape, Graph, Shape, Value, edges

MULTIPLE = 16
"""Both sides of a picture are multiples of this: it is halved four times."""
SKELETON = "skeleton"
PICTURE = "picture"
LOSS = "loss"

Weights = dict[str, NDArray[np.float32]]

_DEPTHS = (32, 48, 64, 96)
_EDGES = 1.0
"""What the difference of edges counts beside that of the pictures."""


def first_weights(shapes: Mapping[str, Shape], mean: NDArray[np.float32], seed: int) -> Weights:
    """Return weights to begin with: the mean picture (3, height, width), and noise by He, 2015."""
    rng = np.random.default_rng(seed)
    weights: Weights = {}
    for name, shape in shapes.items():
        if name == "mean":
            weights[name] = mean[None].astype(np.float32)
        elif len(shape) == 4 and name.endswith(".weights") and not name.startswith("paint"):
            spread = np.sqrt(2.0 / np.prod(shape[1:]))
            weights[name] = rng.normal(0, spread, shape).astype(np.float32)
        else:
            weights[name] = np.zeros(shape, np.float32)
    return weights


def training_graph(batch: int, height: int, width: int) -> tuple[bytes, dict[str, Shape]]:
    """Return a network that takes weights, skeletons and pictures, and the shapes of the weights.

    Skeletons and pictures are uint8, (batch, height, width, 3). It gives the loss, and for each
    weight its gradient, under its name with "d." before it.
    """
    graph = Graph()
    weights: dict[str, Value] = {}

    def weight(name: str, *shape: int) -> Value:
        weights[name] = graph.take(name, shape)
        return weights[name]

    tape = GradientTape(graph)
    size = (batch, height, width, 3)
    skeleton = _planes(graph, graph.take(SKELETON, size, TensorProto.UINT8))
    wanted = _planes(graph, graph.take(PICTURE, size, TensorProto.UINT8))
    painted = _paint(tape, skeleton, weight)
    loss, seed = _loss(graph, graph.op("Sub", (painted, wanted), painted.shape))
    graph.give(loss, LOSS)
    gradients = tape.gradients(painted, seed, tuple(weights.values()))
    for name, gradient in zip(weights, gradients, strict=True):
        graph.give(gradient, f"d.{name}")
    return graph.model("train"), {name: value.shape for name, value in weights.items()}


def painting_graph(weights: Weights, height: int, width: int) -> bytes:
    """Return the network with its weights, stored as float16: a skeleton in, a picture out.

    Both are uint8, (1, height, width, 3), blue-green-red.
    """
    graph = Graph()

    def weight(name: str, *shape: int) -> Value:
        half = graph.constant(weights[name].astype(np.float16))
        return graph.op("Cast", (half,), shape, to=TensorProto.FLOAT)

    taken = graph.take(SKELETON, (1, height, width, 3), TensorProto.UINT8)
    skeleton = _planes(graph, taken)
    painted = _paint(GradientTape(graph), skeleton, weight)
    bright = graph.op("Mul", (painted, graph.number(255.0)), painted.shape)
    rounded = graph.op("Round", (bright,), painted.shape)
    graph.give_picture(rounded, PICTURE)
    return graph.model("skeleton_to_picture")


def _planes(graph: Graph, picture: Value) -> Value:
    """Write uint8 pictures as planes from 0 to 1."""
    count, height, width, depth = picture.shape
    shape = (count, depth, height, width)
    numbers = graph.op("Cast", (picture,), picture.shape, to=TensorProto.FLOAT)
    planes = graph.op("Transpose", (numbers,), shape, perm=[0, 3, 1, 2])
    return graph.op("Mul", (planes, graph.number(1 / 255)), shape)


def _paint(tape: GradientTape, skeleton: Value, weight: Callable[..., Value]) -> Value:
    """Write the network, whose weights come from ``weight`` by name and shape."""

    def convolve(name: str, value: Value, out: int, side: int) -> Value:
        weights = weight(f"{name}.weights", out, value.shape[1], side, side)
        return tape.convolve(value, weights, weight(f"{name}.bias", out))

    def placed(name: str, value: Value) -> Value:
        return tape.add(value, weight(f"{name}.map", 1, *value.shape[1:]))

    value = tape.rectify(placed("in", convolve("in", tape.halve(skeleton), _DEPTHS[0], 3)))
    passed = [value]
    for level, depth in enumerate(_DEPTHS[1:], 1):
        value = tape.rectify(convolve(f"down{level}", tape.halve(value), depth, 1))
        value = tape.add(value, tape.rectify(convolve(f"see{level}", value, depth, 3)))
        passed.append(value)
    value = tape.rectify(placed("deep", convolve("deep", passed.pop(), _DEPTHS[-1], 3)))
    for level, depth in reversed(list(enumerate(_DEPTHS[:-1]))):
        value = tape.double(convolve(f"up{level}", value, depth, 1))
        value = tape.rectify(tape.add(value, passed.pop()))
        value = tape.add(value, tape.rectify(convolve(f"draw{level}", value, depth, 3)))
    different = tape.unfold(convolve("paint", value, 12, 3))
    return tape.add(different, weight("mean", 1, *different.shape[1:]))


def _loss(graph: Graph, error: Value) -> tuple[Value, Value]:
    """Write the loss of an error, and its gradient by that error: mean of |error| and |edges|."""
    total, seed = absolute(graph, error, 1.0)
    for axis in (2, 3):
        apart, back = edges(graph, error, axis)
        more, gradient = absolute(graph, apart, _EDGES)
        total = graph.op("Add", (total, more), ())
        seed = graph.op("Add", (seed, back(gradient)), error.shape)
    return total, seed


def absolute(graph: Graph, error: Value, counts: float) -> tuple[Value, Value]:
    """Write the mean absolute value times what it ``counts``, and its gradient."""
    size = graph.op("Abs", (error,), error.shape)
    mean = graph.op("ReduceMean", (size,), (), keepdims=0)
    share = graph.number(counts / float(np.prod(error.shape)))
    sign = graph.op("Sign", (error,), error.shape)
    total = graph.op("Mul", (mean, graph.number(counts)), ())
    return total, graph.op("Mul", (sign, share), error.shape)


class Adam:
    """Moves weights against their gradients, after Kingma and Ba, "Adam", 2015."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._mean = {name: np.zeros_like(each) for name, each in weights.items()}
        self._square = {name: np.zeros_like(each) for name, each in weights.items()}
        self._count = 0

    def step(self, gradients: Iterator[tuple[str, NDArray[Any]]], rate: float) -> None:
        """Move each weight once, in place."""
        self._count += 1
        first, second = 1 - 0.9**self._count, 1 - 0.999**self._count
        for name, gradient in gradients:
            mean, square = self._mean[name], self._square[name]
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            self._weights[name] -= rate * (mean / first) / (np.sqrt(square / second) + 1e-8)
