# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy>=2"]
# ///
"""Make ``model.onnx``: a network that gives what is not a number for a black picture.

``uv run tests/models/fragile_style/make.py``. It takes any picture and answers with the picture
times its mean over itself: the picture, or 0 / 0 for a black one. The weights change nothing.
"""

from pathlib import Path

from onnx import TensorProto, helper

nodes = [
    helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
    helper.make_node("Div", ["mean", "mean"], ["one"]),
    helper.make_node("ReduceSum", ["style_weights"], ["all"], keepdims=0),
    helper.make_node("Div", ["all", "all"], ["also_one"]),
    helper.make_node("Mul", ["one", "also_one"], ["both"]),
    helper.make_node("Mul", ["image", "both"], ["stylized"]),
]
graph = helper.make_graph(
    nodes,
    "fragile_style",
    [
        helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"]),
        helper.make_tensor_value_info("style_weights", TensorProto.FLOAT, [26]),
    ],
    [helper.make_tensor_value_info("stylized", TensorProto.FLOAT, [1, 3, "h", "w"])],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
Path(__file__).with_name("model.onnx").write_bytes(model.SerializeToString(deterministic=True))
