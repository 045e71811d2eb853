"""What a patch of one's own begins as: a shipped patch, a recipe, or a patch that is there."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from itertools import dropwhile, takewhile
from pathlib import Path

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.errors import PatchError, Problem
from engine.core.nearest import nearest
from engine.core.os_errors import os_reason
from engine.patch.find import find_patch, shipped_patches
from engine.patch.load import RIG, read_texts
from engine.terminal.recipes import Recipe, read_recipes, recipe_name

_SUFFIX = ".toml"
_SCHEMA = "#:schema"
"""Begins the line that tells editors where the schema lies; from a copy it does not lie there."""
_WIDTH = 98


@dataclass(frozen=True)
class Starter:
    """A patch to begin with: its name, its text, and what it is called in that text."""

    name: str
    text: str
    called: str

    def written_for(self, file: Path) -> str:
        """Return the text of a copy of it, which speaks of the file that it is in."""
        lines = self.text.splitlines(keepends=True)
        kept = "".join(line for line in lines if not line.startswith(_SCHEMA))
        return kept.replace(self.called, as_typed(file))


def starter_list() -> RenderableType:
    """Return the list of the patches and recipes that there are to begin with, by name."""
    patches = Table.grid(padding=(0, 2))
    for file in shipped_patches():
        patches.add_row(Text(file.stem, style="cyan"), _summary(file))
    return Group(
        patches,
        Text("\nRecipes, each for one wish (docs/recipes.md)\n", style="bold"),
        Columns([Text(recipe.name, style="cyan") for recipe in read_recipes()], padding=(0, 3)),
        Text("\nA copy of one to change: sensorium new mine.toml --from canon", style="dim"),
    )


def find_starter(name: str) -> Starter:
    """Return a patch to begin with, given as for ``find_patch`` or as a recipe.

    Raise PatchError when there is none.
    """
    try:
        file = find_patch(name)
    except PatchError:
        recipes = {recipe.name: recipe for recipe in read_recipes()}
        wanted = recipe_name(name)
        if wanted in recipes:
            return _of_recipe(recipes[wanted])
        if hint := nearest(wanted, recipes):
            raise _refused(f"there is no such patch or recipe.{hint}", Path(name)) from None
        raise
    return Starter(file.stem, read_texts(file).patch, f"patches/{file.name}")


def copy_starter(starter: Starter, name: str) -> Path:
    """Write a copy of a patch under a new name, which may lack its ending; return its path.

    Nothing is overwritten. Raise PatchError when the name is none for a patch or is taken, or the
    file cannot be written.
    """
    file = _as_patch(name)
    made = False
    try:
        with file.open("x", encoding="utf-8") as stream:
            made = True
            stream.write(starter.written_for(file))
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


def _of_recipe(recipe: Recipe) -> Starter:
    called = f"{recipe.name}{_SUFFIX}"
    words = textwrap.wrap(recipe.words, _WIDTH)
    head = [*words, "", f"Play it: sensorium play {called}"]
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head)
    return Starter(recipe.name, f"{comment}\n{recipe.patch}", called)


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
