"""docs/pictures.md as its tests read it: the patches by their titles, and the table of boxes."""

from __future__ import annotations

import re
from pathlib import Path

BOOK = Path(__file__).parents[2] / "docs" / "pictures.md"
TEXT = BOOK.read_text(encoding="utf-8")
PATCHES = {
    re.findall(r'^title = "(.+)"$', patch, re.MULTILINE)[0]: patch
    for patch in re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)
}
LINES = re.findall(r"^\| (`.+`) \| .+ \| \[.+ \|$", TEXT, re.MULTILINE)
"""The boxes of each line of the table."""


def watched(patch: str) -> str:
    """Return a patch with a collector, ``seen``, at the end of its chain: behind the last box."""
    last = re.findall(r"^\[(\w+)\]$", patch, re.MULTILINE)[-1]
    return f'{patch}\n[seen]\nuse = "collector"\n[seen.send]\nin = "{last}"\n'
