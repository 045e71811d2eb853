"""The reference of boxes in a terminal: all of them in a line each, or one on a page."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.core.describe import Port, default_text, describe_box
from engine.core.parameter import Parameter
from engine.registry import BrokenBox, Registry
from engine.terminal.markdown import TITLES


def box_list(registry: Registry) -> RenderableType:
    """Return the list of all boxes by folder with their summaries; of a broken one, its error."""
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
    """Return the page of one box. Raise UnknownName or BrokenBox."""
    box = describe_box(name, registry.find(name))
    parts: list[RenderableType] = [Text(f'\nuse = "{name}"\n', style="bold cyan")]
    parts += [Padding(Markdown(paragraph), (0, 0, 1, 0)) for paragraph in box.about]
    parts += _ports("Takes", box.inlets, name) + _ports("Gives", box.outlets, name)
    parts += _parameters("Parameters", box.parameters)
    parts += _parameters("A cable into it may say", box.options)
    return Group(*parts)


def _summary(registry: Registry, name: str) -> Text:
    try:
        return Text(describe_box(name, registry.find(name)).summary.replace("`", ""))
    except (BrokenBox, TypeError) as error:
        return Text(f"cannot be used: {error}", style="red")


def _ports(title: str, ports: Iterable[Port], box: str) -> list[RenderableType]:
    table = _table()
    for port in ports:
        table.add_row(Text(port.name or box, style="cyan"), Text(port.words))
    return _titled(title, table)


def _parameters(title: str, parameters: Iterable[Parameter]) -> list[RenderableType]:
    table = _table()
    for each in parameters:
        default = default_text(each)
        value = f"= {default}" if default else ("must be said" if each.required else "")
        meaning = Text(f"{each.param.help}\n" if each.param.help else "")
        meaning.append(f"{each.expected()}{'; stays while playing' * each.fixed}", style="dim")
        table.add_row(Text(each.name, style="cyan"), Text(value, style="green"), meaning)
    return _titled(title, table)


def _titled(title: str, table: Table) -> list[RenderableType]:
    return [Text(title, style="bold"), table, Text()] if table.row_count else []


def _table() -> Table:
    return Table(box=None, show_header=False, padding=(0, 2, 0, 2))
