"""Find the line of every key of a TOML text; tomllib gives values without positions.

The text is known to be valid TOML: it is scanned only as far as needed to tell keys from strings,
comments, lists and inline tables.
"""

from __future__ import annotations

import re
import tomllib
from typing import Any

KeyPath = tuple[str, ...]

DEEPEST = 64
"""Maximum nesting depth of a key."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PART = re.compile(r"""[ \t]*([\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""", re.ASCII)
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|'
    r"'''.*?'{3,5}|"
    r'"(?:[^"\\\n]|\\.)*"|'
    r"'[^'\n]*'",
    re.DOTALL,
)
_PLAIN = re.compile(r"[^,\]}#\n]+")


def find_lines(text: str) -> dict[KeyPath, int]:
    """Return the line, from 1, of every header and key, including those in lists and inline tables.

    List entries are named "#1", "#2" ...; only entries that are lists or tables are included. Raise
    ValueError when they are nested too deeply.
    """
    return _Scanner(text).document()


def find_ends(text: str) -> dict[KeyPath, tuple[int, int]]:
    """Return the first and last line, from 1, of the last key that each table with a header has.

    Of a table without keys these are the line of its header. Raise ValueError as ``find_lines``.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.ends


class _Scanner:
    """Scans a text from one key to the next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._counted, self._lines = 0, 1
        self._found: dict[KeyPath, int] = {}
        self.ends: dict[KeyPath, tuple[int, int]] = {}

    def document(self) -> dict[KeyPath, int]:
        """Scan the whole text and return the lines."""
        table: KeyPath = ()
        while self._next():
            line = self._line()
            if self._accept("["):
                double = self._accept("[")
                table = self._key()
                self._at += 2 if double else 1
                self._record(table, line)
                self.ends[table] = (line, line)
            else:
                self._pair(table)
                self.ends[table] = (line, self._line())
        return self._found

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table + self._key()
        self._record(path, line, len(table))
        self._accept("=")
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        char = self._next()
        if self._accept("["):
            count = 0
            while self._next() != "]":
                count += 1
                entry = (*path, f"#{count}")
                if self._next() in ("[", "{"):
                    self._record(entry, self._line())
                self._value(entry)
                self._next()
                self._accept(",")
            self._at += 1
        elif self._accept("{"):
            while self._next() != "}":
                self._pair(path)
                self._next()
                self._accept(",")
            self._at += 1
        else:
            self._skip(_TEXT if char in ("'", '"') else _PLAIN)

    def _key(self) -> KeyPath:
        """Parse a key, dotted or not."""
        path: list[str] = []
        while part := _PART.match(self._text, self._at):
            self._at = part.end()
            path.append(_unquote(part[1]))
            if not self._accept("."):
                break
        return tuple(path)

    def _record(self, path: KeyPath, line: int, begin: int = 0) -> None:
        """Record the line of a key, and of the tables it implies where they have none."""
        if len(path) > DEEPEST:  # recording takes time cubic in the depth
            raise ValueError("lists or tables lie too deep in one another")
        for end in range(begin + 1, len(path)):
            self._found.setdefault(path[:end], line)
        self._found[path] = line

    def _next(self) -> str:
        """Skip blanks, line ends and comments; return the next character, "" at the end."""
        self._skip(_BLANK)
        return self._text[self._at : self._at + 1]

    def _accept(self, char: str) -> bool:
        """Skip one character if it is there; return whether it was."""
        found = self._text.startswith(char, self._at)
        self._at += found
        return found

    def _skip(self, pattern: re.Pattern[str]) -> None:
        if found := pattern.match(self._text, self._at):
            self._at = found.end()

    def _line(self) -> int:
        self._lines += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._lines


def _unquote(part: str) -> str:
    if part[0] not in "'\"":
        return part
    value: dict[str, Any] = tomllib.loads(f"key = {part}")
    return str(value["key"])
