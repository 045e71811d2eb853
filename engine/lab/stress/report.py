"""The report of a storm: as a table, a Markdown page and JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

from rich.table import Table

from engine.lab.bench.report import number
from engine.lab.stress.judge import Verdict


@dataclass
class Report:
    """The report of one run; ``outcomes`` holds a line for each injection."""

    title: str
    how: str
    verdicts: list[Verdict]
    outcomes: list[str] = field(default_factory=list)
    unreplaced: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every goal is met."""
        return all(verdict.met for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """Return the document of ``--json``; a value that is infinite is null."""
        rows = [
            {**asdict(v), "value": v.value if isfinite(v.value) else None, "met": v.met}
            for v in self.verdicts
        ]
        document = {"title": self.title, "how": self.how, "passed": self.passed, "goals": rows}
        return {
            **document,
            "faults": self.outcomes,
            "left_as_it_is": self.unreplaced,
            "said": self.log,
        }

    def as_table(self) -> Table:
        """Return the verdicts as a table for a terminal."""
        table = Table("", "what", title=f"{self.title}: {self.how}", title_justify="left")
        for name in ("value", "unit", "goal", "remark"):
            table.add_column(name, justify="right" if name in ("value", "goal") else "left")
        for verdict, cells in _rows(self.verdicts):
            table.add_row(*cells, style="" if verdict.met else "red")
        return table

    def as_markdown(self) -> str:
        """Return everything as a Markdown page."""
        verdict = "It came through." if self.passed else "It did not come through."
        lines = [f"# {self.title}", "", f"{self.how} {verdict}", ""]
        lines += ["| | what | value | unit | goal | remark |", "|---|---|---:|---|---:|---|"]
        lines += ["| " + " | ".join(cells) + " |" for _, cells in _rows(self.verdicts)]
        for head, document in (
            ("Faults", self.outcomes),
            ("Left as it is", self.unreplaced),
            ("What the show said", self.log),
        ):
            if document:
                lines += ["", f"## {head}", "", "```", *document, "```"]
        return "\n".join(lines) + "\n"


def _rows(verdicts: Iterable[Verdict]) -> Iterable[tuple[Verdict, Sequence[str]]]:
    for verdict in verdicts:
        mark = "" if verdict.most is None else ("pass" if verdict.met else "FAIL")
        value = number(verdict.value) if isfinite(verdict.value) else "never"
        goal = "" if verdict.most is None else f"<= {number(verdict.most)}"
        note = verdict.note.replace("|", "/")
        yield verdict, (mark, verdict.what, value, verdict.unit, goal, note)
