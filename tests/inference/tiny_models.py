"""Writes folders of models out of the networks in ``tiny``, for tests."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from engine.inference.vector import write_vector

TINY = Path(__file__).parent / "tiny"
DOUBLE = {"network": "double.onnx"}
TENSORS = """
[[inputs]]
name  = "x"
shape = ["n"]
dtype = "float32"
[[outputs]]
name  = "y"
shape = ["n"]
dtype = "float32"
"""


def write_model(
    folder: Path,
    files: Mapping[str, str] = DOUBLE,
    *,
    more: str = "",
    vector: bool = False,
    task: str = "double",
) -> Path:
    """Write a model named as its folder; ``files`` of ``tiny`` by role, ``more`` of its card.

    ``vector`` adds the test vector of ``double``.
    """
    folder.mkdir(parents=True)
    written = dict(files)
    for name in written.values():
        (folder / name).write_bytes((TINY / name).read_bytes())
    if vector:
        written["test vector"] = "vector.npz"
        x = np.array([0.5, -3.0, 100.0], np.float32)
        write_vector(folder / "vector.npz", {"x": x}, {"y": 2 * x})
    tables = [f'name = "{folder.name}"', f'task = "{task}"', "[parity]", "tolerance = 1e-4"]
    for role, name in written.items():
        digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        tables += ["[[files]]", f'name = "{name}"', f'role = "{role}"', f'sha256 = "{digest}"']
    (folder / "card.toml").write_text("\n".join([*tables, more]) + "\n")
    return folder


def numbers(*values: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return what the tiny networks take."""
    return np.array(values, np.float32)
