"""Train ``model.onnx`` again: ``uv run --with OpenEXR python models/tint/train.py DATA``.

DATA is described in ``pictures.py``. A small U-Net sees the luma of a picture and learns its two
colour differences (Cr and Cb of ITU-R BT.601), at half the size. What is colourful counts more
than what is grey, or all would become a little brown, which errs least (after Zhang, Isola and
Efros, "Colorful Image Colorization", 2016, who weigh rare colours). It takes six
minutes of one core; ``measure.py`` measures on pictures that were held out.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
from onnx import TensorProto
from pictures import PANORAMAS, PHOTOGRAPHS, Picture, photographs, views

from engine.training.gradient import GradientTape, Graph, Value
from engine.training.unet import Adam, absolute

BATCH, SIDE, RATE, DECAY = 8, 128, 2e-3, 0.01
STEPS = 4_000
"""The network that ships was ended at step 3250, as it was exported then."""
VIEWS = 24
DEPTHS = (16, 32, 64, 96)
COLOURFUL, COUNTS = 0.12, 3.0
"""How far from grey is colourful, and how many times more than grey that counts."""
HERE = Path(__file__).parent


def colours(tape: GradientTape, luma: Value, weight: Callable[..., Value]) -> Value:
    """Write the network: luma (n, 1, h, w) in, Cr and Cb (n, 2, h / 2, w / 2) out, about 0."""

    def convolve(name: str, value: Value, out: int, side: int) -> Value:
        weights = weight(f"{name}.weights", out, value.shape[1], side, side)
        return tape.convolve(value, weights, weight(f"{name}.bias", out))

    value = tape.rectify(convolve("in", tape.halve(luma), DEPTHS[0], 3))
    passed = [value]
    for level, depth in enumerate(DEPTHS[1:], 1):
        value = tape.rectify(convolve(f"down{level}", tape.halve(value), depth, 1))
        value = tape.add(value, tape.rectify(convolve(f"see{level}", value, depth, 3)))
        passed.append(value)
    value = passed.pop()
    for name in ("deep", "deeper"):
        value = tape.add(value, tape.rectify(convolve(name, value, DEPTHS[-1], 3)))
    for level, depth in reversed(list(enumerate(DEPTHS[:-1]))):
        value = tape.double(convolve(f"up{level}", value, depth, 1))
        value = tape.rectify(tape.add(value, passed.pop()))
        value = tape.add(value, tape.rectify(convolve(f"draw{level}", value, depth, 3)))
    return convolve("paint", value, 2, 3)


def export(stored: dict[str, np.ndarray]) -> None:
    """Write the network with its weights, as float16."""
    graph = Graph()

    def weight(name: str, *shape: int) -> Value:
        half = graph.constant(stored[name].astype(np.float16))
        return graph.op("Cast", (half,), shape, to=TensorProto.FLOAT)

    luma = graph.take("luma", (1, 1, "h", "w"))
    out = colours(GradientTape(graph), Value(luma.name, (1, 1, SIDE, SIDE)), weight)
    graph.give(Value(out.name, (1, 2, "h/2", "w/2")), "colours")
    (HERE / "model.onnx").write_bytes(graph.model("tint"))


def training() -> tuple[onnxruntime.InferenceSession, dict[str, tuple[int, ...]]]:
    """Return what computes the loss with its gradients, and the shapes of the weights."""
    graph = Graph()
    tape = GradientTape(graph)
    weights: dict[str, Value] = {}

    def weight(name: str, *shape: int) -> Value:
        weights[name] = graph.take(name, shape)
        return weights[name]

    out = colours(tape, graph.take("luma", (BATCH, 1, SIDE, SIDE)), weight)
    wanted = graph.take("wanted", out.shape)
    counts = graph.take("counts", out.shape)
    error = graph.op("Mul", (graph.op("Sub", (out, wanted), out.shape), counts), out.shape)
    loss, seed = absolute(graph, error, 1.0)
    graph.give(loss, "loss")
    seed = graph.op("Mul", (seed, counts), out.shape)
    found = tape.gradients(out, seed, tuple(weights.values()))
    for name, value in zip(weights, found, strict=True):
        graph.give(value, f"d.{name}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(graph.model("train"), options)
    return session, {name: value.shape for name, value in weights.items()}


def batch(sources: list[list[Picture]], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return luma, the colours that are wanted, and what each counts."""
    pieces = [piece(sources[number % len(sources)], rng) for number in range(BATCH)]
    parts = np.stack(pieces).astype(np.float32) / 255
    luma = np.stack([relit(one, rng) for one in parts[:, :, :, 0]])[:, None]
    both = parts[:, :, :, 1:].transpose(0, 3, 1, 2) - np.float32(128 / 255)
    wanted = both.reshape(BATCH, 2, SIDE // 2, 2, SIDE // 2, 2).mean(axis=(3, 5))
    far = np.hypot(wanted[:, :1], wanted[:, 1:])
    counts = 1 + COUNTS * np.minimum(far / COLOURFUL, 1)
    counts = np.repeat(counts / counts.mean(), 2, axis=1).astype(np.float32)
    return {"luma": luma, "wanted": np.ascontiguousarray(wanted), "counts": counts}


def piece(pictures: list[Picture], rng: np.random.Generator) -> Picture:
    """Return a piece of a picture, from half of its shorter side on, mirrored by chance, YCrCb."""
    picture = pictures[rng.integers(len(pictures))]
    side = round(min(picture.shape[:2]) * rng.uniform(0.5, 1.0))
    top, left = (int(rng.integers(0, size - side + 1)) for size in picture.shape[:2])
    cut = picture[top : top + side, left : left + side]
    cut = cv2.resize(cut, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(cut[:, ::-1] if rng.random() < 0.5 else cut, cv2.COLOR_BGR2YCrCb)


def relit(luma: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return luma in another light, and with the noise of a camera."""
    bright = luma ** np.exp(rng.normal(0, 0.25)) * np.exp(rng.normal(0, 0.15))
    noisy = bright + rng.normal(0, rng.uniform(0, 0.02), luma.shape)
    return np.clip(noisy, 0, 1).astype(np.float32)


def main(folder: str) -> None:
    """Train, and write the network."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    sources = [
        photographs(Path(folder), PHOTOGRAPHS),
        views(Path(folder), PANORAMAS, VIEWS, 2 * SIDE),
    ]
    session, shapes = training()
    stored = {}
    for name, shape in shapes.items():
        spread = np.sqrt(2 / np.prod(shape[1:])) if name.endswith("weights") else 0.0
        stored[name] = rng.normal(0, spread, shape).astype(np.float32)
    stored["paint.weights"] *= np.float32(0.1)
    adam = Adam(stored)
    names = ["loss", *(f"d.{name}" for name in shapes)]
    late = 0.0
    for step in range(STEPS):
        loss, *gradients = session.run(names, {**stored, **batch(sources, rng)})
        rate = RATE * min(1, step / 200) * (0.5 + 0.5 * np.cos(np.pi * step / STEPS))
        for name in shapes:
            stored[name] *= np.float32(1 - rate * DECAY)
        adam.step(zip(shapes, gradients, strict=True), rate)
        late += 0.01 * (float(loss) - late)
        if step % 250 == 0:
            print(step, round(late, 5), flush=True)
            export(stored)
    export(stored)
    print("weights:", sum(each.size for each in stored.values()))


if __name__ == "__main__":
    main(sys.argv[1])
