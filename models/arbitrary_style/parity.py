# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["numpy>=2", "onnx==1.19.1", "onnxruntime>=1.22", "opencv-python-headless>=4.11"]
# ///
"""Compare the networks with the published ones and store what these gave in ``parity.npz``.

``uv run models/arbitrary_style/parity.py``

The reference are the published graphs as they are, but for the nodes that round to 8 bits between
layers (see export.py). ``picture`` uint8 (48, 64, 3) red-green-blue, ``painting`` uint8 (256,
256, 3), the last of three, ``styles`` float32 (3, 100) of all, ``painted`` float32 (3, 3, 48, 64)
the picture in each style. Prints the largest differences over these, and how far the rounded
networks are from them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import onnxruntime
from export import MEMBERS, constants, fetch, unrounded
from numpy.typing import NDArray
from onnx import helper, numpy_helper

HERE = Path(__file__).parent
FILM = HERE.parents[1] / "tests" / "media" / "jump.mp4"
SIDE = 256
STORED = (64, 48)
WORKED_AT = 384
"""The side of what the published painter takes, and nothing else."""

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]


def exact(model: onnx.ModelProto) -> onnxruntime.InferenceSession:
    """Open a published network without what rounds between its layers, for pictures of any size."""
    stored = constants(model)
    nodes = [node for node in unrounded(model) if node.op_type != "DequantizeLinear"]
    used = {name for node in nodes for name in node.input}
    graph = model.graph
    graph.ClearField("node")
    graph.node.extend(nodes)
    graph.ClearField("initializer")
    graph.initializer.extend(
        numpy_helper.from_array(array, name) for name, array in stored.items() if name in used
    )
    graph.ClearField("value_info")
    for end in (graph.input[0], graph.output[0]):
        for size in list(end.type.tensor_type.shape.dim)[1:3]:
            size.ClearField("value")
            size.dim_param = "any"
    opset = helper.make_opsetid("", 17)
    graph_only = helper.make_model(graph, opset_imports=[opset], ir_version=8)
    return onnxruntime.InferenceSession(graph_only.SerializeToString())


def floats(picture: Picture) -> Floats:
    """Return a picture as numbers from 0 to 1."""
    return picture.astype(np.float32) / np.float32(255)


def planes(picture: Picture) -> Floats:
    """Return a picture as our networks take it."""
    return np.ascontiguousarray(floats(picture).transpose(2, 0, 1)[None])


def rgb(picture: Any, size: tuple[int, int]) -> Picture:
    """Return a picture of OpenCV's red-green-blue, at a size."""
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8)


def main() -> None:
    """Compare, print and store."""
    published = fetch(MEMBERS)
    rounded = {
        name: onnxruntime.InferenceSession(model.SerializeToString())
        for name, model in published.items()
    }
    read, paint = (exact(published[name]) for name in ("read", "paint"))
    ours = [onnxruntime.InferenceSession(HERE / f"{name}.onnx") for name in ("read", "paint")]
    film = cv2.VideoCapture(str(FILM))
    film.set(cv2.CAP_PROP_POS_FRAMES, 50)
    frame = film.read()[1]
    picture = rgb(frame, STORED)
    files = sorted((HERE / "paintings").glob("*.jpg"))
    paintings = np.stack([rgb(cv2.imread(str(file)), (SIDE, SIDE)) for file in files])

    names = [each.name for each in paint.get_inputs()]
    (source,) = (each.name for each in read.get_inputs())

    def painted(session: Any, content: Picture, style: Floats) -> Floats:
        feeds = {names[0]: floats(content)[None], names[1]: style.reshape(1, 1, 1, -1)}
        return np.asarray(session.run(None, feeds)[0][0], np.float32).transpose(2, 0, 1)

    styles = np.stack([read.run(None, {source: floats(p)[None]})[0].ravel() for p in paintings])
    ours_styles = np.stack([ours[0].run(None, {"picture": planes(p)})[0] for p in paintings])
    print(f"largest difference of a style: {np.abs(styles - ours_styles).max():.1e}")
    stored = np.stack([painted(paint, picture, style) for style in styles])
    again = np.concatenate(
        [ours[1].run(None, {"image": planes(picture), "style": style})[0] for style in styles]
    )
    print(f"largest difference of a painting: {np.abs(stored - again).max():.1e}")
    whole = rgb(frame, (WORKED_AT, WORKED_AT))
    for file, pixels, style in zip(files, paintings, styles, strict=True):
        eight = rounded["read"].run(None, {source: floats(pixels)[None]})[0].ravel()
        between = painted(rounded["paint"], whole, eight)
        (fine,) = ours[1].run(None, {"image": planes(whole), "style": style})
        apart = np.abs(between - fine[0]).mean()
        print(f"{file.stem}: the network that rounds differs by {apart:.3f} in the mean")
    np.savez_compressed(
        HERE / "parity.npz", picture=picture, painting=paintings[-1], styles=styles, painted=stored
    )


if __name__ == "__main__":
    main()
