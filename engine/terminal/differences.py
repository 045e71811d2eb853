"""The differences of a replay as a table."""

from __future__ import annotations

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.text import plain
from engine.recording.compare import Comparison, Difference


def difference_table(comparison: Comparison) -> RenderableType:
    """Return a table of the routes that differ, or that all is identical."""
    different = comparison.different
    if not different:
        return Text(f"identical: {comparison.messages} messages")
    table = Table("way out", title="different", title_justify="left")
    for name in ("changed", "missing", "new", "first at", "furthest apart"):
        table.add_column(name, justify="right")
    for route in different:
        table.add_row(*_row(route))
    return table


def _row(route: Difference) -> list[RenderableType]:
    counts = (route.changed, route.missing, route.added)
    return [
        Text(plain(route.route)),
        *map(str, counts),
        f"{route.first:.3f} s",
        f"{route.largest:.4g}" if route.changed else "",
    ]
