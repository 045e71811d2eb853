"""What a processor could do at best: how fast it multiplies large matrices by each provider.

Run: python -m engine.lab.bench.rig.limit THREADS PROVIDER LONGER. It prints as JSON how many
operations a second that is, and how many operations the painter's network has for a picture of 16
to 9 with that longer side: two for each weight of a convolution at each place.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference

from engine.inference.backend import Stored
from engine.inference.backends import BACKENDS
from engine.inference.model_folders import model_folder

SIDE: Final = 1024
RUNS: Final = 15


def operations_a_second(provider: str, threads: int) -> float:
    """Return how many a provider does in a product of two square matrices."""
    sides = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [SIDE, SIDE]) for name in "xy"]
    weights = np.random.default_rng(1).random((SIDE, SIDE), np.float32)
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["y"])],
        "product",
        sides[:1],
        sides[1:],
        [numpy_helper.from_array(weights, "w")],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    backend = next(each for each in BACKENDS.values() if provider in each.available())
    runner = backend.start(Stored(model.SerializeToString()), provider, threads)
    took = []
    for _ in range(RUNS):
        begun = time.process_time()
        runner.run(["y"], {"x": weights})
        took.append(time.process_time() - begun)
    return 2 * SIDE**3 / min(took)


def operations(longer: int) -> int:
    """Return how many the convolutions of the painter's network have for one picture."""
    model = onnx.load(model_folder("multistyle26") / "model.onnx")
    shape = model.graph.input[0].type.tensor_type.shape.dim
    shape[2].dim_value, shape[3].dim_value = longer * 9 // 16, longer
    sized = shape_inference.infer_shapes(model, data_prop=True).graph
    shapes: dict[str, list[int]] = {
        each.name: [size.dim_value for size in each.type.tensor_type.shape.dim]
        for each in (*sized.value_info, *sized.output)
    }
    weights: dict[str, Any] = {each.name: each.dims for each in sized.initializer}
    return sum(
        2 * int(np.prod(weights[node.input[1]])) * int(np.prod(shapes[node.output[0]][2:]))
        for node in sized.node
        if node.op_type == "Conv"
    )


def main() -> None:
    """Print both."""
    threads, provider, longer = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    best = operations_a_second(provider, threads)
    print(json.dumps({"best": best, "operations": operations(longer)}))


if __name__ == "__main__":
    main()
