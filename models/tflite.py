"""From a published TensorFlow Lite network to ``model.onnx``: for the scripts that convert one.

Needs what the head of ``export.py`` beside a model says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import onnx
import onnx.utils
import tf2onnx.optimizer
import tf2onnx.tfonnx
from tfjs import OPSET, rename


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
    return model
