"""Reads a patch, and the ``rig.toml`` beside it, and remembers on which line each key stands.

tomllib gives values without positions, so the text is scanned once more for headers and keys.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.core.errors import PatchError, Problem

KeyPath = tuple[str, ...]
Place = tuple[Path | None, int | None]
RIG = "rig.toml"

_HEADER = re.compile(r"^\s*\[\[?\s*(.+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_ERROR_LINE = re.compile(r"\s*\(at line (\d+), column \d+\)")
_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'|#.*$')


@dataclass
class Document:
    """A patch as written: its tables, and where each key stands."""

    tables: dict[str, Any]
    file: Path | None = None
    places: dict[KeyPath, Place] = field(default_factory=dict)

    def place(self, path: KeyPath) -> Place:
        """Give the file and line of a key, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (self.file, None))

    def problem(self, message: str, box: str, *path: str) -> Problem:
        """Make a problem that names where a key of a box stands."""
        file, line = self.place((box, *path))
        return Problem(message, file, line, box, " ".join(path) or None)

    def override(self, box: str, key: str, value: object) -> None:
        """Lay one value over a table, as a rig or the command line does."""
        self.tables.setdefault(box, {})[key] = value


def load(file: Path) -> Document:
    """Read a patch and lay the ``rig.toml`` beside it over its tables; raises PatchError."""
    document = parse(_read(file), file)
    rig = file.parent / RIG
    if rig.is_file() and rig != file:
        _lay_over(document, parse(_read(rig), rig))
    return document


def parse(text: str, file: Path | None = None) -> Document:
    """Read a patch from its text; raises PatchError with the line that is no TOML."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PatchError([_syntax(str(error), text, file)]) from None
    places: dict[KeyPath, Place] = {path: (file, line) for path, line in _scan(text)}
    return Document(tables, file, places)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PatchError([Problem("is not UTF-8 text", file, line)]) from None
    except OSError as error:
        raise PatchError([Problem(error.strerror or "cannot be read", file)]) from None


def _lay_over(document: Document, rig: Document) -> None:
    for box, table in rig.tables.items():
        if isinstance(table, dict) and isinstance(document.tables.get(box), dict):
            document.tables[box].update(table)
            for path, place in rig.places.items():
                if path[0] == box and len(path) > 1:
                    document.places[path] = place


def _syntax(error: str, text: str, file: Path | None) -> Problem:
    found = _ERROR_LINE.search(error)
    line = int(found[1]) if found else text.count("\n") + 1
    message = _ERROR_LINE.sub("", error).replace(" (at end of document)", " at the end of the file")
    written = text.splitlines()[line - 1].strip() if 0 < line <= len(text.splitlines()) else ""
    if message == "Invalid value":
        message = "cannot be read: a text stands in quotes, a number does not"
    return Problem(f"{message}: {written}" if written else message, file, line)


def _scan(text: str) -> Iterator[tuple[KeyPath, int]]:
    """Yield the path and line of every header and key that begins a line."""
    table: KeyPath = ()
    depth = 0
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if fence:
            fence = "" if fence in line else fence
            continue
        if depth == 0:
            if header := _HEADER.match(line):
                table = _path(f"[{header[1]}]")
                yield table, number
                continue
            if key := _KEY.match(line):
                yield from _prefixes(table, _path(f"{key[1]} = 0"), number)
        fence = next((quote for quote in ('"""', "'''") if line.count(quote) % 2), "")
        bare = _STRINGS.sub("", line)
        depth += bare.count("[") + bare.count("{") - bare.count("]") - bare.count("}")


def _prefixes(table: KeyPath, path: KeyPath, line: int) -> Iterator[tuple[KeyPath, int]]:
    for end in range(1, len(path) + 1):
        yield table + path[:end], line


def _path(toml: str) -> KeyPath:
    """Take a dotted key apart, by the same parser that read the file."""
    path: list[str] = []
    value: Any = tomllib.loads(toml)
    while isinstance(value, dict) and value:
        [(key, value)] = value.items()
        path.append(key)
    return tuple(path)
