"""The page of all boxes, docs/boxes.md, made from the boxes themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.core.parameter import Parameter
from engine.osc.tools import TOOLS
from engine.patch.facts import Fact, Facts, read_facts, written_default
from engine.patch.grammar import BOX, CABLE, NOTES, PATCH
from engine.registry import Registry

TITLES = {
    "your own": "Your own",
    "sources": "Sources: what comes in",
    "models": "Models: networks that see and hear",
    "nodes": "Nodes: what happens on the way",
    "sinks": "Outputs: where it goes",
    "installed": "Installed with other packages",
}
"""What to call a folder of boxes."""


def markdown(registry: Registry) -> str:
    """Write the page of all boxes that a registry knows."""
    return "\n".join(_lines(registry)).rstrip() + "\n"


def _lines(registry: Registry) -> Iterator[str]:
    yield "# All boxes"
    yield ""
    yield "<!-- Made by: sensorium nodes --markdown -->"
    yield ""
    yield "A patch is a text file of boxes. Each box is a table: its name in brackets, then a few"
    yield "lines of `key = value`. What comes first here is the same for all of them."
    yield ""
    yield from _table(
        "What a patch may say before its first box", ("key", "what it means"), _code(PATCH)
    )
    yield from _table("What a box may say", ("key", "what it means"), _code(BOX))
    yield from _table("What a cable may say", ("key", "what it means"), _code(CABLE))
    yield from (f"- {note}" for note in NOTES)
    yield ""
    tools = ((f'`"{name}"`', str(tool.port)) for name, tool in TOOLS.items())
    yield from _table("Tools that OSC can be sent to by name", ("`to`", "port"), tools)
    for folder, names in registry.by_folder().items():
        yield f"## {TITLES.get(folder, folder)}"
        yield ""
        for name in names:
            yield from _page(read_facts(name, registry.find(name)))


def _page(facts: Facts) -> Iterator[str]:
    yield f"### {facts.name}"
    yield ""
    for paragraph in facts.about:
        yield paragraph
        yield ""
    ways = [("takes", facts.inputs), ("gives", facts.outputs)]
    said = [f"- {verb} {_ways(ends)}" for verb, ends in ways if ends]
    if said:
        yield from said
        yield ""
    if facts.parameters:
        yield from _table("", ("parameter", "", "if not said"), map(_row, facts.parameters))
    if facts.options:
        rows = map(_row, facts.options)
        yield from _table("", ("a cable into it may say", "", "if not said"), rows)


def _ways(ends: Iterable[Fact]) -> str:
    return ", ".join(f"`{end.name}` ({end.words})" if end.name else end.words for end in ends)


def _row(parameter: Parameter) -> tuple[str, ...]:
    default = written_default(parameter)
    value = f"`{default}`" if default else ("must be said" if parameter.required else "")
    return (f"`{parameter.name}`", _meaning(parameter), value)


def _meaning(parameter: Parameter) -> str:
    expected = parameter.expected()
    stays = " *(stays while playing)*" if parameter.fixed else ""
    text = f"{parameter.param.help}: {expected}" if parameter.param.help else expected
    return text + stays


def _code(rows: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    return ((f"`{key}`", meaning) for key, meaning in rows)


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    if title:
        yield f"**{title}**"
        yield ""
    yield _cells(head)
    yield _cells(["---"] * len(head))
    yield from (_cells(row) for row in rows)
    yield ""


def _cells(row: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in row)} |"
