# /// script
# requires-python = ">=3.11"
# dependencies = ["onnx>=1.17"]
# ///
"""Train ``model.onnx`` again: ``uv run models/enlarge2x/train.py DATA``.

DATA is the folder skimage/data of the wheel scikit-image 0.26.0; of it those pictures whose
docstrings there say CC0 or public domain. The network sees luma only, half as large by the mean of
four pixels, and learns the crop that this was (after Shi and others, "Real-Time Single Image and
Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016).
``measure.py`` measures on other pictures.
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import onnxruntime

from engine.training.gradient import GradientTape, Graph, Value
from engine.training.unet import Adam, absolute

FREE = (
    *("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "grass.png"),
    *("gravel.png", "rocket.jpg"),
)
BATCH, SIDE, STEPS, RATE = 16, 32, 5_000, 2e-3
SHAPES = {
    "straight.weights": (4, 1, 5, 5),
    "straight.bias": (4,),
    "see.weights": (24, 1, 5, 5),
    "see.bias": (24,),
    "think.weights": (16, 24, 3, 3),
    "think.bias": (16,),
    "draw.weights": (4, 16, 3, 3),
    "draw.bias": (4,),
}
HERE = Path(__file__).parent


def enlarge(tape: GradientTape, luma: Value, weights: dict[str, Value]) -> Value:
    """Write the network: four numbers for each pixel, laid out as a square of 2 by 2."""

    def convolve(name: str, value: Value) -> Value:
        return tape.convolve(value, weights[f"{name}.weights"], weights[f"{name}.bias"])

    value = tape.rectify(convolve("think", tape.rectify(convolve("see", luma))))
    return tape.unfold(tape.add(convolve("draw", value), convolve("straight", luma)))


def export(stored: dict[str, np.ndarray]) -> None:
    """Write the network with its weights."""
    graph = Graph()
    weights = {name: graph.constant(array) for name, array in stored.items()}
    luma = graph.take("luma", (1, 1, "height", "width"))
    out = enlarge(GradientTape(graph), luma, weights)
    graph.give(Value(out.name, (1, 1, "twice the height", "twice the width")), "enlarged")
    (HERE / "model.onnx").write_bytes(graph.model("enlarge2x"))


def main(folder: str) -> None:
    """Train, and write the network."""
    rng = np.random.default_rng(0)
    pictures = []
    for name in FREE:
        grey = cv2.imread(str(Path(folder, name)), cv2.IMREAD_GRAYSCALE).astype(np.float32) / 255
        pictures += [grey, cv2.resize(grey, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)]
    graph = Graph()
    tape = GradientTape(graph)
    weights = {name: graph.take(name, shape) for name, shape in SHAPES.items()}
    luma = graph.take("luma", (BATCH, 1, SIDE, SIDE))
    wanted = graph.take("wanted", (BATCH, 1, 2 * SIDE, 2 * SIDE))
    out = enlarge(tape, luma, weights)
    loss, seed = absolute(graph, graph.op("Sub", (out, wanted), out.shape), 1.0)
    graph.give(loss, "loss")
    for name, value in zip(SHAPES, tape.gradients(out, seed, tuple(weights.values())), strict=True):
        graph.give(value, f"d.{name}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph.model("train"), options)
    stored = {
        name: rng.normal(0, 0.3 * np.sqrt(2 / np.prod(shape[1:])), shape).astype(np.float32)
        for name, shape in SHAPES.items()
    }
    stored["straight.weights"][:] = 0
    stored["straight.weights"][:, :, 2, 2] = 1
    adam = Adam(stored)
    names = ["loss", *(f"d.{name}" for name in SHAPES)]
    late = 0.0
    for step in range(STEPS):
        large = np.stack([crop(pictures, rng) for _ in range(BATCH)])[:, None]
        small = large.reshape(BATCH, 1, SIDE, 2, SIDE, 2).mean(axis=(3, 5))
        value, *gradients = session.run(names, {**stored, "luma": small, "wanted": large})
        adam.step(
            zip(SHAPES, gradients, strict=True), RATE * (0.5 + 0.5 * np.cos(np.pi * step / STEPS))
        )
        late += 0.01 * (float(value) - late)
        if step % 1000 == 0:
            print(step, round(late, 5), flush=True)
            export(stored)
    export(stored)


def crop(pictures: list[np.ndarray], rng: np.random.Generator) -> np.ndarray:
    """Return a piece of a picture, turned and mirrored by chance."""
    side = 2 * SIDE
    while True:
        picture = pictures[rng.integers(len(pictures))]
        if min(picture.shape) > side:
            break
    top, left = (int(rng.integers(0, size - side)) for size in picture.shape)
    piece = np.rot90(picture[top : top + side, left : left + side], rng.integers(4))
    return piece[::-1] if rng.random() < 0.5 else piece


if __name__ == "__main__":
    main(sys.argv[1])
