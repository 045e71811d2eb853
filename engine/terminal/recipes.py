"""The recipes of docs/recipes.md: each is a heading, a sentence or two, and one whole patch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.core.files import installed_folder

FILE = "recipes.md"
_SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PATCH = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Recipe:
    """One wish: its title, the words about it, and the patch that grants it."""

    title: str
    words: str
    patch: str

    @property
    def name(self) -> str:
        """What it is called in commands and links: "flash-on-the-kick"."""
        return recipe_name(self.title)


def recipe_name(title: str) -> str:
    """Return the anchor of a heading, as GitHub makes it."""
    return re.sub(r"[^\w -]", "", title.strip().lower()).replace(" ", "-")


def read_recipes() -> list[Recipe]:
    """Return all recipes in the order of the page; a section without a patch is none."""
    text = (installed_folder("docs") / FILE).read_text(encoding="utf-8")
    return [
        Recipe(title, " ".join(_PATCH.sub("", body).split()), patch[1])
        for title, body in _SECTION.findall(text)
        if (patch := _PATCH.search(body))
    ]
