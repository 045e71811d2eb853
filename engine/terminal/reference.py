"""The boxes in a terminal: all of them in a line each, or one on a page."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.core.parameter import Parameter
from engine.patch.facts import Fact, Facts, read_facts, written_default
from engine.registry import BrokenBox, Registry
from engine.terminal.markdown import TITLES


def box_list(registry: Registry) -> RenderableType:
    """List all boxes by folder, each with what it does; a broken one with why."""
    parts: list[RenderableType] = []
    for folder, names in registry.by_folder().items():
        parts.append(Text(f"\n{TITLES.get(folder, folder)}", style="bold"))
        table = _table()
        for name in names:
            table.add_row(Text(name, style="cyan"), _summary(registry, name))
        parts.append(table)
    parts.append(Text("\nOne of them on a page: sensorium nodes smooth", style="dim"))
    return Group(*parts)


def box_page(registry: Registry, name: str) -> RenderableType:
    """Show everything of one box; raises UnknownName or BrokenBox."""
    facts = read_facts(name, registry.find(name))
    parts: list[RenderableType] = [Text(f'\nuse = "{name}"\n', style="bold cyan")]
    parts += [Padding(Markdown(paragraph), (0, 0, 1, 0)) for paragraph in facts.about]
    parts += _ends("Takes", facts.inputs, facts) + _ends("Gives", facts.outputs, facts)
    parts += _parameters("Parameters", facts.parameters)
    parts += _parameters("A cable into it may say", facts.options)
    return Group(*parts)


def _summary(registry: Registry, name: str) -> Text:
    try:
        return Text(read_facts(name, registry.find(name)).summary.replace("`", ""))
    except (BrokenBox, TypeError) as error:
        return Text(f"cannot be used: {error}", style="red")


def _ends(title: str, ends: Iterable[Fact], facts: Facts) -> list[RenderableType]:
    table = _table()
    for end in ends:
        table.add_row(Text(end.name or facts.name, style="cyan"), Text(end.words))
    return _titled(title, table)


def _parameters(title: str, parameters: Iterable[Parameter]) -> list[RenderableType]:
    table = _table()
    for parameter in parameters:
        default = written_default(parameter)
        value = f"= {default}" if default else ("must be said" if parameter.required else "")
        meaning = Text(f"{parameter.param.help}\n" if parameter.param.help else "")
        meaning.append(parameter.expected(), style="dim")
        if parameter.fixed:
            meaning.append("; stays while playing", style="dim")
        table.add_row(Text(parameter.name, style="cyan"), Text(value, style="green"), meaning)
    return _titled(title, table)


def _titled(title: str, table: Table) -> list[RenderableType]:
    return [Text(title, style="bold"), table, Text()] if table.row_count else []


def _table() -> Table:
    return Table(box=None, show_header=False, padding=(0, 2, 0, 2))
