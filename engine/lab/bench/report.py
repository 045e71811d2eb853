"""The results of a bench: rows, and their output to a terminal, a file and a page.

A bench is a file of this folder with ``run(short: bool) -> list[Row]``.

Why only some goals decide: machines are slow or busy, and a bar on milliseconds says more about
them than about us. What decides is how we compare with something else that was measured in the
same minutes, and what is counted and must be exact. Times are shown beside their goals.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.table import Table

Goal = tuple[Literal[">=", "<="], float]

RATIO = "x"
"""The unit of a ratio."""
COUNT = "count"
"""The unit of what is counted."""

_DECIDES = (RATIO, COUNT)
_SLACK = 2.0
_LEAST = ", least"
_MOST = ", most"


@dataclass(frozen=True)
class Row:
    """One number: its case, metric, unit, and goal if it has one."""

    case: str
    metric: str
    value: float
    unit: str
    goal: Goal | None = None

    @property
    def decides(self) -> bool:
        """Whether missing the goal is a failure: it is, of a ratio or a count."""
        return self.goal is not None and self.unit in _DECIDES

    def met(self, slack: float = 1.0) -> bool:
        """Return whether the goal is met, with a ratio allowed to be ``slack`` times off."""
        if self.goal is None:
            return True
        if self.unit != RATIO:
            slack = 1.0
        direction, bar = self.goal
        return self.value >= bar / slack if direction == ">=" else self.value <= bar * slack


def ratio(case: str, metric: str, ratios: Sequence[float], goal: Goal | None = None) -> list[Row]:
    """Return the rows of the ratios of pairs: the median, and the extremes."""
    rows = [Row(case, metric, statistics.median(ratios), RATIO, goal)]
    if len(ratios) > 1:
        rows.append(Row(case, metric + _LEAST, min(ratios), RATIO))
        rows.append(Row(case, metric + _MOST, max(ratios), RATIO))
    return rows


def missed(rows: Iterable[Row], *, short: bool = False) -> list[Row]:
    """Return the rows that decide and missed; a short run allows a ratio to be twice off."""
    slack = _SLACK if short else 1.0
    return [row for row in rows if row.decides and not row.met(slack)]


def as_json(bench: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Return what ``--json`` writes."""
    return {"bench": bench, "rows": [_finite(asdict(row)) for row in rows]}


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row for JSON, which knows no infinity: null stands for what never came."""
    return row if math.isfinite(row["value"]) else row | {"value": None}


def as_table(bench: str, rows: Sequence[Row]) -> Table:
    """Return the rows as a table for a terminal."""
    table = Table("case", "what", title=bench, title_justify="left")
    for name in ("value", "unit", "goal"):
        table.add_column(name, justify="left" if name == "unit" else "right")
    for row, value in _folded(rows):
        style = "" if row.met() else ("red" if row.decides else "yellow")
        table.add_row(row.case, row.metric, value, row.unit, _goal(row), style=style)
    return table


def as_wide_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table with a line for each case, its columns aligned."""
    head, lines = _wide(rows)
    widths = [max(4, *map(len, column)) for column in zip(head, *lines, strict=True)]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    padded = [
        [line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]
        for line in (head, rule, *lines)
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in padded)


def _wide(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """Return the head, metrics with their units, and the lines; "!" marks what misses its goal."""
    columns = list(dict.fromkeys((row.metric, row.unit) for row in rows))
    found = {(row.case, row.metric, row.unit): row for row in rows}
    lines = []
    for case in dict.fromkeys(row.case for row in rows):
        cells = [found.get((case, *column)) for column in columns]
        lines.append([case, *(_cell(row) if row else "" for row in cells)])
    return ["case", *(f"{metric}, {unit}" for metric, unit in columns)], lines


def _cell(row: Row) -> str:
    return number(row.value) + ("" if row.met() else " !")


def as_markdown(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = ["| case | what | value | unit | goal |", "|---|---|---:|---|---|"]
    for row, value in _folded(rows):
        goal = _goal(row) + ("" if row.met() else " (missed)")
        lines.append(f"| {row.case} | {row.metric} | {value} | {row.unit} | {goal} |")
    return "\n".join(lines) + "\n"


def _folded(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Yield each row with its value as text, a ratio with its extremes."""
    values = {(row.case, row.metric): row.value for row in rows}
    for row in rows:
        if row.metric.endswith((_LEAST, _MOST)):
            continue
        text = number(row.value)
        least = values.get((row.case, row.metric + _LEAST))
        most = values.get((row.case, row.metric + _MOST))
        if least is not None and most is not None:
            text += f" ({number(least)} to {number(most)})"
        yield row, text


def number(value: float) -> str:
    """Return a number as text with three significant digits; an infinite one is "never"."""
    if math.isnan(value):
        return "-"
    if not math.isfinite(value):
        return "never"
    if value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    digits = 2 - math.floor(math.log10(abs(value)))
    return f"{value:.{min(max(digits, 0), 3)}f}"


def _goal(row: Row) -> str:
    return "" if row.goal is None else f"{row.goal[0]} {row.goal[1]:g}"
