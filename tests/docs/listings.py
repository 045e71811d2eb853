"""Reads the listings of a Markdown file: files by their first line, and commands with their output.

A fenced block whose first line is a comment with a path is a file of that path. A block "console"
holds commands, each after "$ ", and below each what it prints; "..." stands for any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PATH = re.compile(r"# ([\w./-]+\.(?:py|toml|txt))\n")


@dataclass(frozen=True)
class File:
    """A file that a reader writes: ``path`` within the folder of the show, and its text."""

    path: str
    text: str


@dataclass(frozen=True)
class Command:
    """What a reader types, and what must be printed then."""

    line: str
    expected: str

    def matches(self, printed: str) -> bool:
        """Whether this was printed; how lines are wrapped and end does not matter."""
        parts = [re.escape(part) for part in " ".join(self.expected.split()).split("...")]
        return re.fullmatch(".*".join(parts), " ".join(printed.split())) is not None


def read_listings(document: Path) -> Iterator[File | Command]:
    """Yield the files and commands of a Markdown file, in order."""
    for language, text in _BLOCK.findall(document.read_text(encoding="utf-8")):
        if language == "console":
            for one in text.split("$ ")[1:]:
                line, _, expected = one.partition("\n")
                yield Command(line, expected)
        elif path := _PATH.match(text):
            yield File(path[1], text)
