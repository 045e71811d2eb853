"""Change single values in the text of a patch, and leave every other character as it is.

tomlkit keeps comments, order and spelling. Where a new key goes is decided here: behind the last
one of its table, which is not where the next table's comment stands. What comes out is held against
what was wanted, so that no mistake of either reaches a file.
"""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from engine.patch.positions import KeyPath, find_ends, find_lines

MISSING: Final = object()
"""What stands where there is no value."""

_OTHERWISE: Final = "cannot be written so that nothing else in the file changes: write it by hand"


@dataclass(frozen=True, slots=True)
class Edit:
    """A value for a key, by its path; the entries of a list are "#1", "#2" ... MISSING removes it.

    The table or list that the key is in is there already. One past the last entry is a new one.
    """

    path: KeyPath
    value: object


def value_at(tables: Any, path: KeyPath) -> Any:
    """Return the value at a path, MISSING where there is none."""
    for part in path:
        if isinstance(tables, list) and part.startswith("#"):
            place = int(part[1:]) - 1
            tables = tables[place] if place < len(tables) else MISSING
        else:
            tables = tables.get(part, MISSING) if isinstance(tables, dict) else MISSING
    return tables


def put(tables: Any, path: KeyPath, value: object, made: Any = None) -> None:
    """Set or remove the value at a path of tables; ``made`` turns TOML into what they hold."""
    *above, last = path
    for part in above:
        tables = tables[int(part[1:]) - 1 if part.startswith("#") else part]
    key = int(last[1:]) - 1 if last.startswith("#") and isinstance(tables, list) else last
    if value is MISSING:
        del tables[key]
        return
    item = made(toml_text(value)) if made else tomllib.loads(f"v = {toml_text(value)}")["v"]
    if isinstance(tables, list) and key == len(tables):
        tables.append(item)
    else:
        tables[key] = item


def edit_text(text: str, edits: Sequence[Edit]) -> str:
    """Return a text of TOML with other values. Raise ValueError where more would change."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    wanted = deepcopy(tomllib.loads(text))
    headers = find_ends(text)
    added: list[Edit] = []
    try:
        document = tomlkit.parse(text)
        for edit in edits:
            is_new = value_at(wanted, edit.path) is MISSING
            put(wanted, edit.path, edit.value)
            if is_new and edit.path[:-1] in headers:
                added.append(edit)
            else:
                put(document, edit.path, edit.value, tomlkit.value)
        text = tomlkit.dumps(document)
        for edit in added:
            text = _with_line(text, edit.path[:-1], toml_key(edit.path[-1]), edit)
        same = tomllib.loads(text) == wanted
    except (TOMLKitError, ValueError, TypeError, KeyError, IndexError):
        same = False
    if not same:
        raise ValueError(_OTHERWISE)
    return text


def toml_text(value: object) -> str:
    """Return a value as TOML writes it, tables inline."""
    import tomlkit

    if isinstance(value, dict):
        inside = (f"{toml_key(key)} = {toml_text(v)}" for key, v in value.items())
        return f"{{ {', '.join(inside)} }}" if value else "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml_text, value))}]"
    return tomlkit.item(value).as_string()


def toml_key(name: str) -> str:
    """Return the name of a key or table as TOML writes it, with quotes where it needs some."""
    import tomlkit

    return tomlkit.key(name).as_string()


def changed_lines(before: str, after: str) -> Iterable[tuple[int, str, list[str], list[str]]]:
    """Yield what differs: the number of the first line, its table, the lines before, those after.

    The table is its header as written; "" above the first one, and where the lines begin with one.
    """
    old, new = before.splitlines(), after.splitlines()
    places = find_lines(after)
    headers = [places[table] for table in find_ends(after) if table]
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            line = max((each for each in headers if each <= d), default=0)
            header = new[line - 1].strip() if 0 < line <= c else ""
            yield a + 1, header, old[a:b], new[c:d]


def rewritten(content: bytes, before: str, after: str) -> bytes:
    """Return a file with the text ``after``, where ``before`` was read of ``content``.

    Its line ends stay, and the mark by which some editors begin a file.
    """
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    return mark + with_endings(content.decode("utf-8-sig"), before, after).encode()


def with_endings(original: str, before: str, after: str) -> str:
    """Return ``after`` with the line ends of ``original``, whose lines are those of ``before``.

    ``before`` is what was read of it: every end of a line as a single newline.
    """
    if "\r" not in original:
        return after
    kept = original.splitlines(keepends=True)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(kept) != len(old):
        return after
    lines: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            lines += kept[a:b]
            continue
        for place, line in enumerate(new[c:d], start=a):
            like = kept[min(place, max(a, b - 1), len(kept) - 1)]
            lines.append(line.replace("\n", "\r\n" if like.endswith("\r\n") else "\n"))
    return "".join(lines)


def _with_line(text: str, table: KeyPath, key: str, edit: Edit) -> str:
    """Return the text with a line for a new key, behind the last one of its table."""
    first, last = find_ends(text)[table]
    lines = text.splitlines(keepends=True)
    indent = lines[first - 1][: len(lines[first - 1]) - len(lines[first - 1].lstrip(" \t"))]
    if not lines[last - 1].endswith("\n"):
        lines[last - 1] += "\n"
    lines.insert(last, f"{indent}{key} = {toml_text(edit.value)}\n")
    return "".join(lines)
