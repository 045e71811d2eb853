# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy>=2"]
# ///
"""Make the networks of a few bytes that tests of cards, providers and boxes are written with.

``uv run tests/inference/tiny/make.py``. ``double`` answers y = 2 x, ``altered`` y = 2.01 x, and
``outside`` y = 2 x with the 2 in a file of its own; ``ratio`` answers x / x, which for 0 is no
number. ``bright`` answers for a picture (1, h, w, 3) how bright each pixel is, (1, h, w, 1).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent


def tensor(name: str, *shape: int | str) -> onnx.ValueInfoProto:
    """Describe an input or output of float32."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


def times(factor: float) -> onnx.ModelProto:
    """Make a network that multiplies."""
    by = numpy_helper.from_array(np.full(1, factor, np.float32), "by")
    return model(
        helper.make_node("Mul", ["x", "by"], ["y"]), tensor("x", "n"), tensor("y", "n"), [by]
    )


def model(
    node: onnx.NodeProto,
    takes: onnx.ValueInfoProto,
    returns: onnx.ValueInfoProto,
    constants: list[onnx.TensorProto] | None = None,
) -> onnx.ModelProto:
    """Make a network of one node."""
    graph = helper.make_graph([node], "tiny", [takes], [returns], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def main() -> None:
    """Write them all."""
    x, y = tensor("x", "n"), tensor("y", "n")
    picture, alpha = tensor("image", 1, "h", "w", 3), tensor("alpha", 1, "h", "w", 1)
    mean = helper.make_node("ReduceMean", ["image"], ["alpha"], axes=[3], keepdims=1)
    made = {
        "double": times(2.0),
        "altered": times(2.01),
        "ratio": model(helper.make_node("Div", ["x", "x"], ["y"]), x, y),
        "bright": model(mean, picture, alpha),
    }
    for name, one in made.items():
        onnx.checker.check_model(one, full_check=True)
        (HERE / f"{name}.onnx").write_bytes(one.SerializeToString(deterministic=True))
    onnx.save_model(
        times(2.0),
        HERE / "outside.onnx",
        save_as_external_data=True,
        location="outside.data",
        size_threshold=0,
    )


if __name__ == "__main__":
    main()
