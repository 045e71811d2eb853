"""From the name of a patch to its file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from engine.core.errors import PatchError, Problem
from engine.core.files import UNSEEN_ENDINGS, installed_folder
from engine.core.nearest import nearest
from engine.patch.load import parse, read_text

FIRST: Final = "first_light.toml"
"""The patch that plays when none is named."""

_SUFFIX: Final = ".toml"


def find_patch(name: str) -> Path:
    """Return the path of a patch, given as a path or as the name of a shipped patch.

    The ending of its file may be left out. Raise PatchError when there is none.
    """
    if not name.strip():
        raise PatchError([Problem("no patch is named: name a file, such as show.toml")])
    given = Path(name)
    full = given.with_name(f"{given.name.removesuffix(_SUFFIX)}{_SUFFIX}") if given.name else given
    shipped = installed_folder("patches") / full.name
    # lexists: False as well for what no file can be called
    found = next((file for file in (given, full, shipped) if os.path.lexists(file)), None)
    if found is None:
        raise PatchError([Problem(f"there is no such patch{_hint(full)}", given)])
    if found.is_dir():
        patch = next(filter(_has_boxes, sorted(_listed(found))), None)
        hint = f", such as {patch}" if patch else ""
        raise PatchError([Problem(f"is a folder: name a patch in it{hint}", found)])
    return found


def shipped_patches() -> list[Path]:
    """Return the patches that come with Sensorium, sorted by name."""
    return sorted(installed_folder("patches").glob(f"*{_SUFFIX}"))


def _hint(missing: Path) -> str:
    """Return how a sentence goes on that says that a patch is not there."""
    beside = {file.name for file in _listed(missing.parent)}
    meant = (name + ending for ending in UNSEEN_ENDINGS for name in (missing.name, missing.stem))
    if there := next((name for name in meant if name in beside), ""):
        return f', but "{there}": your editor added the ending; name it {missing.name}'
    own = (name.removesuffix(_SUFFIX) for name in beside if name.endswith(_SUFFIX))
    return "." + nearest(missing.stem, [*own, *(file.stem for file in shipped_patches())])


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (OSError, ValueError):  # ValueError: what no folder can be called
        return []


def _has_boxes(file: Path) -> bool:
    """Whether a file is a patch, and no other TOML such as pyproject.toml."""
    if file.suffix != _SUFFIX:
        return False
    try:
        tables = parse(read_text(file), file).tables
    except PatchError:
        return False
    return any(isinstance(table, dict) and "use" in table for table in tables.values())
