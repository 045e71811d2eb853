"""docs/recipes.md as its tests read it: the recipes, the table of contents, and the drawer."""

from __future__ import annotations

import re
from pathlib import Path

from engine.terminal.recipes import read_recipes

BOOK = Path(__file__).parents[2] / "docs" / "recipes.md"
TEXT = BOOK.read_text(encoding="utf-8")
RECIPES = {recipe.title: recipe for recipe in read_recipes()}
HEADINGS = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
DRAWER = "The drawer of small boxes"
"""The section that is no recipe: a line for each small box."""
CONTENTS = dict(re.findall(r"\[([^\]]+)\]\(#([^)]+)\)", TEXT[: TEXT.index("\n## ")]))
"""The table of contents: each title and its anchor."""
LINES = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", TEXT, re.MULTILINE))
"""The lines of the drawer: each box and what is said of it."""
