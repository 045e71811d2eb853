# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy==2.2.6"]
# ///
"""Make ``model.onnx``: the optical flow of two grey pictures, without any weights.

``uv run models/lucas_kanade/export.py``

It is the method of Lucas and Kanade (1981) from coarse to fine (Bouguet 2001), as a graph of
convolutions, written down node by node; the same bytes every time:

1. Both pictures are halved twice, and then once for each further level.
2. At each level they are made alike: what is seen around a point becomes its middle, and the
   contrast there the unit. So light that goes up and down, as on a stage, is no movement.
3. At the coarsest level nothing moves at first. A level begins with what the coarser one found,
   fetches the second picture back along it, and solves the two equations of Lucas and Kanade for
   what is left, in a window with soft edges; and that again.
4. A movement that does not explain the second picture better than rest does is noise: it is rest.
5. How sure that is: whether there is texture in two directions (the smaller eigenvalue of Shi and
   Tomasi, 1994), and whether the second picture, fetched back, is the first.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

NAME = "lucas_kanade"
OPSET = 17
FINEST = 2
"""Halvings until the level at which it ends: a quarter."""
COARSEST = 4
"""Halvings until the level at which it begins: a sixteenth."""
PASSES = (2, 2, 3)
"""How often each level solves, from the coarsest to the finest."""
WINDOW = 7
"""Pixels of a level that move together."""
AROUND = 9
"""Pixels of a level whose middle and contrast are taken away."""
CONTRAST = 0.02
"""The least contrast, 0 to 1, that counts as one: below it is the noise of a camera."""
STIFF = 0.05
"""What is added to the texture, so that nothing moves where there is none."""
STEP = 1.5
"""Pixels of a level that one pass moves at most."""
WORSE = 0.2
"""Which part of what differs a movement has to explain, to be all of it."""
NOISE = 0.005
"""What may differ though nothing moves, in squared units of contrast."""
UNLIKE = 0.6
"""How unlike, in units of contrast, the pictures may be where it is sure."""


class Graph:
    """A network, written node by node; a method is a node, and returns the name of its result."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        """Return what was written, checked."""
        floats = onnx.TensorProto.FLOAT
        value = helper.make_tensor_value_info
        inputs = [value(name, floats, [1, 1, "h", "w"]) for name in ("before", "after")]
        outputs = [
            value("flow", floats, [1, 2, "h/4", "w/4"]),
            value("confidence", floats, [1, 1, "h/4", "w/4"]),
        ]
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, NAME, inputs, outputs, constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

    def node(self, operator: str, *inputs: str, into: str = "", **options: object) -> str:
        """Add a node with one result."""
        name = into or f"{operator}.{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **options))
        return name

    def split(self, x: str, count: int) -> list[str]:
        """Take the channels of a tensor apart."""
        names = [f"Split.{len(self._nodes)}.{part}" for part in range(count)]
        self._nodes.append(helper.make_node("Split", [x], names, name=names[0], axis=1))
        return names

    def number(self, value: float) -> str:
        """Return a constant number."""
        return self.constant(np.array(value, np.float32))

    def constant(self, values: NDArray[np.generic]) -> str:
        """Return a constant; equal ones are one."""
        digest = hashlib.sha256(values.tobytes() + str(values.dtype).encode()).hexdigest()[:8]
        name = f"constant.{'x'.join(map(str, values.shape))}.{digest}"
        self._constants[name] = numpy_helper.from_array(values, name)
        return name

    def add(self, one: str, other: str) -> str:
        """Add two tensors."""
        return self.node("Add", one, other)

    def less(self, one: str, other: str) -> str:
        """Subtract the other one."""
        return self.node("Sub", one, other)

    def times(self, one: str, other: str) -> str:
        """Multiply two tensors."""
        return self.node("Mul", one, other)

    def over(self, one: str, other: str) -> str:
        """Divide by the other one."""
        return self.node("Div", one, other)

    def halved(self, x: str) -> str:
        """Make a picture half as wide and high."""
        return self.node("AveragePool", x, kernel_shape=[2, 2], strides=[2, 2])

    def filtered(self, x: str, kernel: NDArray[np.float32], channels: int = 1) -> str:
        """Convolve each channel with a kernel (height, width); the edges are repeated."""
        height, width = kernel.shape
        edges = [0, 0, height // 2, width // 2] * 2
        padded = self.node("Pad", x, self.constant(np.array(edges, np.int64)), mode="edge")
        weights = self.constant(np.tile(kernel, (channels, 1, 1, 1)).astype(np.float32))
        return self.node("Conv", padded, weights, kernel_shape=[height, width], group=channels)

    def blurred(self, x: str, row: NDArray[np.float32], channels: int = 1) -> str:
        """Blur each channel with a row of weights, across and down."""
        return self.filtered(self.filtered(x, row[None], channels), row[:, None], channels)

    def coordinates(self, x: str) -> tuple[str, str]:
        """Return the places of the pixels of a tensor, (1, 2, h, w): x and y; and its sides - 1.

        The last one has the shape (1, 2, 1, 1): width and height.
        """
        shape = self.node("Shape", x)
        ranges, sides = [], []
        for axis, into in ((3, [1, 1, 1, -1]), (2, [1, 1, -1, 1])):
            side = self.node("Gather", shape, self.constant(np.array(axis, np.int64)), axis=0)
            start, step = (self.constant(np.array(n, np.int64)) for n in (0, 1))
            places = self.node("Range", start, side, step)
            places = self.node("Cast", places, to=onnx.TensorProto.FLOAT)
            ranges.append(self.node("Reshape", places, self.constant(np.array(into, np.int64))))
            sides.append(self.node("Cast", side, to=onnx.TensorProto.FLOAT))
        nothing = self.times(x, self.number(0.0))
        places = self.node("Concat", *(self.add(nothing, one) for one in ranges), axis=1)
        four = self.constant(np.array([1, 1, 1, 1], np.int64))
        shaped = [self.node("Reshape", one, four) for one in sides]
        last = self.less(self.node("Concat", *shaped, axis=1), self.number(1.0))
        return places, last

    def fetched(self, x: str, places: str, last: str) -> str:
        """Fetch a tensor from places, (1, 2, h, w), in its pixels; outside are its edges."""
        scaled = self.less(self.times(places, self.over(self.number(2.0), last)), self.number(1.0))
        grid = self.node("Transpose", scaled, perm=[0, 2, 3, 1])
        return self.node(
            "GridSample", x, grid, mode="bilinear", padding_mode="border", align_corners=1
        )


def gaussian(pixels: int) -> NDArray[np.float32]:
    """Return a row of weights with the sum 1, a quarter of their number wide."""
    places = np.arange(pixels) - pixels // 2
    row = np.exp(-(places**2) / (2 * (pixels / 4) ** 2))
    return (row / row.sum()).astype(np.float32)


SCHARR = np.array([[-3, 0, 3], [-10, 0, 10], [-3, 0, 3]], np.float32) / 32
SOFT = gaussian(WINDOW)
WIDE = gaussian(AROUND)
NEAR = gaussian(5)


def alike(graph: Graph, x: str) -> str:
    """Take away the middle around each point, and measure in units of the contrast there."""
    flat = graph.less(x, graph.blurred(x, WIDE))
    power = graph.blurred(graph.times(flat, flat), WIDE)
    unit = graph.node("Sqrt", graph.add(power, graph.number(CONTRAST**2)))
    return graph.over(flat, unit)


def write(graph: Graph) -> None:
    """Write the whole network."""
    levels = []
    pictures = ["before", "after"]
    for halvings in range(1, COARSEST + 1):
        pictures = [graph.halved(one) for one in pictures]
        if halvings >= FINEST:
            levels.append([alike(graph, one) for one in pictures])
    flow = ""
    for (before, after), passes in zip(reversed(levels), PASSES, strict=True):
        level = Level(graph, before, after)
        flow = level.solved(flow, passes)
    flow = level.calmed(flow)
    graph.node("Mul", flow, graph.number(2.0**FINEST), into="flow")
    graph.node("Identity", level.confidence(flow), into="confidence")


class Level:
    """Both pictures at one size, and how the first one slopes there."""

    def __init__(self, graph: Graph, before: str, after: str) -> None:
        self._graph = graph
        self._before = before
        self._after = after
        self._places, self._last = graph.coordinates(before)
        dx = graph.filtered(before, SCHARR)
        dy = graph.filtered(before, SCHARR.T.copy())
        self._slopes = graph.node("Concat", dx, dy, axis=1)
        products = (graph.times(dx, dx), graph.times(dx, dy), graph.times(dy, dy))
        texture = graph.blurred(graph.node("Concat", *products, axis=1), SOFT, 3)
        xx, self._xy, yy = graph.split(texture, 3)
        self._xx, self._yy = (graph.add(one, graph.number(STIFF)) for one in (xx, yy))
        self._det = graph.less(graph.times(self._xx, self._yy), graph.times(self._xy, self._xy))

    def solved(self, coarser: str, passes: int) -> str:
        """Return the flow here, in pixels of this size; ``coarser`` is that of half the size."""
        graph = self._graph
        flow = self._begun(coarser)
        for _ in range(passes):
            weighed = graph.blurred(graph.times(self._slopes, self._error(flow)), SOFT, 2)
            ex, ey = graph.split(weighed, 2)
            u = graph.less(graph.times(self._xy, ey), graph.times(self._yy, ex))
            v = graph.less(graph.times(self._xy, ex), graph.times(self._xx, ey))
            step = graph.over(graph.node("Concat", u, v, axis=1), self._det)
            bounds = (graph.number(-STEP), graph.number(STEP))
            flow = graph.add(flow, graph.node("Clip", step, *bounds))
        return graph.blurred(flow, SOFT, 2)

    def calmed(self, flow: str) -> str:
        """Return a flow with rest where it explains no more than rest."""
        graph = self._graph
        rest = self._unlike(graph.less(self._after, self._before), NEAR)
        moved = self._unlike(self._error(flow), NEAR)
        enough = graph.add(graph.times(rest, graph.number(WORSE)), graph.number(NOISE))
        share = graph.over(graph.less(rest, moved), enough)
        share = graph.node("Clip", share, graph.number(0.0), graph.number(1.0))
        return graph.times(flow, graph.blurred(share, NEAR))

    def confidence(self, flow: str) -> str:
        """Return how sure a flow is here, 0 to 1."""
        graph = self._graph
        half = graph.times(graph.add(self._xx, self._yy), graph.number(0.5))
        apart = graph.node("Relu", graph.less(graph.times(half, half), self._det))
        least = graph.less(half, graph.add(graph.node("Sqrt", apart), graph.number(STIFF)))
        least = graph.node("Relu", least)
        textured = graph.over(least, graph.add(least, graph.number(STIFF)))
        unlike = self._unlike(self._error(flow), SOFT)
        same = graph.node("Exp", graph.times(unlike, graph.number(-1 / UNLIKE**2)))
        return graph.times(textured, same)

    def _begun(self, coarser: str) -> str:
        """Return the flow to begin with: none at the coarsest level."""
        graph = self._graph
        if not coarser:
            return graph.times(self._places, graph.number(0.0))
        shape = graph.node("Shape", self._places)
        mode = {"mode": "linear", "coordinate_transformation_mode": "half_pixel"}
        return graph.times(graph.node("Resize", coarser, "", "", shape, **mode), graph.number(2.0))

    def _unlike(self, error: str, row: NDArray[np.float32]) -> str:
        """Return the mean of the squares around each point."""
        return self._graph.blurred(self._graph.times(error, error), row)

    def _error(self, flow: str) -> str:
        """Return the second picture, fetched back along a flow, less the first."""
        places = self._graph.add(self._places, flow)
        return self._graph.less(self._graph.fetched(self._after, places, self._last), self._before)


def main() -> None:
    """Write the network, and print its hash for the card."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "model.onnx")
    out = parser.parse_args().out
    graph = Graph()
    write(graph)
    data = graph.model().SerializeToString(deterministic=True)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
