"""Examples as tables: CSV, and the ARFF in which Wekinator and Weka keep theirs.

A table has a row for each moment. Its column "label" is the name, "take" what belongs together,
"time" the seconds since the take began, "knob:NAME" a knob; all others are numbers. Where there is
no label, columns that begin with "output" are: one of them the name, and all of them knobs; where
that would be more names than there may be, they are numbers, and all is called "here". Where there
are none either, it is the last column.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from engine.learning.examples import MOST_CLASSES, MOST_EXAMPLES, UNSURE, Examples
from engine.learning.examples_file import LONGEST, BadExamples
from engine.learning.named_numbers import ABSURD, MOST, NamedNumbers

LABEL, TAKE, TIME, KNOB = "label", "take", "time", "knob:"
HERE: Final = "here"
"""What a moment is called that has no name."""
_OUTPUT: Final = "output"
_ROUND: Final = "training round"
_ASIDE: Final = ("id", "timestamp")
"""Columns of Wekinator that are neither inputs nor outputs."""
_PACE: Final = 1 / 30


def write_table(examples: Examples) -> str:
    """Return examples as CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    knobs = examples.knobs
    writer.writerow([LABEL, TAKE, TIME, *examples.names, *(KNOB + name for name in knobs)])
    for number, take in enumerate(examples.takes, 1):
        turned = [_cell(take.targets.get(name, math.nan)) for name in knobs]
        for moment, row in zip(take.times.tolist(), take.rows.tolist(), strict=True):
            writer.writerow([take.label, number, f"{moment:.9g}", *map(_cell, row), *turned])
    return text.getvalue()


def read_table(text: str, names: Sequence[str] = ()) -> Examples:
    """Return the examples of CSV or ARFF. Raise BadExamples where there are none.

    ``names`` are what its numbers are called here, in their order; "" keeps one.
    """
    columns, rows = _arff(text) if _is_arff(text) else _csv(text)
    return _examples(columns, rows, names)


def _is_arff(text: str) -> bool:
    return any(line.strip().lower().startswith("@relation") for line in text.splitlines()[:200])


def _csv(text: str) -> tuple[list[str], Iterator[list[str]]]:
    try:
        rows = csv.reader(io.StringIO(text))
        columns = [name.strip() for name in next(rows, [])]
    except csv.Error:
        raise BadExamples("it is no table of commas") from None
    return columns, rows


def _arff(text: str) -> tuple[list[str], Iterator[list[str]]]:
    columns: list[str] = []
    lines = iter(text.splitlines())
    for line in lines:
        word, _, rest = line.strip().partition(" ")
        if word.lower() == "@attribute":
            columns.append(_attribute(rest.strip()))
        elif word.lower() == "@data":
            break
    data = (line for line in lines if line.strip() and not line.lstrip().startswith("%"))
    return columns, csv.reader(data, quotechar="'", skipinitialspace=True)


def _attribute(rest: str) -> str:
    """Return the name at the beginning of an attribute, which may stand in quotes."""
    if rest[:1] in ("'", '"'):
        return rest[1:].partition(rest[0])[0]
    return rest.split(maxsplit=1)[0] if rest else ""


class _Columns(NamedTuple):
    """What the columns of a table are, by their places; -1 where there is none."""

    label: int
    take: int
    time: int
    knobs: dict[int, str]
    numbers: list[int]


def _read_head(columns: list[str]) -> _Columns:
    """Return what columns are. Raise BadExamples where none is a number."""
    lower = [column.lower() for column in columns]
    outputs = [place for place, name in enumerate(lower) if name.startswith(_OUTPUT)]
    is_ours = LABEL in lower
    label = lower.index(LABEL) if is_ours else (outputs or [len(columns) - 1])[0]
    take = next((lower.index(name) for name in (TAKE, _ROUND) if name in lower), -1)
    time = lower.index(TIME) if TIME in lower else -1
    knobs = {
        place: name.removeprefix(KNOB)
        for place, name in enumerate(columns)
        if name.startswith(KNOB) or (not is_ours and place in outputs)
    }
    aside = {label, take, time, *knobs}
    if not is_ours:
        aside |= {place for place, name in enumerate(lower) if name in _ASIDE}
    numbers = [place for place in range(len(columns)) if place not in aside]
    if not 1 <= len({columns[place] for place in numbers}) == len(numbers) <= MOST:
        raise BadExamples(f"it needs 1 to {MOST} columns of numbers, each with a name of its own")
    return _Columns(label, take, time, knobs, numbers)


def _examples(columns: list[str], rows: Iterator[list[str]], names: Sequence[str]) -> Examples:
    head = _read_head(columns)
    called = tuple(
        (names[number] if number < len(names) else "") or columns[place]
        for number, place in enumerate(head.numbers)
    )
    found, last = Examples(), None
    try:
        for row in rows:
            if len(row) != len(columns):
                continue
            name = row[head.label].strip()[:LONGEST] or HERE
            begins = (name, row[head.take] if head.take >= 0 else "", *(row[p] for p in head.knobs))
            if begins != last:
                targets = {knob: _number(row[place]) for place, knob in head.knobs.items()}
                found.begin(name, {knob: v for knob, v in targets.items() if math.isfinite(v)})
                last = begins
            seconds = _number(row[head.time]) if head.time >= 0 else math.nan
            if math.isnan(seconds):
                seconds = len(found.takes[-1].rows) * _PACE
            values = np.array([_number(row[place]) for place in head.numbers], np.float32)
            if not found.add(NamedNumbers(called, values), seconds):
                raise BadExamples(f"it has more than {MOST_EXAMPLES} rows")
    except csv.Error:
        raise BadExamples("it is no table of commas") from None
    if not found.count:
        raise BadExamples("it has no row of as many columns as its head")
    _check_labels(found, are_numbers=head.label in head.knobs)
    return found


def _check_labels(found: Examples, *, are_numbers: bool) -> None:
    """Call all "here" where names are numbers, and too many; raise BadExamples for what is none."""
    if len(found.labels) > MOST_CLASSES:
        if not are_numbers:
            raise BadExamples(f"it has more than {MOST_CLASSES} classes: which is the label?")
        for take in found.takes:
            take.label = HERE
    if any(label.lower() == UNSURE for label in found.labels):
        raise BadExamples(f'a class is called "{UNSURE}", as what is like none of them')


def _number(cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        return math.nan
    return value if abs(value) < ABSURD else math.nan


def _cell(value: float) -> str:
    return f"{value:.9g}" if math.isfinite(value) else ""
