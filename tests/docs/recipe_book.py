"""Reads docs/recipes.md: each recipe is a heading, words, and one patch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

BOOK = Path(__file__).parents[2] / "docs" / "recipes.md"
TEXT = BOOK.read_text(encoding="utf-8")
DRAWER = "The drawer of small boxes"
"""The section that is no recipe: a line for each small box."""
_SECTION = re.compile(r"^## ([^\n]+)\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_PATCH = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\(#([^)]+)\)")


@dataclass(frozen=True)
class Recipe:
    """One wish: its title, the patches that grant it, and the words around them."""

    title: str
    patches: tuple[str, ...]
    words: str

    @property
    def anchor(self) -> str:
        """The anchor of its heading, as GitHub makes it."""
        return re.sub(r"[^\w -]", "", self.title.lower()).replace(" ", "-")


SECTIONS = {
    title: Recipe(title, tuple(_PATCH.findall(body)), _PATCH.sub("", body).strip())
    for title, body in _SECTION.findall(TEXT)
}
RECIPES = {title: recipe for title, recipe in SECTIONS.items() if title != DRAWER}
CONTENTS = dict(_LINK.findall(TEXT[: TEXT.index("\n## ")]))
"""The table of contents: each title and its anchor."""
LINES = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", SECTIONS[DRAWER].words, re.MULTILINE))
"""The lines of the drawer: each box and what is said of it."""
