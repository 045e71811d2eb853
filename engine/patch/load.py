"""Read a patch and the ``rig.toml`` beside it, with the line of every key.

tomllib gives values without positions; ``positions`` finds the lines.
"""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from engine.core.errors import PatchError, Problem, UnreadableFile
from engine.core.files import read_file
from engine.core.toml_errors import explain
from engine.patch.positions import KeyPath, find_lines

Place = tuple[Path | None, int | None]
RIG = "rig.toml"
MACHINES: Final = "machines"
"""The table of machines; no box may have its name."""
MAX_CHARACTERS = 1_000_000
MAX_BYTES = 4 * MAX_CHARACTERS
"""What so many characters take in UTF-8; a file that is larger is not even read."""
_TOO_LONG = f"a patch has {MAX_CHARACTERS} characters at most"
_OTHERS = (
    (b"{\\rtf", "is a document with fonts (RTF)"),
    (b"PK\x03\x04", "is a document of a word processor, or packed"),
    (b"\xd0\xcf\x11\xe0", "is a document of a word processor"),
    (b"%PDF", "is a PDF"),
    (b"<!", "is a web page"),
    (b"<html", "is a web page"),
)
"""How what programs save in the place of plain text begins, and what it is called."""
_DEEP_NAME = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts that a patch is made of: its own and that of ``rig.toml`` (None without one)."""

    file: Path | None
    patch: str
    rig: str | None = None


@dataclass
class Document:
    """A parsed patch: its tables, the position of each key, and its texts.

    ``rig`` is the parsed rig, whose tables are laid over it already.
    ``said`` holds what set a key that no text has, such as "--set reach.joint=nose".
    """

    tables: dict[str, Any]
    file: Path | None = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    texts: Texts | None = None
    rig: Document | None = None
    said: dict[KeyPath, str] = field(default_factory=dict)

    def place(self, path: KeyPath) -> Place:
        """Return the file and line of a key, or of its nearest enclosing table."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (self.file, None))

    def problem(self, message: str, box: str, *path: str) -> Problem:
        """Return a problem located at a key of a box."""
        file, line = self.place((box, *path))
        return Problem(message, file, line, box, " ".join(path) or None)

    def override(self, box: str, key: str, value: object, by: str = "") -> None:
        """Set one value of a table; ``by`` names its origin in problems."""
        self.tables.setdefault(box, {})[key] = value
        self._forget_places((box, key))
        if by:
            self.places[box, key] = (Path(by), None)
            self.said[box, key] = by

    def overlay(
        self, tables: Mapping[str, dict[str, Any]], places: Mapping[KeyPath, Place]
    ) -> None:
        """Merge tables into those of the same names; ``send`` is merged port by port."""
        gone: set[KeyPath] = set()
        for box, table in tables.items():
            own = self.tables[box]
            for key, value in table.items():
                both = isinstance(value, dict) and isinstance(own.get(key), dict)
                if key == "send" and both:
                    gone |= {(box, key, port) for port in value}
                    own[key] = {**own[key], **value}
                else:
                    gone.add((box, key))
                    own[key] = value
        kept = {p: at for p, at in self.places.items() if not {p[:2], p[:3]} & gone}
        laid = {
            p: at for p, at in places.items() if p[0] in tables and p[1:] not in ((), ("send",))
        }
        self.places = {**kept, **laid}

    def _forget_places(self, path: KeyPath) -> None:
        """Drop the positions of a key and of everything below it."""
        self.places = {p: at for p, at in self.places.items() if p[: len(path)] != path}


def load(file: Path) -> Document:
    """Read a patch and apply the ``rig.toml`` beside it. Raise PatchError when unreadable."""
    return load_texts(read_texts(file))


def read_texts(file: Path) -> Texts:
    """Read the texts of a patch. Raise PatchError when a file is unreadable."""
    if file.name == RIG:
        message = "is laid over the patches beside it and is none itself: name one of those"
        raise PatchError([Problem(message, file)])
    rig = file.parent / RIG
    return Texts(file, read_text(file), read_text(rig) if os.path.lexists(rig) else None)


def load_texts(texts: Texts) -> Document:
    """Parse texts and apply the rig. Raise PatchError when either is malformed."""
    document = parse(texts.patch, texts.file)
    document.texts = texts
    if texts.rig is not None:
        rig = parse(texts.rig, texts.file.parent / RIG if texts.file else None)
        # Other tables of a rig belong to other patches that share the room.
        shared = {
            box: table
            for box, table in rig.tables.items()
            if isinstance(table, dict) and isinstance(document.tables.get(box), dict)
        }
        document.overlay(shared, rig.places)
        document.rig = rig
        if isinstance(rig.tables.get(MACHINES), dict):  # which a room has, whatever plays in it
            document.tables.setdefault(MACHINES, {})
            if isinstance(document.tables[MACHINES], dict):
                document.overlay({MACHINES: rig.tables[MACHINES]}, rig.places)
        if "privacy" in rig.tables:  # privacy in a rig applies to every patch
            document.tables["privacy"] = rig.tables["privacy"] or document.tables.get("privacy")
            document.places["privacy",] = rig.places["privacy",]
    return document


def parse(text: str, file: Path | None = None) -> Document:
    """Parse a patch from its text. Raise PatchError with the line that is not valid TOML."""
    try:
        tables = tomllib.loads(_readable(text))
        lines = find_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise PatchError([explain(str(error), text, file)]) from None
    except RecursionError:
        raise PatchError([Problem("lists or tables lie too deep in one another", file)]) from None
    except ValueError as error:
        digits = str(error).startswith("Exceeds")  # Python's limit of an integer
        words = "a number in it has too many digits" if digits else str(error)
        raise PatchError([Problem(f"cannot be read: {words}", file)]) from None
    places: dict[KeyPath, Place] = {path: (file, line) for path, line in lines.items()}
    return Document(tables, file, places, Texts(file, text))


def _readable(text: str) -> str:
    """Return the text, or raise ValueError when parsing it could take too long.

    tomllib's time grows with the square of the number of parts in a dotted name.
    """
    if len(text) > MAX_CHARACTERS:
        raise ValueError(_TOO_LONG)
    if _DEEP_NAME.search(text):
        raise ValueError("a name has too many parts with dots between them")
    return text


def read_text(file: Path) -> str:
    """Return the text of a patch or rig. Raise PatchError when it is unreadable."""
    try:
        data = read_file(file, MAX_BYTES)
    except UnreadableFile as error:
        raise PatchError([Problem(str(error), file)]) from None
    if other := _other(data):
        raise PatchError([Problem(f"{other}: save it as plain text", file)])
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PatchError([Problem(_encoding(data), file, line)]) from None


def _other(data: bytes) -> str:
    """Return what a file is called that is no plain text, "" where it may be some."""
    begin = data[:100].lstrip().lower()
    return next((what for mark, what in _OTHERS if begin.startswith(mark.lower())), "")


def _encoding(data: bytes) -> str:
    """Return what is said of bytes that are not UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "is UTF-16 text: save it as UTF-8"
    if b"\0" in data:
        return "is no text: a patch is a text file"
    return "is not UTF-8 text: save it as UTF-8"
