"""The page of all boxes, docs/boxes.md, generated from their classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.core.describe import BoxDescription, Port, default_text, describe_box
from engine.core.parameter import Parameter
from engine.osc.tools import TOOLS
from engine.patch.grammar import BOX, CABLE, MACHINES, NOTES, PATCH
from engine.registry import Registry

TITLES = {
    "your own": "Your own",
    "sources": "Sources: what comes in",
    "models": "Models: networks that see and hear",
    "nodes": "Nodes: what happens on the way",
    "sinks": "Outputs: where it goes",
    "installed": "Installed with other packages",
}
"""The headings of the folders of boxes."""

_HEAD = (
    "# All boxes",
    "",
    "<!-- Made by: sensorium nodes --markdown -->",
    "",
    "A patch is a text file of boxes. Each box is a table: its name in brackets, then a few",
    "lines of `key = value`. What comes first here is the same for all of them.",
    "",
)


def markdown(registry: Registry) -> str:
    """Return the page of all boxes that a registry knows."""
    return "\n".join(_lines(registry)).rstrip() + "\n"


def _lines(registry: Registry) -> Iterator[str]:
    yield from _HEAD
    yield from _table(
        "What a patch may say before its first box", ("key", "what it means"), _code(PATCH)
    )
    yield from _table("What a box may say", ("key", "what it means"), _code(BOX))
    yield from _table("What a cable may say", ("key", "what it means"), _code(CABLE))
    yield from _table(
        "What a machine may say, in the table `[machines]`",
        ("key", "what it means"),
        _code(MACHINES),
    )
    yield from (f"- {note}" for note in NOTES)
    yield ""
    tools = ((f'`"{name}"`', str(tool.port)) for name, tool in TOOLS.items())
    yield from _table("Tools that OSC can be sent to by name", ("`to`", "port"), tools)
    for folder, names in registry.by_folder().items():
        yield from (f"## {TITLES.get(folder, folder)}", "")
        for name in names:
            yield from _page(describe_box(name, registry.find(name)))


def _page(box: BoxDescription) -> Iterator[str]:
    yield from (f"### {box.name}", "")
    for paragraph in box.about:
        yield from (paragraph, "")
    for verb, ports in (("takes", box.inlets), ("gives", box.outlets)):
        if ports:
            yield f"- {verb} {_ports(ports)}"
    if box.inlets or box.outlets:
        yield ""
    for head, parameters in (
        ("parameter", box.parameters),
        ("a cable into it may say", box.options),
    ):
        if parameters:
            yield from _table("", (head, "", "if not said"), map(_row, parameters))


def _ports(ports: Iterable[Port]) -> str:
    return ", ".join(f"`{port.name}` ({port.words})" if port.name else port.words for port in ports)


def _row(parameter: Parameter) -> tuple[str, ...]:
    help_, default = parameter.param.help, default_text(parameter)
    meaning = f"{help_}: {parameter.expected()}" if help_ else parameter.expected()
    stays = " *(stays while playing)*" if parameter.fixed else ""
    stays = " *(said while playing, not held)*" if parameter.event else stays
    value = f"`{default}`" if default else ("must be said" if parameter.required else "")
    return f"`{parameter.name}`", meaning + stays, value


def _code(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((f"`{key}`", meaning) for key, meaning in rows)


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    if title:
        yield from (f"**{title}**", "")
    yield _cells(head)
    yield _cells(["---"] * len(head))
    yield from (_cells(row) for row in rows)
    yield ""


def _cells(row: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
