"""What makes a model on a performer's machine comes along with all that it imports."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
SCRIPTS = [
    name for name in _WHEEL["wheel"]["force-include"] if name.startswith("models/")
]  # fmt: skip


def imported(script: Path) -> set[str]:
    """Return the modules that a script imports, by their first names."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(script.read_text())):
        if isinstance(node, ast.Import):
            found |= {each.name.partition(".")[0] for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_that_comes_along_finds_what_it_imports_of_ours(script: str) -> None:
    ours = {f"models/{name}.py" for name in imported(ROOT / script)}
    missing = {name for name in ours if (ROOT / name).is_file()} - {*SCRIPTS}
    assert not missing
