"""Every operation on the tape has the gradient that its numbers have."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.inference.backend import CPU, Stored
from engine.inference.backends import BACKENDS
from engine.training.gradient import GradientTape, Graph, Value, edges

RNG = np.random.default_rng(7)
SHAPE = (2, 4, 6, 8)

Write = Callable[[GradientTape, Value, Value, Value], Value]

OPERATIONS: dict[str, tuple[Write, tuple[int, ...], tuple[int, ...]]] = {
    "convolve 3": (lambda t, x, w, b: t.convolve(x, w, b), (5, 4, 3, 3), (5,)),
    "convolve 1": (lambda t, x, w, b: t.convolve(x, w, b), (5, 4, 1, 1), (5,)),
    "convolve 5": (lambda t, x, w, b: t.convolve(x, w, b), (3, 4, 5, 5), (3,)),
    "add a map": (lambda t, x, w, b: t.add(t.add(x, w), b), (1, 4, 6, 8), SHAPE),
    "rectify": (lambda t, x, w, b: t.rectify(t.add(t.add(x, w), b)), (1, 4, 6, 8), SHAPE),
    "halve": (lambda t, x, w, b: t.halve(t.add(t.add(x, w), b)), (1, 4, 6, 8), SHAPE),
    "unfold": (lambda t, x, w, b: t.unfold(t.add(t.add(x, w), b)), (1, 4, 6, 8), SHAPE),
    "double": (lambda t, x, w, b: t.double(t.add(t.add(x, w), b)), (1, 4, 6, 8), SHAPE),
    "used twice": (
        lambda t, x, w, b: t.add(t.rectify(t.add(x, w)), t.add(x, b)),
        (1, 4, 6, 8),
        SHAPE,
    ),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_gradient_is_what_a_small_step_shows(name: str) -> None:
    write, of_weights, of_bias = OPERATIONS[name]
    shapes = {"x": SHAPE, "w": of_weights, "b": of_bias}
    values = {each: RNG.normal(size=shape).astype(np.float32) for each, shape in shapes.items()}
    graph = Graph()
    tape = GradientTape(graph)
    inputs = tuple(graph.take(each, shape) for each, shape in shapes.items())
    made = write(tape, *inputs)
    counts = RNG.normal(size=made.shape).astype(np.float32)
    gradients = tape.gradients(made, graph.constant(counts), inputs)
    graph.give(made, "made")
    for each, gradient in zip(shapes, gradients, strict=True):
        graph.give(gradient, f"d.{each}")
    run = BACKENDS["onnxruntime"].start(Stored(graph.model("test")), CPU, 1).run

    def loss(**changed: np.ndarray) -> float:
        (result,) = run(["made"], {**values, **changed})
        return float((result.astype(np.float64) * counts).sum())

    for each in shapes:
        (gradient,) = run([f"d.{each}"], values)
        assert gradient.shape == values[each].shape
        way = RNG.choice([-1.0, 1.0], size=values[each].shape).astype(np.float32)
        step = np.float32(1e-3)
        up = loss(**{each: values[each] + step * way})
        down = loss(**{each: values[each] - step * way})
        expected = float((gradient.astype(np.float64) * way).sum())
        close = 0.02 * np.abs(gradient).sum() / np.sqrt(gradient.size) + 0.02
        assert (up - down) / (2 * float(step)) == pytest.approx(expected, abs=close)


@pytest.mark.parametrize("axis", [2, 3])
def test_edges_lead_back_by_their_transpose(axis: int) -> None:
    graph = Graph()
    error = graph.take("error", SHAPE)
    apart, back = edges(graph, error, axis)
    given = graph.take("given", apart.shape)
    graph.give(apart, "apart")
    graph.give(back(given), "back")
    run = BACKENDS["onnxruntime"].start(Stored(graph.model("test")), CPU, 1).run
    values = {"error": RNG.normal(size=SHAPE).astype(np.float32)}
    values["given"] = RNG.normal(size=apart.shape).astype(np.float32)
    differences, led = run(["apart", "back"], values)
    assert np.allclose(differences, np.diff(values["error"], axis=axis), atol=1e-6)
    forward = float((differences * values["given"]).sum())
    assert forward == pytest.approx(float((led * values["error"]).sum()), abs=1e-3)
