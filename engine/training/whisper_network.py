"""Writes the two networks of Whisper (Radford et al. 2022, arXiv 2212.04356) as ONNX graphs.

The encoder takes a spectrogram of any length and gives what the decoder attends to; the decoder
takes the tokens that are new and what it gave for those before, so that a token costs the same
however long the text is. It also gives how its alignment heads attend to the sound, which is when
each word was spoken.

Products of matrices run in whole numbers: weights of 7 bits, one scale for each column, against
activations of 8 bits. Why 7: on processors without VNNI two products of 8 bits overflow in the
register that adds them, and every machine is to hear the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto

from engine.core.errors import ModelError
from engine.training.gradient import Graph, Value

Weights = Mapping[str, NDArray[Any]]
Array = NDArray[Any]

_LEVELS: Final = 63
"""Steps of a weight on each side of 0."""
_EPSILON: Final = 1e-5
_MASKED: Final = -1e9


@dataclass(frozen=True)
class Sizes:
    """What the shapes of weights do not say: heads, and those of the decoder that align.

    ``aligning`` are pairs of a layer and a head, by rising layer.
    """

    heads: int
    aligning: tuple[tuple[int, int], ...]


def encoder_network(weights: Weights, sizes: Sizes) -> bytes:
    """Return the encoder: ``mel`` (1, bands, 2 t) to ``keys`` and ``values`` (layers, 1, t, width).

    Raises ModelError where a weight is missing.
    """
    try:
        return _Encoder(weights, sizes).network()
    except KeyError as error:
        raise ModelError(f"there are no weights {error}") from None


def decoder_network(weights: Weights, sizes: Sizes) -> bytes:
    """Return the decoder.

    It takes ``ids`` int64 (1, n), ``past_keys`` and ``past_values`` (layers, 1, p, width), and
    ``keys`` and ``values`` of the encoder. It gives the ``logits`` (tokens,) of the last id, its
    own ``new_keys`` and ``new_values`` (layers, 1, p + n, width), and ``attention`` (heads, n, t)
    of the heads that align, each row with the sum 1. Raises ModelError where a weight is missing.
    """
    try:
        return _Decoder(weights, sizes).network()
    except KeyError as error:
        raise ModelError(f"there are no weights {error}") from None


class _Transformer:
    """What both networks are made of; values have no shapes here, as lengths are not known."""

    def __init__(self, weights: Weights, sizes: Sizes) -> None:
        self._weights = weights
        self._sizes = sizes
        self._graph = Graph()

    def op(self, kind: str, *inputs: Value, **attributes: Any) -> Value:
        return self._graph.op(kind, inputs, (), **attributes)

    def stored(self, name: str) -> Array:
        return np.asarray(self._weights[name], np.float32)

    def constant(self, array: Array) -> Value:
        """Store numbers as float16, as they were published."""
        half = self._graph.constant(np.asarray(array, np.float16))
        return self.op("Cast", half, to=TensorProto.FLOAT)

    def width(self) -> int:
        return int(self.stored(f"{self.PART}/layer_norm/gamma").shape[0])

    def layers(self) -> int:
        begins = f"{self.PART}/layer_"
        return 1 + max(
            int(name.removeprefix(begins).split("/")[0])
            for name in self._weights
            if name.startswith(begins) and name.removeprefix(begins)[0].isdigit()
        )

    PART = ""

    def normed(self, value: Value, name: str) -> Value:
        gain, shift = (self.constant(self.stored(f"{name}/{one}")) for one in ("gamma", "beta"))
        return self.op("LayerNormalization", value, gain, shift, axis=-1, epsilon=_EPSILON)

    def linear(self, value: Value, name: str) -> Value:
        made = self.product(value, *whole(self.stored(f"{name}/weight").T))
        return self.op("Add", made, self.constant(self.stored(f"{name}/bias")))

    def product(self, value: Value, steps: Array, scale: Array) -> Value:
        """Multiply by a matrix of whole numbers with a scale for each column."""
        quantised, size, zero = self._graph.ops("DynamicQuantizeLinear", (value,), 3)
        made = self.op("MatMulInteger", quantised, self._graph.constant(steps), zero)
        scales = self.op("Mul", size, self._graph.constant(scale))
        return self.op("Mul", self.op("Cast", made, to=TensorProto.FLOAT), scales)

    def split(self, value: Value, count: int) -> tuple[Value, ...]:
        sizes = self._graph.sizes(*[self.width()] * count)
        return self._graph.ops("Split", (value, sizes), count, axis=-1)

    def heads(self, value: Value) -> Value:
        """Lay out (1, n, width) as (1, heads, n, size)."""
        sizes = self._graph.sizes(1, -1, self._sizes.heads, self.width() // self._sizes.heads)
        return self.op("Transpose", self.op("Reshape", value, sizes), perm=[0, 2, 1, 3])

    def attend(
        self, queries: Value, keys: Value, values: Value, mask: Value | None = None
    ) -> tuple[Value, Value]:
        """Return what is attended to (1, n, width), and how much (1, heads, n, m)."""
        turned = self.op("Transpose", self.heads(keys), perm=[0, 1, 3, 2])
        size = self.width() // self._sizes.heads
        scaled = self.op("Mul", self.heads(queries), self._graph.number(size**-0.5))
        scores = self.op("MatMul", scaled, turned)
        if mask is not None:
            scores = self.op("Add", scores, mask)
        shares = self.op("Softmax", scores, axis=-1)
        found = self.op("MatMul", shares, self.heads(values))
        flat = self.op("Transpose", found, perm=[0, 2, 1, 3])
        return self.op("Reshape", flat, self._graph.sizes(1, -1, self.width())), shares

    def gelu(self, value: Value) -> Value:
        bent = self.op("Erf", self.op("Mul", value, self._graph.number(0.5**0.5)))
        raised = self.op("Add", bent, self._graph.number(1.0))
        return self.op("Mul", self.op("Mul", value, raised), self._graph.number(0.5))

    def feed_forward(self, value: Value, layer: str) -> Value:
        normed = self.normed(value, f"{layer}/ffn/layer_norm")
        wide = self.gelu(self.linear(normed, f"{layer}/ffn/linear_0"))
        return self.op("Add", value, self.linear(wide, f"{layer}/ffn/linear_1"))

    def stack(self, values: list[Value]) -> Value:
        first = self._graph.sizes(0)
        return self.op("Concat", *(self.op("Unsqueeze", one, first) for one in values), axis=0)

    def first_sizes(self, value: Value, table: Value) -> Value:
        """Return as many rows of a table as a value (1, n, width) has."""
        length = self.op("Shape", value, start=1, end=2)
        return self.op("Slice", table, self._graph.sizes(0), length, self._graph.sizes(0))


class _Encoder(_Transformer):
    PART = "encoder"

    def network(self) -> bytes:
        bands = int(self.stored("encoder/conv1/weight").shape[1])
        value = self._graph.take("mel", (1, bands, "frames"))
        for name, stride in (("conv1", 1), ("conv2", 2)):
            weight, bias = (self.stored(f"encoder/{name}/{one}") for one in ("weight", "bias"))
            inputs = (value, self.constant(weight), self.constant(bias))
            value = self.gelu(self.op("Conv", *inputs, pads=[1, 1], strides=[stride]))
        value = self.op("Transpose", value, perm=[0, 2, 1])
        places = self.constant(self.stored("encoder/position_encodings/encodings"))
        value = self.op("Add", value, self.first_sizes(value, places))
        for number in range(self.layers()):
            value = self._layer(value, f"encoder/layer_{number}")
        value = self.normed(value, "encoder/layer_norm")
        pairs = [self._heard(value, number) for number in range(_Decoder.count(self._weights))]
        for name, column in (("keys", 0), ("values", 1)):
            shape = (len(pairs), 1, "steps", self.width())
            self._graph.give(self.stack([pair[column] for pair in pairs]), name, shape=shape)
        return self._graph.model("whisper_encoder")

    def _layer(self, value: Value, layer: str) -> Value:
        normed = self.normed(value, f"{layer}/self_attention/layer_norm")
        parts = self.split(self.linear(normed, f"{layer}/self_attention/linear_0"), 3)
        attended, _ = self.attend(*parts)
        value = self.op("Add", value, self.linear(attended, f"{layer}/self_attention/linear_1"))
        return self.feed_forward(value, layer)

    def _heard(self, value: Value, number: int) -> tuple[Value, ...]:
        """Return the keys and values of a layer of the decoder."""
        return self.split(self.linear(value, f"decoder/layer_{number}/attention/linear_1"), 2)


class _Decoder(_Transformer):
    PART = "decoder"

    @staticmethod
    def count(weights: Weights) -> int:
        return _Decoder(weights, Sizes(1, ())).layers()

    def network(self) -> bytes:
        layers, width = self.layers(), self.width()
        ids = self._graph.take("ids", (1, "new"), TensorProto.INT64)
        past = [self._graph.take(f"past_{one}", (layers, 1, "past", width)) for one in _PAIR]
        sound = [self._graph.take(one, (layers, 1, "steps", width)) for one in _PAIR]
        steps, scale = whole(self.stored("decoder/embeddings/weight").T)
        value = self._placed(self._embedded(ids, steps, scale), past[0])
        mask = self._mask(value, past[0])
        kept: list[tuple[Value, Value]] = []
        looked: list[Value] = []
        for number in range(layers):
            before = tuple(self._of_layer(one, number) for one in past)
            heard = tuple(self._of_layer(one, number) for one in sound)
            value, new, shares = self._layer(value, number, before, heard, mask)
            kept.append(new)
            looked += [
                self._of_head(shares, head) for at, head in self._sizes.aligning if at == number
            ]
        last = self.op(
            "Gather", self.normed(value, "decoder/layer_norm"), self._graph.sizes(-1), axis=1
        )
        logits = self.product(last, steps, scale)
        flat = self.op("Reshape", logits, self._graph.sizes(-1))
        self._graph.give(flat, "logits", shape=(steps.shape[1],))
        for name, column in zip(_PAIR, (0, 1), strict=True):
            shape = (layers, 1, "all", width)
            self._graph.give(
                self.stack([pair[column] for pair in kept]), f"new_{name}", shape=shape
            )
        heads = self.op("Concat", *looked, axis=0)
        self._graph.give(heads, "attention", shape=(len(looked), "new", "steps"))
        return self._graph.model("whisper_decoder")

    def _embedded(self, ids: Value, steps: Array, scale: Array) -> Value:
        """Return the vectors of tokens (1, n, width), of the matrix that makes the logits too."""
        columns = self.op("Gather", self._graph.constant(steps), ids, axis=1)
        turned = self.op("Transpose", columns, perm=[1, 2, 0])
        sizes = self.op("Gather", self._graph.constant(scale), ids, axis=0)
        deep = self.op("Unsqueeze", sizes, self._graph.sizes(2))
        return self.op("Mul", self.op("Cast", turned, to=TensorProto.FLOAT), deep)

    def _placed(self, value: Value, past: Value) -> Value:
        """Add to each token the vector of its place in the text."""
        places = self.constant(self.stored("decoder/position_encodings/encodings"))
        begin = self.op("Shape", past, start=2, end=3)
        end = self.op("Add", begin, self.op("Shape", value, start=1, end=2))
        rows = self.op("Slice", places, begin, end, self._graph.sizes(0))
        return self.op("Add", value, rows)

    def _mask(self, value: Value, past: Value) -> Value:
        """Return what hides from each new token those behind it, (n, p + n)."""
        new = self.op("Shape", value, start=1, end=2)
        before = self.op("Shape", past, start=2, end=3)
        whole_size = self.op("Concat", new, self.op("Add", before, new), axis=0)
        hidden = self.op("Expand", self._graph.number(_MASKED), whole_size)
        one = self._graph.constant(np.array(1, np.int64))
        first = self.op("Add", self.op("Squeeze", before, self._graph.sizes(0)), one)
        return self.op("Trilu", hidden, first, upper=1)

    def _layer(
        self,
        value: Value,
        number: int,
        before: tuple[Value, ...],
        heard: tuple[Value, ...],
        mask: Value,
    ) -> tuple[Value, tuple[Value, Value], Value]:
        layer = f"decoder/layer_{number}"
        normed = self.normed(value, f"{layer}/self_attention/layer_norm")
        queries, *new = self.split(self.linear(normed, f"{layer}/self_attention/linear_0"), 3)
        keys, values = (
            self.op("Concat", old, one, axis=1) for old, one in zip(before, new, strict=True)
        )
        attended, _ = self.attend(queries, keys, values, mask)
        value = self.op("Add", value, self.linear(attended, f"{layer}/self_attention/linear_1"))
        normed = self.normed(value, f"{layer}/attention/layer_norm")
        asked = self.linear(normed, f"{layer}/attention/linear_0")
        attended, shares = self.attend(asked, *heard)
        value = self.op("Add", value, self.linear(attended, f"{layer}/attention/linear_2"))
        return self.feed_forward(value, layer), (keys, values), shares

    def _of_layer(self, value: Value, number: int) -> Value:
        return self.op("Gather", value, self._graph.constant(np.array(number, np.int64)), axis=0)

    def _of_head(self, shares: Value, head: int) -> Value:
        """Return how one head attends, (1, n, t)."""
        one = self.op("Gather", shares, self._graph.sizes(head), axis=1)
        return self.op("Squeeze", one, self._graph.sizes(0))


_PAIR: Final = ("keys", "values")


def whole(matrix: Array) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Return a matrix in steps, int8 of -63 to 63, and the size of a step in each column."""
    largest = np.abs(matrix).max(axis=0)
    scale = np.where(largest > 0, largest, 1.0) / _LEVELS
    return np.rint(matrix / scale).astype(np.int8), scale.astype(np.float32)
