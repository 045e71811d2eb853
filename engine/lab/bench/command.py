"""The command ``sensorium bench``: finds benches, runs them, shows and writes their rows."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from engine.core.errors import UnknownName
from engine.lab.bench.page import write_section
from engine.lab.bench.report import (
    Row,
    as_json,
    as_markdown,
    as_table,
    as_wide_markdown,
    missed,
    number,
)
from engine.system.output_file import OutputFile

ALL = "all"
TRIES = 3
"""How often a short run may miss before it counts: other programs are busy too."""

_HERE = Path(__file__).parent
_NOT_BENCHES = {"__init__", "class_sounds", "command", "page", "report"}


def benches() -> dict[str, str]:
    """Return the benches: name, and the first paragraph of the module's docstring."""
    files = sorted(file for file in _HERE.glob("*.py") if file.stem not in _NOT_BENCHES)
    return {file.stem: _about(file) for file in files}


def chosen(names: Iterable[str]) -> list[str]:
    """Return the benches of ``names``, where "all" is all of them. Raise UnknownName.

    A bench that has PARTS runs one of them as "pose.real".
    """
    known = benches()
    found: list[str] = []
    for name in names:
        bench, dot, part = name.partition(".")
        if dot and bench in known:
            parts = getattr(_module(bench), "PARTS", ())
            if part not in parts:
                raise UnknownName("bench", name, [bench, *(f"{bench}.{each}" for each in parts)])
        elif name not in known and name != ALL:
            raise UnknownName("bench", name, [ALL, *known])
        found += known if name == ALL else [name]
    return list(dict.fromkeys(found))


def measure(name: str, short: bool) -> list[Row]:
    """Run a bench; a short one is run again, three times at most, where it misses."""
    bench, _, part = name.partition(".")
    run = _module(bench).run
    rows: list[Row] = []
    for _ in range(TRIES if short else 1):
        rows = run(short, part) if part else run(short)
        if not missed(rows, short=short):
            break
    return rows


def is_wide(name: str) -> bool:
    """Return whether a bench's table has a line for each case, as ``WIDE`` in its file says."""
    return bool(getattr(_module(name.partition(".")[0]), "WIDE", False))


def bench(names: Sequence[str], short: bool, file: Path | None, page: Path | None) -> bool:
    """Run benches, or list them where none is named; return whether every goal that decides is met.

    ``file`` becomes JSON, of several benches a list; on ``page`` each bench's section is replaced.
    """
    console = Console()
    if not names:
        for name, about in benches().items():
            console.print(f"[bold]{name:12}[/] {about}", soft_wrap=True)
        return True
    numbers = OutputFile(file) if file else None  # told now, and not after minutes
    if page:
        OutputFile(page).close()
    documents = []
    passed = True
    for name in chosen(names):
        with console.status(f"measuring {name} ..."):
            rows = measure(name, short)
        wide = is_wide(name)
        if wide:
            console.print(as_wide_markdown(rows), soft_wrap=True, markup=False, highlight=False)
        else:
            console.print(as_table(name, rows))
        for row in missed(rows, short=short):
            passed = False
            console.print(f"[red]missed[/] {row.case}, {row.metric}: {number(row.value)}")
        documents.append(as_json(name, rows))
        if page:
            table = as_wide_markdown(rows) if wide else as_markdown(rows)
            write_section(page, name, short, table)
    if numbers:
        text = json.dumps(documents[0] if len(documents) == 1 else documents, indent=1)
        numbers.write(text + "\n")
    return passed


def _module(bench: str) -> Any:
    return importlib.import_module(f"engine.lab.bench.{bench}")


def _about(file: Path) -> str:
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.partition("\n\n")[0].replace("\n", " ")
