"""The patches that come with Sensorium, to begin with: listed, and copied to be changed."""

from __future__ import annotations

from itertools import dropwhile, takewhile
from pathlib import Path

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.errors import PatchError, Problem
from engine.core.os_errors import os_reason
from engine.patch.load import RIG, read_texts
from engine.runtime.opening import shipped_patches

_SUFFIX = ".toml"
_SCHEMA = "#:schema"
"""Begins the line that tells editors where the schema lies; from a copy it does not lie there."""


def starter_list() -> RenderableType:
    """Return the list of the patches that there are to begin with, by name."""
    table = Table.grid(padding=(0, 2))
    for file in shipped_patches():
        table.add_row(Text(file.stem, style="cyan"), _summary(file))
    last = "A copy of one to change: sensorium new mine.toml --from "
    return Group(table, Text(f"\n{last}{shipped_patches()[0].stem}", style="dim"))


def copy_starter(starter: Path, name: str) -> Path:
    """Write a copy of a patch under a new name, which may lack its ending; return its path.

    Nothing is overwritten. Raise PatchError when the name is none for a patch or is taken, or the
    file cannot be written.
    """
    file = _as_patch(name)
    lines = read_texts(starter).patch.splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(_SCHEMA))
    made = False
    try:
        with file.open("x", encoding="utf-8") as stream:
            made = True
            stream.write(kept.replace(f"patches/{starter.name}", as_typed(file)))
    except FileExistsError:
        raise _refused("is there already, and stays as it is: give another name", file) from None
    except OSError as error:
        if made:
            file.unlink(missing_ok=True)
        raise _refused(f"cannot be written: {os_reason(error)}", file) from None
    return file


def as_typed(file: Path) -> str:
    """Return a path as it is typed in a command: in quotes where there is a blank in it."""
    return f'"{file}"' if " " in str(file) else str(file)


def _as_patch(name: str) -> Path:
    """Return the path of a new patch. Raise PatchError when a patch cannot be called so."""
    file = Path(name)
    if not file.name.strip(".") or "\0" in name:
        raise _refused("is no name that a file can have", file)
    if not file.suffix:
        file = file.with_suffix(_SUFFIX)
    if file.suffix != _SUFFIX:
        named = f"{file.stem.removesuffix(_SUFFIX)}{_SUFFIX}"
        raise _refused(f"the name of a patch ends in {_SUFFIX}: {named}", file)
    if file.name == RIG:
        raise _refused("is laid over the patches beside it: give another name", file)
    if not file.parent.is_dir():
        raise _refused(f"there is no folder {file.parent}", file)
    return file


def _summary(file: Path) -> str:
    """Return what a patch says of itself: its first comment, up to an empty line of it."""
    lines = iter(file.read_text(encoding="utf-8").splitlines())
    begun = dropwhile(lambda line: not line.startswith("# "), lines)
    return " ".join(line.removeprefix("# ") for line in takewhile(lambda x: x != "#", begun))


def _refused(message: str, file: Path) -> PatchError:
    return PatchError([Problem(message, file)])
