"""The network that writes letter by letter: a recurrent layer (GRU) and a score for each letter.

Cho and others, "Learning Phrase Representations using RNN Encoder-Decoder", 2014, in the form that
resets behind the product, as libraries compute it; letter by letter after Graves, "Generating
Sequences With Recurrent Neural Networks", 2013, and Karpathy, "The Unreasonable Effectiveness of
Recurrent Neural Networks", 2015. What it takes is a letter, one-hot, and beside it who writes, as a
weight for each author.

Weights are stored in eight bits with a step for each row, which ONNX Runtime undoes when it opens
the file.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.core.errors import as_written
from engine.inference.backend import CPU, Stored
from engine.inference.backends import BACKENDS
from engine.inference.vector import write_vector
from engine.language.letters import Alphabet
from engine.training.gradient import Graph, Value

TASK: Final = "letters"
SEEN: Final = "seen"
STATE: Final = "state"
SCORES: Final = "scores"
NEXT: Final = "next"
NETWORK: Final = "model.onnx"
LETTERS: Final = "letters.json"
VECTOR: Final = "vector.npz"

Weights = dict[str, NDArray[np.float32]]
"""``read`` (3 units, letters + authors), ``keep`` (3 units, units) and ``bias`` (6 units) of the
gates for update, reset and the new state; ``say`` (letters, units) and ``prefer`` (letters)."""

_BITS: Final = 127
_LAST: Final = 1e-3


def writing_network(weights: Mapping[str, NDArray[np.float32]]) -> bytes:
    """Return the network with its weights, as an ONNX file.

    ``seen`` (1, 1, letters + authors) and ``state`` (1, 1, units) in, ``scores`` (1, letters) and
    ``next`` (1, 1, units) out, all float32.
    """
    units, count = weights["keep"].shape[1], len(weights["prefer"])
    graph = Graph()
    seen = graph.take(SEEN, (1, 1, weights["read"].shape[1]))
    state = graph.take(STATE, (1, 1, units))
    read, keep = (_stored(graph, weights[name][None]) for name in ("read", "keep"))
    bias = graph.constant(weights["bias"][None].astype(np.float32))
    inputs = (seen, read, keep, bias, Value("", ()), state)
    shape = (1, 1, 1, units)
    made = graph.op("GRU", inputs, shape, hidden_size=units, linear_before_reset=1)
    flat = graph.op("Reshape", (made, graph.sizes(1, units)), (1, units))
    says = (flat, _stored(graph, weights["say"]), graph.constant(weights["prefer"]))
    graph.give(graph.op("Gemm", says, (1, count), transB=1), SCORES)
    following = graph.op("Reshape", (made, graph.sizes(1, 1, units)), state.shape)
    graph.give(following, NEXT)
    return graph.model(TASK)


def network_files(name: str, network: bytes, alphabet: Alphabet, words: str) -> dict[str, bytes]:
    """Return the files of a network by their names; ``words`` are what its card says beside."""
    tables = {NETWORK: network, LETTERS: alphabet.to_json()}
    tables[VECTOR] = _vector(network, alphabet)
    roles = {NETWORK: "network", LETTERS: "letters", VECTOR: "test vector"}
    files = "\n\n".join(
        f'[[files]]\nname   = "{file}"\nrole   = "{roles[file]}"\n'
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"'
        for file, data in tables.items()
    )
    units, count = _sizes(network)
    card = _CARD.format(
        name=as_written(name),
        words=words,
        files=files,
        letters=len(alphabet.letters),
        taken=count,
        units=units,
    )
    return {**tables, "card.toml": card.encode()}


def _sizes(network: bytes) -> tuple[int, int]:
    """Return the units of a network, and how many numbers it takes beside its state."""
    inputs = {each.name: each.shape for each in _run(network).inputs}
    return int(inputs[STATE][2]), int(inputs[SEEN][2])


def _run(network: bytes) -> Any:
    return BACKENDS["onnxruntime"].start(Stored(network), CPU, 1)


def _vector(network: bytes, alphabet: Alphabet) -> bytes:
    """Return the test vector: a letter read in some state, and what was said to it."""
    units, count = _sizes(network)
    seen = np.zeros((1, 1, count), np.float32)
    seen[0, 0, 0] = seen[0, 0, len(alphabet.letters)] = 1
    state = np.random.default_rng(0).uniform(-0.5, 0.5, (1, 1, units)).astype(np.float16)
    inputs: dict[str, NDArray[Any]] = {SEEN: seen, STATE: state}
    as_floats = {name: array.astype(np.float32) for name, array in inputs.items()}
    scores, following = _run(network).run([SCORES, NEXT], as_floats)
    packed = io.BytesIO()
    write_vector(packed, inputs, {SCORES: scores, NEXT: following})
    return packed.getvalue()


def _stored(graph: Graph, values: NDArray[Any]) -> Value:
    """Write weights as eight bits and a step for each row."""
    step = np.abs(values).max(axis=-1, keepdims=True).astype(np.float32) / _BITS
    step[step == 0] = 1
    whole = graph.constant(np.round(values / step).astype(np.int8))
    numbers = graph.op("Cast", (whole,), values.shape, to=TensorProto.FLOAT)
    return graph.op("Mul", (numbers, graph.constant(step)), values.shape)


_CARD: Final = f"""\
name    = {{name}}
task    = "{TASK}"
{{words}}

{{files}}

[[inputs]]
name    = "{SEEN}"
shape   = [1, 1, {{taken}}]
dtype   = "float32"
meaning = "the last letter, one-hot by its place in {LETTERS}, then a weight for each author"

[[inputs]]
name    = "{STATE}"
shape   = [1, 1, {{units}}]
dtype   = "float32"
meaning = "what it remembers: zeros before the first letter, then what it gave as {NEXT}"

[[outputs]]
name    = "{SCORES}"
shape   = [1, {{letters}}]
dtype   = "float32"
meaning = "a score for each letter that may follow; the softmax of them are its chances"

[[outputs]]
name    = "{NEXT}"
shape   = [1, 1, {{units}}]
dtype   = "float32"
meaning = "what it remembers now"

[parity]
tolerance = {_LAST}               # of scores, what another provider may differ by

[precision]
storage    = "int8"
arithmetic = ["float32"]
"""
