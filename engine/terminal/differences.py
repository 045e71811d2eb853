"""The differences of a replay as a table: what became of each way out, in words."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from engine.core.text import plain
from engine.recording.compare import Comparison, Difference


def difference_table(comparison: Comparison) -> RenderableType:
    """Return a table of the routes that differ, and how much is the same; or that all is."""
    different, (routes, messages) = comparison.different, comparison.same
    same = f"{_counted(routes, 'way')} out, {_counted(messages, 'message')}"
    if not different:
        return Text(f"identical: {same}")
    table = Table("way out", "what is different", title="different", title_justify="left")
    table.add_column("first at", justify="right")
    for each in different:
        first = f"{each.first or 0.0:.3f} s"
        table.add_row(Text(plain(each.route)), ", ".join(difference_words(each)), first)
    return Group(table, Text(f"the same: {same}"))


def difference_words(each: Difference) -> Iterator[str]:
    """Yield in words what is different: gone, new, fewer, more, moved, other values."""
    if not each.now:
        yield f"gone ({_counted(each.was, 'message')})"
        return
    if not each.was:
        yield f"new ({_counted(each.now, 'message')})"
        return
    more = each.now - each.was
    if more:
        how = "more" if more > 0 else "fewer"
        yield f"{_counted(abs(more), 'time')} {how} ({each.now}, was {each.was})"
    if moved := min(each.missing, each.added):
        yield f"{moved} at another time"
    if each.changed:
        apart = f", up to {each.largest:.4g} apart" if each.largest else ""
        yield f"{each.changed} of {each.now} with other values{apart}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
