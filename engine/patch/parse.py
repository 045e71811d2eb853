"""Split the tables of a patch into boxes, constants and cables.

Chains are unrolled: ``empty``, ``on_loss`` and ``then`` become boxes of their own behind the box
that has them, named ``reach/empty``, ``reach/on_loss`` and ``reach/smooth``; a cable from ``reach``
starts at the last of them. ``empty`` and ``on_loss`` come first, so that later links smooth their
output too. The classes of the boxes are not known yet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from engine.core.errors import ParameterError, Problem, as_written, nearest
from engine.core.parameter import either, seconds
from engine.patch.cables import Cable, is_cable, read_cable
from engine.patch.load import Document
from engine.patch.on_loss import read_on_loss
from engine.patch.positions import KeyPath

SETTINGS: dict[str, type] = {"title": str, "about": str, "privacy": bool}
"""Top-level keys of a patch, with their types."""

TIMES = ("deadline", "give_way")
"""Further top-level keys, parsed by ``deadline``."""


@dataclass
class BoxSpec:
    """One box as written. Cables are keyed by their end: "from" is the first inlet, "look.ink" a
    part of the table "look".

    ``words`` maps parameters to the keys they are written by, where the two differ; ``said`` holds
    every key written, including those whose cable could not be parsed.
    """

    name: str
    use: str
    path: KeyPath
    values: dict[str, Any] = field(default_factory=dict)
    cables: dict[str, Cable] = field(default_factory=dict)
    ports: list[tuple[str, Cable]] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    said: frozenset[str] = frozenset()
    hidden: bool = False


@dataclass
class PatchSpec:
    """All boxes of a patch as written, the last box of each chain, and the errors."""

    title: str = ""
    private: bool = False
    boxes: dict[str, BoxSpec] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def read_tables(document: Document) -> PatchSpec:
    """Split a document into boxes; errors are in ``problems``."""
    tables = PatchSpec(title=document.file.stem if document.file else "")
    for name, table in document.tables.items():
        if isinstance(table, dict):
            _Reader(document, tables, name, table).read()
        elif name in TIMES:
            continue  # parsed once the classes of the boxes are known
        elif problem := _wrong_setting(name, table):
            tables.problems.append(Problem(problem, *document.place((name,)), key=name))
        elif name == "title":
            tables.title = table
        elif name == "privacy":
            tables.private = table
    return tables


def _wrong_setting(name: str, value: object) -> str:
    """Return what is wrong with a top-level value, or ""."""
    if name in SETTINGS:
        expected = "a text" if SETTINGS[name] is str else "true or false"
        fits = isinstance(value, SETTINGS[name])
        return "" if fits else f"expected {expected}, got {as_written(value)}"
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return f'a box has one bracket: "[{name}]", not "[[{name}]]"'
    known = (*SETTINGS, *TIMES)
    settings = either([f'"{setting}"' for setting in known])
    return f'belongs to no box; before the first "[box]" stands only {settings}.' + nearest(
        name, known
    )


class _Reader:
    """Parses one table, which may become several boxes."""

    def __init__(
        self, document: Document, tables: PatchSpec, name: str, table: dict[str, Any]
    ) -> None:
        self._document = document
        self._tables = tables
        self._name = name
        self._table = dict(table)

    def read(self) -> None:
        self._tables.ends.setdefault(self._name, self._name)
        if any(character in self._name for character in "./# ") or not self._name:
            self._complain("the name of a box is one word without dot, slash or blank")
            return
        use = self._table.pop("use", None)
        if not isinstance(use, str):
            got = "" if use is None else f", got {as_written(use)}"
            self._complain(f'needs "use": which kind of box it is, such as use = "pose"{got}')
            return
        then = self._table.pop("then", [])
        empty = self._table.pop("empty", None)
        on_loss = self._table.pop("on_loss", None)
        self._add(BoxSpec(self._name, use, (self._name,)), self._table)
        for name, link, table, path in self._links(then, empty, on_loss):
            before = self._tables.ends[self._name]
            written = BoxSpec(name, link, path)
            written.cables["from"] = Cable(before, path, direct=True)
            self._add(written, table)
            self._tables.ends[self._name] = name

    def _links(
        self, then: object, empty: object, on_loss: object
    ) -> Iterator[tuple[str, str, dict[str, Any], KeyPath]]:
        if isinstance(empty, dict):
            table = {**empty, "when_lost": False} if on_loss is not None else dict(empty)
            yield f"{self._name}/empty", "empty", table, (self._name, "empty")
        elif empty is not None:
            self._complain('expected a table such as { to = 0, after = "2 s" }', "empty")
        if on_loss is not None:
            yield from self._lost(on_loss, empty if isinstance(empty, dict) else {})
        for count, link in enumerate(then if isinstance(then, list) else [then], start=1):
            table = dict(link) if isinstance(link, dict) else {"use": link}
            use = table.pop("use", None)
            path = ("then", f"#{count}") if isinstance(link, dict) else ("then",)
            if isinstance(use, str):
                yield self._free(f"{self._name}/{use}"), use, table, (self._name, *path)
            else:
                message = f'expected the names of boxes, such as ["smooth"], got {as_written(link)}'
                self._complain(message, *path)

    def _lost(
        self, on_loss: object, empty: dict[str, Any]
    ) -> Iterator[tuple[str, str, dict[str, Any], KeyPath]]:
        """Yield the link for ``on_loss``; its default rest value is that of ``empty``."""
        rest = {key: value for key, value in empty.items() if key in ("to", "fade")}
        try:
            use, table = read_on_loss(on_loss, rest)
        except ParameterError as error:
            self._complain(str(error), "on_loss")
        else:
            yield f"{self._name}/on_loss", use, table, (self._name, "on_loss")

    def _free(self, name: str) -> str:
        count = sum(taken == name or taken.startswith(f"{name}_") for taken in self._tables.boxes)
        return f"{name}_{count + 1}" if count else name

    def _add(self, written: BoxSpec, table: dict[str, Any]) -> None:
        self._tables.boxes[written.name] = written
        self._tables.ends.setdefault(written.name, written.name)
        written.said = frozenset(table)
        every = self._every(written, table) if "send" in table else None
        send = table.pop("send", {})
        for key, value in table.items():
            path = (*written.path, key)
            if key == "from" or is_cable(value):
                self._cable(written, key, value, path)
            elif isinstance(value, dict):
                written.values[key] = self._table_of(written, key, value, path)
            else:
                written.values[key] = value
        if isinstance(send, dict):
            for port, value in send.items():
                self._ports(written, port, value, every)
        else:
            self._complain(f"expected a table of what to send, got {as_written(send)}", "send")

    def _table_of(
        self, written: BoxSpec, key: str, table: dict[str, Any], path: KeyPath
    ) -> dict[str, Any]:
        """Return a table without its cables, which are kept under names such as "look.ink"."""
        for part, value in table.items():
            if is_cable(value):
                self._cable(written, f"{key}.{part}", value, (*path, part))
        return {part: value for part, value in table.items() if not is_cable(value)}

    def _every(self, written: BoxSpec, table: dict[str, Any]) -> object:
        """Remove and return the throttle time of a sink's cables; None when invalid."""
        every = table.pop("every", None)
        try:
            return every if every is None or seconds(every) >= 0 else None
        except ParameterError as error:
            self._complain(str(error), *written.path[1:], "every")
            return None

    def _ports(self, written: BoxSpec, port: str, value: object, every: object) -> None:
        """Parse the cable, or list of cables, into one port."""
        path = (*written.path, "send", port)
        if "#" in port:
            self._complain("no # may stand in an address or port", *path[1:])
            return
        if value == []:
            self._complain("expected a cable, or several, got an empty list", *path[1:])
        if not isinstance(value, list):
            value = [value]
        for count, one in enumerate(value, start=1):
            place = path if len(value) == 1 else (*path, f"#{count}")
            if cable := self._read(one, place, every):
                written.ports.append((port if count == 1 else f"{port}#{count}", cable))

    def _cable(self, written: BoxSpec, key: str, value: object, path: KeyPath) -> None:
        if key in written.cables:
            self._complain("a link of a chain is fed by the link before it", *path[1:])
        elif cable := self._read(value, path):
            written.cables[key] = cable

    def _read(self, value: object, path: KeyPath, every: object = None) -> Cable | None:
        try:
            return read_cable(value, path, every)
        except ParameterError as error:
            self._complain(str(error), *path[1:])
            return None

    def _complain(self, message: str, *path: str) -> None:
        self._tables.problems.append(self._document.problem(message, self._name, *path))
