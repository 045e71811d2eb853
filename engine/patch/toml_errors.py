"""Explain tomllib's errors to readers who have never seen TOML."""

from __future__ import annotations

import re
from pathlib import Path

from engine.core.errors import Problem

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")
_OPEN = "a text begins here with a quote that nothing closes"
_KEY = 'expected a name, "=" and a value, such as use = "pose"'
_TWICE = "this is here twice; each name may stand once"
_WORDS = (
    ("Illegal character '\\n'", _OPEN),
    ("Unterminated string", _OPEN),
    ("Expected '\"", _OPEN),
    ("Expected \"'", _OPEN),
    ("Invalid value", "cannot be read: a text stands in quotes, a number does not"),
    ("Expected newline", "more stands here than one value; a text or a time stands in quotes"),
    ("Cannot overwrite", _TWICE),
    ("Duplicate inline", _TWICE),
    ("Cannot declare", "this box is here twice; each name may stand once"),
    ("Cannot redefine", _TWICE),
    ("Cannot mutate", _TWICE),
    ("Unclosed", "a list or table that is open here is never closed, or lacks a comma"),
    ("Expected ']'", "the name of a box stands in brackets, such as [pose]"),
    ("Expected '=' after", _KEY),
    ("Invalid initial character", _KEY),
    ("Invalid statement", _KEY),
    ("Unescaped '\\'", "in quotes, a \\ is written twice; or put the text in single quotes"),
)
_BY_CHARACTER = {
    **dict.fromkeys(
        "“”„‘’«»",
        'a text stands in straight quotes: "',
    ),
    "}": "in a table { } no comma stands after the last value",
}


def explain(error: str, text: str, file: Path | None) -> Problem:
    """Return a tomllib error as a problem, with the line and its text."""
    lines = text.split("\n")
    found = _PLACE.search(error)
    if found and found[1]:
        line, column = int(found[1]), int(found[2])
        character = lines[line - 1][column - 1 : column]
    else:
        line, character = _last_opened(lines), ""
    plain_error = _PLACE.sub("", error)
    message = _BY_CHARACTER.get(character) or next(
        (words for begin, words in _WORDS if error.startswith(begin)), plain_error
    )
    source = lines[line - 1].strip()
    return Problem(f"{message}: {source}" if source else message, file, line)


def _last_opened(lines: list[str]) -> int:
    """Return the line of the quotes still open at the end; tomllib does not report it."""
    text = "\n".join(lines)
    fences = [quotes for quotes in ('"""', "'''") if text.count(quotes) % 2]
    wanted = fences or ['"', "'"]
    holding = [n for n, line in enumerate(lines, 1) if any(quotes in line for quotes in wanted)]
    return holding[-1] if holding else len(lines)
