"""What a storm came to: as a table, a page and a file."""

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
    """All that is to be told of one run; ``fate`` are the lines about each strike."""

    title: str
    how: str
    verdicts: list[Verdict]
    fate: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether every goal is met."""
        return all(verdict.met for verdict in self.verdicts)

    def as_json(self) -> dict[str, Any]:
        """Give what ``--json`` writes; what never came is null."""
        rows = [
            {**asdict(v), "value": v.value if isfinite(v.value) else None, "met": v.met}
            for v in self.verdicts
        ]
        told = {"title": self.title, "how": self.how, "passed": self.passed, "goals": rows}
        return {**told, "faults": self.fate, "left_as_it_is": self.left, "said": self.said}

    def as_table(self) -> Table:
        """Draw the verdicts for a terminal."""
        table = Table("", "what", title=f"{self.title}: {self.how}", title_justify="left")
        for name in ("value", "unit", "goal", "remark"):
            table.add_column(name, justify="right" if name in ("value", "goal") else "left")
        for verdict, cells in _rows(self.verdicts):
            table.add_row(*cells, style="" if verdict.met else "red")
        return table

    def as_markdown(self) -> str:
        """Write everything as a page."""
        verdict = "It came through." if self.passed else "It did not come through."
        lines = [f"# {self.title}", "", f"{self.how} {verdict}", ""]
        lines += ["| | what | value | unit | goal | remark |", "|---|---|---:|---|---:|---|"]
        lines += ["| " + " | ".join(cells) + " |" for _, cells in _rows(self.verdicts)]
        for head, told in (
            ("Faults", self.fate),
            ("Left as it is", self.left),
            ("What the show said", self.said),
        ):
            if told:
                lines += ["", f"## {head}", "", "```", *told, "```"]
        return "\n".join(lines) + "\n"


def _rows(verdicts: Iterable[Verdict]) -> Iterable[tuple[Verdict, Sequence[str]]]:
    for verdict in verdicts:
        mark = "" if verdict.most is None else ("pass" if verdict.met else "FAIL")
        value = number(verdict.value) if isfinite(verdict.value) else "never"
        goal = "" if verdict.most is None else f"<= {number(verdict.most)}"
        note = verdict.note.replace("|", "/")
        yield verdict, (mark, verdict.what, value, verdict.unit, goal, note)
