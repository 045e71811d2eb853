"""From a published MoveNet to ``model.onnx``: for the scripts that convert one."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from tfjs import convert, fetch, rename, write

NAMES = {"input:0": "image", "Identity:0": "joints"}
SIGNED = {"input": "image", "output_0": "joints"}
"""As the graph of multipose calls them itself."""


def export(name: str, title: str, files: Mapping[str, str], out: Path) -> None:
    """Fetch, convert, simplify, and write; ``files`` are its graph and weights with SHA-256."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fetch(folder, files)
        path = folder / f"{name}.json"
        graph = json.loads(path.read_text())
        complete(graph)
        path.write_text(json.dumps(graph))
        model = convert(path, title, NAMES)
    rename(model, SIGNED)
    for size, side in zip(model.graph.input[0].type.tensor_type.shape.dim[1:3], "hw", strict=True):
        if not size.dim_value:
            size.dim_param = side
    simplify(model)
    write(model, title, out)


def complete(graph: dict[str, Any]) -> None:
    """Add, in place, the node attributes that newer TensorFlow demands and older did not write."""
    for node in graph["modelTopology"]["node"]:
        attributes = node.setdefault("attr", {})
        if node["op"] == "TopKV2":
            attributes.setdefault("index_type", {"type": "DT_INT32"})
        if node["op"] == "_FusedConv2D":
            extra = int(attributes["num_args"]["i"])
            attributes.setdefault("TArgs", {"list": {"type": ["DT_FLOAT"] * extra}})
            attributes.setdefault("num_host_args", {"i": "0"})


def simplify(model: onnx.ModelProto) -> None:
    """Use, in place, one number where the picture's channels have equal ones; drop minus zero."""
    nothing = set()
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.shape == (1, 1, 1, 3) and np.all(values == values.flat[0]):
            weight.CopyFrom(numpy_helper.from_array(values.reshape(-1)[0].reshape(()), weight.name))
            nothing |= {weight.name} if values.flat[0] == 0 else set()
    kept = []
    same: dict[str, str] = {}
    for node in model.graph.node:
        node.input[:] = [same.get(name, name) for name in node.input]
        if node.op_type == "Sub" and node.input[1] in nothing:
            same[node.output[0]] = node.input[0]
        else:
            kept.append(node)
    del model.graph.node[:]
    model.graph.node.extend(kept)
