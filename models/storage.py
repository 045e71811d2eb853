"""How weights are stored so that a network takes little room: for the scripts that make one.

- ``halve``: as float16, with a cast. Where the published weights were float16 that is exact.
- ``round_to``: ten bits a weight, or eight, in steps of its own for each output channel. The eight
  upper bits of all lie before the two lower ones, so that what packs a wheel or a repository finds
  how seldom large weights are: 1.2 bytes a weight there, or 0.9, where float16 takes 1.9. On disk
  ten bits take as much as float16.

Both are undone by nodes of the graph, which ONNX Runtime computes once, when it opens the file: a
picture takes as long as before, and opening MoveNet multipose 0.12 s instead of 0.08. Why not
DequantizeLinear, which would be one node: ONNX Runtime leaves that for each run, in hope of a
convolution of integers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

SMALL = 64
"""Constants with fewer numbers than this stay as they are: a cast node would take more room."""
DENSE = 2000
"""Convolutions with fewer weights than this are left alone by ``round_to``."""
UPPER = 8
"""Bits that lie before the lower ones."""
FIRST = np.array([0])
"""What ``joined`` sums over."""
_FIRST = "storage/first"


def halve(model: onnx.ModelProto, *, exactly: bool = True) -> None:
    """Store, in place, every weight that float16 holds as float16 with a cast.

    Unless ``exactly``, every float32 is taken to be held by float16.
    """

    def store(name: str, values: NDArray[Any]) -> list[onnx.TensorProto] | None:
        if values.dtype != np.float32 or values.size < SMALL:
            return None
        half = values.astype(np.float16)
        if exactly and not np.array_equal(half.astype(np.float32), values):
            return None
        nodes.append(helper.make_node("Cast", [f"{name}/half"], [name], to=TensorProto.FLOAT))
        return [numpy_helper.from_array(half, f"{name}/half")]

    nodes: list[onnx.NodeProto] = []
    _replace(model, store, nodes)


def round_to(bits: int, model: onnx.ModelProto) -> None:
    """Round, in place, the weights of convolutions that join all channels, and store them so.

    Those of few weights, and those that keep channels apart, are left: they take no room.
    """
    dense = {
        node.input[1]
        for node in model.graph.node
        if node.op_type == "Conv" and not any(a.name == "group" and a.i > 1 for a in node.attribute)
    }

    def store(name: str, values: NDArray[Any]) -> list[onnx.TensorProto] | None:
        if name not in dense or values.size < DENSE:
            return None
        parts = {f"{name}/{part}": array for part, array in rounded(values, bits).items()}
        nodes.extend(joined(name, _FIRST))
        return [numpy_helper.from_array(array, part) for part, array in parts.items()]

    nodes: list[onnx.NodeProto] = []
    _replace(model, store, nodes)
    if nodes:
        model.graph.initializer.append(numpy_helper.from_array(FIRST, _FIRST))


def rounded(values: NDArray[Any], bits: int) -> dict[str, NDArray[Any]]:
    """Return weights in 8 to 16 bits, by the names of the arrays that hold them.

    ``parts`` int8, (2, *shape of the weights): the upper eight bits, and the lower ones; of eight
    (1, *shape). ``steps`` float32, (2 or 1, n, 1, ...), n the first size of the weights: what one
    of each is worth. A weight is the sum of both.
    """
    largest, lower = 2 ** (bits - 1) - 1, 2 ** (bits - UPPER)
    rest = tuple(range(1, values.ndim))
    step = np.abs(values).max(axis=rest, keepdims=True).astype(np.float32) / np.float32(largest)
    step[step == 0] = 1
    whole = np.round(values.astype(np.float32) / step).astype(np.int32)
    count = 1 if bits == UPPER else 2
    parts = np.stack(np.divmod(whole, lower)[:count]).astype(np.int8)
    return {"parts": parts, "steps": np.stack((lower * step, step)[:count]).astype(np.float32)}


def joined(name: str, first: str) -> list[onnx.NodeProto]:
    """Return the nodes that make the weights ``name`` of ``name/parts`` and ``name/steps``.

    ``first`` is a constant of that graph, the list of 0: what is summed is the first axis.
    """
    parts, cast, worth = f"{name}/parts", f"{name}/cast", f"{name}/worth"
    return [
        helper.make_node("Cast", [parts], [cast], name=cast, to=TensorProto.FLOAT),
        helper.make_node("Mul", [cast, f"{name}/steps"], [worth], name=worth),
        helper.make_node("ReduceSum", [worth, first], [name], name=name, keepdims=0),
    ]


def _replace(
    model: onnx.ModelProto,
    store: Callable[[str, NDArray[Any]], list[onnx.TensorProto] | None],
    nodes: list[onnx.NodeProto],
) -> None:
    """Put what ``store`` returns in the place of each constant, and ``nodes`` before all others."""
    kept: list[onnx.TensorProto] = []
    for weight in model.graph.initializer:
        stored = store(weight.name, numpy_helper.to_array(weight))
        kept.extend([weight] if stored is None else stored)
    nodes.extend(model.graph.node)
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(kept)
    model.graph.node.extend(nodes)
