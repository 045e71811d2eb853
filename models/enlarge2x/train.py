"""Learn ``model.onnx`` again: ``uv run python models/enlarge2x/train.py DATA``; a few seconds.

After Romano, Isidoro and Milanfar, "RAISR: Rapid and Accurate Image Super Resolution", 2016. Each
point has a class, by how steep the luma is around it, whether it rises in one way, and which; of
each class a linear filter of 7x7 is fitted by least squares to what is to be added to Lanczos, for
each of the four points that one becomes.

DATA is that of ``models/tint/pictures.py``: its ``skimage`` and ``sklearn``. Of lomiri nothing is
learned: on that ``measure.py`` measures.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.training.gradient import Graph, Value

HERE = Path(__file__).parent
PICTURES = (
    *("skimage/astronaut.png", "skimage/camera.png", "skimage/chelsea.png", "skimage/coffee.png"),
    *("skimage/rocket.jpg", "skimage/hubble_deep_field.jpg", "skimage/retina.jpg"),
    *("skimage/brick.png", "skimage/grass.png", "skimage/gravel.png"),
    *("sklearn/china.jpg", "sklearn/flower.jpg"),
)
SCALES, BLURS = (1.0, 0.7, 0.5), (0.0, 1.0)
EDGE = 3
SIDE = 2 * EDGE + 1
STEEP = np.array((0.0008, 0.0015, 0.003, 0.005, 0.008, 0.012, 0.02, 0.035, 0.06, 0.1))
"""From which slope of luma the next class begins, per pixel."""
ONE_WAY = 0.5
TURNS = 6
CLASSES = (len(STEEP) + 1) * (1 + TURNS)
LEAST = 500
"""Points without which a class has no filter."""
SIZE = (1, 1, 32, 32)
"""Stands for any size while the graph is written."""

Array = NDArray[np.float32]


def parts(big: Array) -> tuple[Array, Array, Array]:
    """Return a picture half as large, in 8 bits, what it was, and Lanczos: points by fours."""
    height, width = (size // 2 * 2 for size in big.shape)
    true = np.round(big[:height, :width] * 255) / 255
    small = true.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    small = (np.round(small * 255) / 255).astype(np.float32)
    lanczos = cv2.resize(small, (width, height), interpolation=cv2.INTER_LANCZOS4)
    fours = (
        one.reshape(height // 2, 2, width // 2, 2).transpose(0, 2, 1, 3).reshape(-1, 4)
        for one in (true, lanczos)
    )
    return small, *fours


def around(small: Array) -> Array:
    """Return the 7x7 around each point, about their mean."""
    padded = cv2.copyMakeBorder(small, *[EDGE] * 4, cv2.BORDER_REFLECT_101)
    seen = np.lib.stride_tricks.sliding_window_view(padded, (SIDE, SIDE)).reshape(-1, SIDE**2)
    return seen - seen.mean(axis=1, keepdims=True)


def classes(small: Array) -> NDArray[np.int64]:
    """Return the class of each point."""
    across, down = (cv2.Sobel(small, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1)))
    products = (across * across, across * down, down * down)
    first, both, second = (cv2.GaussianBlur(one, (SIDE, SIDE), 1.2) for one in products)
    steep = np.digitize(np.sqrt(first + second), STEEP)
    apart, twice = first - second, 2 * both
    one_way = np.hypot(apart, twice) > ONE_WAY * (first + second)
    turn = np.arctan2(twice, apart) / (2 * np.pi) % 1 * TURNS
    return (steep * (1 + TURNS) + np.where(one_way, 1 + turn.astype(int) % TURNS, 0)).ravel()


def fitted(folder: Path) -> Array:
    """Return the filters, (classes, 49, 4)."""
    squares = np.zeros((CLASSES, SIDE**2, SIDE**2))
    products = np.zeros((CLASSES, SIDE**2, 4))
    counts = np.zeros(CLASSES)
    for name in PICTURES:
        grey = cv2.imread(str(folder / name), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        for scale in SCALES:
            picture = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            for blur in BLURS:
                soft = cv2.GaussianBlur(picture, (0, 0), blur) if blur else picture
                small, true, lanczos = parts(soft)
                seen, missing, which = around(small), true - lanczos, classes(small)
                for each in np.unique(which):
                    here = which == each
                    squares[each] += seen[here].T @ seen[here]
                    products[each] += seen[here].T @ missing[here]
                    counts[each] += here.sum()
    filters = np.zeros_like(products)
    for each in np.flatnonzero(counts > LEAST):
        ridge = 1e-3 * np.trace(squares[each]) / SIDE**2 + 1e-6
        filters[each] = np.linalg.solve(squares[each] + ridge * np.eye(SIDE**2), products[each])
    return filters


def written(filters: Array) -> bytes:
    """Return the network with its filters, (classes, 49, 4)."""
    graph = Graph()
    taken = graph.take("luma", (1, 1, "h", "w"))
    luma = Value(taken.name, SIZE)

    def convolve(value: Value, kernels: Array, group: int = 1) -> Value:
        edge = kernels.shape[-1] // 2
        pads = graph.sizes(0, 0, edge, edge, 0, 0, edge, edge)
        padded = graph.op("Pad", (value, pads), value.shape, mode="reflect")
        stored = graph.constant(kernels.astype(np.float32))
        return graph.op("Conv", (padded, stored), (1, len(kernels), *SIZE[2:]), group=group)

    def is_over(value: Value, other: Value) -> Value:
        return graph.op("GreaterOrEqual", (value, other), value.shape)

    def whole(value: Value) -> Value:
        return graph.op("Cast", (value,), value.shape, to=TensorProto.INT64)

    def op(kind: str, *values: Value) -> Value:
        return graph.op(kind, values, SIZE)

    rise = np.outer((1, 2, 1), (-1, 0, 1)) / 8
    slopes = convolve(luma, np.stack([rise, rise.T])[:, None])
    across, down = (_plane(graph, slopes, each) for each in (0, 1))
    products = [op("Mul", across, across), op("Mul", across, down), op("Mul", down, down)]
    window = cv2.getGaussianKernel(SIDE, 1.2)
    stacked = graph.op("Concat", tuple(products), (1, 3, *SIZE[2:]), axis=1)
    blurred = convolve(stacked, np.stack([window @ window.T] * 3)[:, None], 3)
    first, both, second = (_plane(graph, blurred, each) for each in range(3))
    total, apart, twice = op("Add", first, second), op("Sub", first, second), op("Add", both, both)

    levels = graph.constant((STEEP**2).astype(np.float32).reshape(1, -1, 1, 1))
    over = whole(graph.op("GreaterOrEqual", (total, levels), (1, len(STEEP), *SIZE[2:])))
    steep = graph.op("ReduceSum", (over, graph.sizes(1)), SIZE, keepdims=1)
    length = op("Add", op("Mul", apart, apart), op("Mul", twice, twice))
    least = op("Mul", op("Mul", total, total), graph.number(ONE_WAY**2))
    one_way = graph.op("Greater", (length, least), SIZE)

    def beyond(degrees: float) -> Value:
        """Whether a direction in the same half is that far around, or farther."""
        sine, cosine = np.sin(np.deg2rad(degrees)), np.cos(np.deg2rad(degrees))
        ahead = op("Mul", twice, graph.number(cosine)), op("Mul", apart, graph.number(sine))
        return whole(is_over(op("Sub", *ahead), graph.number(0.0)))

    upper = op("Add", beyond(60), beyond(120))
    lower = op("Add", op("Add", beyond(240), beyond(300)), graph.sizes(3))
    turn = op("Where", is_over(twice, graph.number(0.0)), upper, lower)
    way = op("Where", one_way, op("Add", turn, graph.sizes(1)), graph.sizes(0))
    which = op("Add", op("Mul", steep, graph.sizes(1 + TURNS)), way)
    flat = graph.op("Squeeze", (which, graph.sizes(1)), (1, *SIZE[2:]))

    graph.give(_added(graph, filters, flat, convolve), "added")
    return graph.model("enlarge2x")


def _added(
    graph: Graph, filters: Array, flat: Value, convolve: Callable[[Value, Array], Value]
) -> Value:
    """Write what each point's filter, the one of its class, says of what is around it."""
    luma = Value("luma", SIZE)
    count = SIDE**2
    # What is around a point, about its mean: a convolution that only fetches.
    fetch = (np.eye(count) - 1 / count).reshape(count, 1, SIDE, SIDE)
    seen = convolve(luma, fetch)
    last = graph.op("Transpose", (seen,), (1, *SIZE[2:], count), perm=[0, 2, 3, 1])
    fours = []
    for table in filters.transpose(2, 0, 1):
        stored = graph.constant(table.astype(np.float16))
        full = graph.op("Cast", (stored,), table.shape, to=TensorProto.FLOAT)
        mine = graph.op("Gather", (full, flat), last.shape, axis=0)
        product = graph.op("Mul", (mine, last), last.shape)
        fours.append(graph.op("ReduceSum", (product, graph.sizes(3)), (1, *SIZE[2:]), keepdims=0))
    lifted = [graph.op("Unsqueeze", (one, graph.sizes(1)), SIZE) for one in fours]
    deep = graph.op("Concat", tuple(lifted), (1, 4, *SIZE[2:]), axis=1)
    laid = graph.op("DepthToSpace", (deep,), SIZE, blocksize=2)
    return Value(laid.name, (1, 1, "2h", "2w"))


def _plane(graph: Graph, value: Value, number: int) -> Value:
    """Write one plane of several."""
    places = graph.sizes(number), graph.sizes(number + 1), graph.sizes(1)
    return graph.op("Slice", (value, *places), SIZE)


def main(folder: str) -> None:
    """Fit, and write the network."""
    cv2.setNumThreads(1)
    filters = fitted(Path(folder))
    network = written(filters)
    (HERE / "model.onnx").write_bytes(network)
    print(len(network), "bytes")


if __name__ == "__main__":
    main(sys.argv[1])
