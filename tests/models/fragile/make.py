# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy>=2"]
# ///
"""Make ``model.onnx``: a network that gives what is not a number for a black picture.

``uv run tests/models/fragile/make.py``. It takes 8x8 pictures and answers with the mean over itself
in every place: 1 for any picture, 0 / 0 for a black one.
"""

from pathlib import Path

from onnx import TensorProto, helper

nodes = [
    helper.make_node("Cast", ["image"], ["numbers"], to=TensorProto.FLOAT),
    helper.make_node("ReduceMean", ["numbers"], ["mean"], keepdims=0),
    helper.make_node("Div", ["mean", "mean"], ["one"]),
    helper.make_node("Expand", ["one", "shape"], ["joints"]),
]
graph = helper.make_graph(
    nodes,
    "fragile",
    [helper.make_tensor_value_info("image", TensorProto.INT32, [1, 8, 8, 3])],
    [helper.make_tensor_value_info("joints", TensorProto.FLOAT, [1, 1, 17, 3])],
    [helper.make_tensor("shape", TensorProto.INT64, [4], [1, 1, 17, 3])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
Path(__file__).with_name("model.onnx").write_bytes(model.SerializeToString(deterministic=True))
