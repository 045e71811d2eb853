"""The reference of boxes in a terminal: all of them in a line each, or one on a page."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.core.box_errors import anything_raised
from engine.core.describe import BoxDescription, Port, default_text, describe_box
from engine.core.errors import SensoriumError, UnknownName, describe_error
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
    """Return the page of one box. Raise UnknownName or UnusableBox."""
    box = _described(registry, name)
    parts: list[RenderableType] = [Text(f'\nuse = "{name}"\n', style="bold cyan")]
    parts += [Padding(Markdown(paragraph), (0, 0, 1, 0)) for paragraph in box.about]
    parts += _ports("Takes", box.inlets, name) + _ports("Gives", box.outlets, name)
    parts += _parameters("Parameters", box.parameters)
    parts += _parameters("A cable into it may say", box.options)
    return Group(*parts)


class UnusableBox(SensoriumError):
    """A box whose file does not load, or does not say what it takes and gives."""


def _described(registry: Registry, name: str) -> BoxDescription:
    try:
        return describe_box(name, registry.find(name))
    except UnknownName:
        raise
    except anything_raised() as error:  # a performer's file may raise anything
        known = isinstance(error, BrokenBox | TypeError)
        why = str(error) if known else describe_error(error)
        raise UnusableBox(f'"{name}" cannot be used: {why}') from None


def _summary(registry: Registry, name: str) -> Text:
    try:
        return Text(_described(registry, name).summary.replace("`", ""))
    except UnusableBox as error:
        return Text(str(error).removeprefix(f'"{name}" '), style="red")


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
        stays = "; stays while playing" * each.fixed + "; said, not held" * each.event
        meaning.append(each.expected() + stays, style="dim")
        table.add_row(Text(each.name, style="cyan"), Text(value, style="green"), meaning)
    return _titled(title, table)


def _titled(title: str, table: Table) -> list[RenderableType]:
    return [Text(title, style="bold"), table, Text()] if table.row_count else []


def _table() -> Table:
    return Table(box=None, show_header=False, padding=(0, 2, 0, 2))
