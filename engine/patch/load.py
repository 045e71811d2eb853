"""Reads a patch, and the ``rig.toml`` beside it, and remembers on which line each key stands.

tomllib gives values without positions, so ``lines`` finds where each key stands.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.core.errors import PatchError, Problem
from engine.patch.positions import KeyPath, find_lines
from engine.patch.toml_errors import in_words

Place = tuple[Path | None, int | None]
RIG = "rig.toml"
LONGEST = 1_000_000
_DEEP_NAME = re.compile(
    r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){32}""", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Texts:
    """All that is written of a patch: its file, its text, and that of the ``rig.toml`` beside it.

    ``rig`` is None where there is none.
    """

    file: Path | None
    patch: str
    rig: str | None = None


@dataclass
class Document:
    """A patch as written: its tables, where each key stands, and the texts that say so."""

    tables: dict[str, Any]
    file: Path | None = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    texts: Texts | None = None

    def place(self, path: KeyPath) -> Place:
        """Give the file and line of a key, or of the nearest thing around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (self.file, None))

    def problem(self, message: str, box: str, *path: str) -> Problem:
        """Make a problem that names where a key of a box stands."""
        file, line = self.place((box, *path))
        return Problem(message, file, line, box, " ".join(path) or None)

    def override(self, box: str, key: str, value: object, by: str = "") -> None:
        """Lay one value over a table; ``by`` says in problems where it came from."""
        self.tables.setdefault(box, {})[key] = value
        self._forget((box, key))
        if by:
            self.places[box, key] = (Path(by), None)

    def lay_over(self, box: str, table: dict[str, Any], places: dict[KeyPath, Place]) -> None:
        """Lay a table over the one of the same name, and what it sends over what that sends."""
        mine = self.tables[box]
        for key, value in table.items():
            both = isinstance(value, dict) and isinstance(mine.get(key), dict)
            if key == "send" and both:
                for port in value:
                    self._forget((box, key, port))
                mine[key] = {**mine[key], **value}
            else:
                self._forget((box, key))
                mine[key] = value
        self.places |= {
            p: at for p, at in places.items() if p[0] == box and p[1:] not in ((), ("send",))
        }

    def _forget(self, path: KeyPath) -> None:
        """Forget where a key and all within it stood."""
        self.places = {p: at for p, at in self.places.items() if p[: len(path)] != path}


def load(file: Path) -> Document:
    """Read a patch and lay the ``rig.toml`` beside it over its tables; raises PatchError."""
    return load_texts(read_texts(file))


def read_texts(file: Path) -> Texts:
    """Read what is written of a patch; raises PatchError where that cannot be."""
    if file.name == RIG:
        message = "is laid over the patches beside it and is none itself: name one of those"
        raise PatchError([Problem(message, file)])
    rig = file.parent / RIG
    return Texts(file, _read(file), _read(rig) if rig.is_file() else None)


def load_texts(texts: Texts) -> Document:
    """Make of texts what ``load`` makes of a file; raises PatchError."""
    document = parse(texts.patch, texts.file)
    document.texts = texts
    if texts.rig is not None:
        room = parse(texts.rig, texts.file.parent / RIG if texts.file else None)
        for box, table in room.tables.items():
            # What else stands in a rig is for the other patches that share the room.
            if isinstance(table, dict) and isinstance(document.tables.get(box), dict):
                document.lay_over(box, table, room.places)
        if "privacy" in room.tables:  # a room whose pictures nobody may see has that for all
            document.tables["privacy"] = room.tables["privacy"] or document.tables.get("privacy")
            document.places["privacy",] = room.places["privacy",]
    return document


def parse(text: str, file: Path | None = None) -> Document:
    """Read a patch from its text; raises PatchError with the line that is no TOML."""
    try:
        tables = tomllib.loads(_readable(text))
        lines = find_lines(text)
    except tomllib.TOMLDecodeError as error:
        raise PatchError([in_words(str(error), text, file)]) from None
    except RecursionError:
        raise PatchError([Problem("lists or tables lie too deep in one another", file)]) from None
    except ValueError as error:  # a number that Python will not read, for it would take too long
        raise PatchError([Problem(f"cannot be read: {error}", file)]) from None
    places: dict[KeyPath, Place] = {path: (file, line) for path, line in lines.items()}
    return Document(tables, file, places, Texts(file, text))


def _readable(text: str) -> str:
    """Let pass what can be read in a moment: tomllib takes the square of a name's parts."""
    if len(text) > LONGEST:
        raise ValueError(f"a patch has {LONGEST} characters at most")
    if _DEEP_NAME.search(text):
        raise ValueError("a name has too many parts with dots between them")
    return text


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PatchError([Problem("is not UTF-8 text: save it as UTF-8", file, line)]) from None
    except OSError as error:
        raise PatchError([Problem(error.strerror or "cannot be read", file)]) from None
