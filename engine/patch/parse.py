"""Split the tables of a patch into boxes, constants and cables.

Chains are unrolled: ``empty``, ``on_loss``, ``then`` and ``on_beat`` become boxes of their own
behind the box that has them, named ``reach/empty``, ``reach/on_loss`` and ``reach/smooth``; a cable
from ``reach`` starts at the last of them. ``empty`` and ``on_loss`` come first, so that later links
smooth their output too; ``on_beat`` comes last. The classes of the boxes are not known yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.core.errors import ParameterError, PatchError, Problem, as_written
from engine.core.nearest import either, nearest
from engine.core.parameter import seconds
from engine.core.secrets import hide_secrets
from engine.patch.cables import Cable, is_cable, read_cable
from engine.patch.load import MACHINES, Document
from engine.patch.machines import HOME, MACHINE, MachineReader, MachineSpec
from engine.patch.on_beat import read_on_beat
from engine.patch.on_loss import read_on_loss
from engine.patch.positions import KeyPath

SETTINGS: dict[str, type] = {"title": str, "about": str, "privacy": bool}
"""Top-level keys of a patch, with their types."""

MOST_BOXES: Final = 2000
"""The most boxes of a patch, links of chains among them."""
MOST_CABLES: Final = 5000
"""The most cables of a patch."""

DEADLINE_KEYS = ("deadline", "give_way")
"""Further top-level keys, parsed by ``deadline``."""


def misplaced(key: str) -> str:
    """Return what is said of a key of the whole patch that stands in a table; "" of others."""
    if key not in (*SETTINGS, *DEADLINE_KEYS):
        return ""
    return f'"{key}" is of the whole patch: it stands above the first [box]'


@dataclass
class BoxSpec:
    """One box as written. Cables are keyed by their end: "from" is the first inlet, "look.ink" a
    part of the table "look".

    ``more`` are the further cables of a list, ``from = ["kick", "clap"]``.
    ``words`` maps parameters to the keys they are written by, where the two differ;
    ``keys_written`` holds every key written, including those whose cable could not be parsed.
    """

    name: str
    use: str
    path: KeyPath
    values: dict[str, Any] = field(default_factory=dict)
    cables: dict[str, Cable] = field(default_factory=dict)
    ports: list[tuple[str, Cable]] = field(default_factory=list)
    more: list[Cable] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)
    keys_written: frozenset[str] = frozenset()
    hidden: bool = False


@dataclass
class PatchSpec:
    """All boxes of a patch as written, the last box of each chain, and the errors.

    ``machines`` are those that the patch names; ``places`` says on which of them a box plays, with
    its chain, where that is not at home.
    """

    title: str = ""
    private: bool = False
    boxes: dict[str, BoxSpec] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    cables: int = 0
    machines: Mapping[str, MachineSpec] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def read_tables(document: Document) -> PatchSpec:
    """Split a document into boxes; errors are in ``problems``.

    Raise PatchError where it is too large to be checked, let alone played, in time.
    """
    tables = PatchSpec(title=document.file.stem if document.file else "")
    machines = MachineReader(document)
    for name, table in document.tables.items():
        if name == MACHINES:
            continue
        if isinstance(table, dict):
            reader = _TableReader(document, tables, name, table)
            if where := reader.machine(machines):
                tables.places[name] = where
            reader.read()
        elif name in DEADLINE_KEYS:
            continue  # parsed once the classes of the boxes are known
        elif problem := _check_setting(name, table):
            tables.problems.append(Problem(problem, *document.place((name,)), key=name))
        elif name == "title":
            tables.title = hide_secrets(table)
        elif name == "privacy":
            tables.private = table
    tables.machines = machines.found
    tables.problems += machines.problems
    return tables


def _check_setting(name: str, value: object) -> str:
    """Return what is wrong with a top-level value, or ""."""
    if name in SETTINGS:
        expected = "a text" if SETTINGS[name] is str else "true or false"
        fits = isinstance(value, SETTINGS[name])
        return "" if fits else f"expected {expected}, got {as_written(value)}"
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return f'a box has one bracket: "[{name}]", not "[[{name}]]"'
    known = (*SETTINGS, *DEADLINE_KEYS)
    settings = either([f'"{setting}"' for setting in known])
    return f'belongs to no box; before the first "[box]" stands only {settings}.' + nearest(
        name, known
    )


def _is_box(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("use"), str)


class _TableReader:
    """Parses one table, which may become several boxes."""

    def __init__(
        self, document: Document, tables: PatchSpec, name: str, table: dict[str, Any]
    ) -> None:
        self._document = document
        self._tables = tables
        self._name = name
        self._table = dict(table)

    def machine(self, machines: MachineReader) -> str:
        """Return where the box plays, "" at home."""
        written = self._table.pop(MACHINE, HOME)
        return "" if written == HOME else machines.of_box(self._name, written)

    def read(self) -> None:
        self._tables.ends.setdefault(self._name, self._name)
        if any(character in self._name for character in "./# ") or not self._name:
            self._report("the name of a box is one word without dot, slash or blank")
            return
        use = self._table.pop("use", None)
        inner = next((k for k, v in self._table.items() if _is_box(v)), None)
        if use is None and inner is not None:  # [a.b] in TOML is a table b within a table a
            name = f"{self._name}_{inner}"
            self._report(
                f"a dot in brackets makes a table in a table: name the box [{name}]", inner
            )
            return
        if not isinstance(use, str):
            got = "" if use is None else f", got {as_written(use)}"
            self._report(f'needs "use": which kind of box it is, such as use = "pose"{got}')
            return
        then = self._table.pop("then", [])
        empty = self._table.pop("empty", None)
        on_loss = self._table.pop("on_loss", None)
        on_beat = self._table.pop("on_beat", None)
        self._add(BoxSpec(self._name, use, (self._name,)), self._table)
        for name, link, table, path in self._links(then, empty, on_loss, on_beat):
            before = self._tables.ends[self._name]
            spec = BoxSpec(name, link, path)
            spec.cables["from"] = Cable(before, path, direct=True)
            self._add(spec, table)
            self._tables.ends[self._name] = name

    def _links(
        self, then: object, empty: object, on_loss: object, on_beat: object
    ) -> Iterator[tuple[str, str, dict[str, Any], KeyPath]]:
        if isinstance(empty, dict):
            table = {**empty, "when_lost": False} if on_loss is not None else dict(empty)
            yield f"{self._name}/empty", "empty", table, (self._name, "empty")
        elif empty is not None:
            self._report('expected a table such as { to = 0, after = "2 s" }', "empty")
        if on_loss is not None:
            yield from self._on_loss_link(on_loss, empty if isinstance(empty, dict) else {})
        for count, link in enumerate(then if isinstance(then, list) else [then], start=1):
            table = dict(link) if isinstance(link, dict) else {"use": link}
            if table.pop(MACHINE, None) is not None:
                self._report("a link of a chain plays where its box does", "then", MACHINE)
            use = table.pop("use", None)
            path = ("then", f"#{count}") if isinstance(link, dict) else ("then",)
            if isinstance(use, str):
                yield self._unique_name(f"{self._name}/{use}"), use, table, (self._name, *path)
            else:
                message = f'expected the names of boxes, such as ["smooth"], got {as_written(link)}'
                self._report(message, *path)
        if on_beat is not None:
            try:
                origins = read_on_beat(on_beat, self._document.tables)
            except ParameterError as error:
                self._report(str(error).removeprefix("on_beat: "), "on_beat")
            else:
                table = {inlet: {"from": origin} for inlet, origin in origins.items()}
                yield f"{self._name}/on_beat", "on_beat", table, (self._name, "on_beat")

    def _on_loss_link(
        self, on_loss: object, empty: dict[str, Any]
    ) -> Iterator[tuple[str, str, dict[str, Any], KeyPath]]:
        """Yield the link for ``on_loss``; its default rest value is that of ``empty``."""
        rest = {key: value for key, value in empty.items() if key in ("to", "fade")}
        try:
            use, table = read_on_loss(on_loss, rest)
        except ParameterError as error:
            self._report(str(error), "on_loss")
        else:
            yield f"{self._name}/on_loss", use, table, (self._name, "on_loss")

    def _unique_name(self, name: str) -> str:
        count = sum(taken == name or taken.startswith(f"{name}_") for taken in self._tables.boxes)
        return f"{name}_{count + 1}" if count else name

    def _add(self, spec: BoxSpec, table: dict[str, Any]) -> None:
        self._tables.boxes[spec.name] = spec
        self._refuse_more(len(self._tables.boxes), MOST_BOXES, "boxes, the links of chains too")
        self._tables.ends.setdefault(spec.name, spec.name)
        spec.keys_written = frozenset(table)
        every = self._pop_every(spec, table) if "send" in table else None
        send = table.pop("send", {})
        for key, value in table.items():
            path = (*spec.path, key)
            if key == "from" and isinstance(value, list):
                self._add_list(spec, value, path)
            elif key == "from" or is_cable(value):
                self._add_cable(spec, key, value, path)
            elif isinstance(value, dict):
                spec.values[key] = self._without_cables(spec, key, value, path)
            else:
                spec.values[key] = value
        if isinstance(send, dict):
            for port, value in send.items():
                self._add_ports(spec, port, value, every)
        else:
            self._report(f"expected a table of what to send, got {as_written(send)}", "send")

    def _without_cables(
        self, spec: BoxSpec, key: str, table: dict[str, Any], path: KeyPath
    ) -> dict[str, Any]:
        """Return a table without its cables, which are kept under names such as "look.ink"."""
        for part, value in table.items():
            if is_cable(value):
                self._add_cable(spec, f"{key}.{part}", value, (*path, part))
        return {part: value for part, value in table.items() if not is_cable(value)}

    def _pop_every(self, spec: BoxSpec, table: dict[str, Any]) -> object:
        """Remove and return the throttle time of a sink's cables; None when invalid."""
        every = table.pop("every", None)
        try:
            return every if every is None or seconds(every) >= 0 else None
        except ParameterError as error:
            self._report(str(error), *spec.path[1:], "every")
            return None

    def _add_ports(self, spec: BoxSpec, port: str, value: object, every: object) -> None:
        """Parse the cable, or list of cables, into one port."""
        path = (*spec.path, "send", port)
        if "#" in port:
            self._report("no # may stand in an address or port", *path[1:])
            return
        if not self._may_be_cable(value) and (message := misplaced(port)):
            self._report(message, *path[1:])
            return
        if value == []:
            self._report("expected a cable, or several, got an empty list", *path[1:])
        if not isinstance(value, list):
            value = [value]
        for count, one in enumerate(value, start=1):
            place = path if len(value) == 1 else (*path, f"#{count}")
            if cable := self._parse_cable(one, place, every):
                spec.ports.append((port if count == 1 else f"{port}#{count}", cable))

    def _may_be_cable(self, value: object) -> bool:
        """Whether a value is meant to be a cable: a text is where it begins with a box."""
        if isinstance(value, str):
            return value.partition(".")[0] in self._document.tables
        return is_cable(value)

    def _add_list(self, spec: BoxSpec, values: list[Any], path: KeyPath) -> None:
        """Parse several cables into the first inlet."""
        if not values:
            self._report("expected a cable, or several, got an empty list", *path[1:])
        for count, value in enumerate(values, start=1):
            place = (*path, f"#{count}")
            if count == 1:
                self._add_cable(spec, "from", value, place)
            elif cable := self._parse_cable(value, place):
                spec.more.append(cable)

    def _add_cable(self, spec: BoxSpec, key: str, value: object, path: KeyPath) -> None:
        if key in spec.cables:
            self._report("a link of a chain is fed by the link before it", *path[1:])
        elif cable := self._parse_cable(value, path):
            spec.cables[key] = cable

    def _parse_cable(self, value: object, path: KeyPath, every: object = None) -> Cable | None:
        try:
            cable = read_cable(value, path, every)
        except ParameterError as error:
            self._report(str(error), *path[1:])
            cable = None
        self._tables.cables += 1 + (len(cable.named) if cable else 0)
        self._refuse_more(self._tables.cables, MOST_CABLES, "cables")
        return cable

    def _refuse_more(self, count: int, most: int, what: str) -> None:
        """Raise PatchError where a patch has too much of something."""
        if count > most:
            message = f"a patch has {most} {what}, at most"
            raise PatchError([self._document.problem(message, self._name)])

    def _report(self, message: str, *path: str) -> None:
        self._tables.problems.append(self._document.problem(message, self._name, *path))
