"""A file of examples: JSON, which holds data and runs nothing, in the state folder of a box.

    {"format": 1, "names": ["a", "b"], "takes": [{"label": "up", "times": [0.0], "rows": [[0.5,
    null]], "targets": {}}]}

A number that is not known is null. Every size is checked, since a folder may come from a stranger.
"""

from __future__ import annotations

import re
from typing import Final, TypeVar

import msgspec
import numpy as np

from engine.learning.examples import MOST_CLASSES, MOST_EXAMPLES, Examples, OneTake
from engine.learning.named_numbers import ABSURD, MOST

F = TypeVar("F", bound=msgspec.Struct)

FORMAT: Final = 1
LARGEST: Final = 64 << 20
LONGEST: Final = 80
"""Letters of a name."""
_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


class BadExamples(Exception):
    """A file of examples cannot be used; its text says why."""


class _Take(msgspec.Struct, forbid_unknown_fields=False):
    label: str
    times: list[float]
    rows: list[list[float | None]]
    targets: dict[str, float] = {}


class _File(msgspec.Struct):
    format: int
    names: list[str]
    takes: list[_Take]


_DECODER: Final = msgspec.json.Decoder(_File)


def version_fault(version: str) -> str:
    """Return what is wrong with the name of a version, or ""."""
    if _VERSION.fullmatch(version):
        return ""
    return (
        f'"{version[:LONGEST]}" is no name of a version: expected up to 40 letters without accents,'
        ' digits, "_" and "-", no path'
    )


def write_examples(examples: Examples) -> bytes:
    """Return the examples as a file."""
    takes = [
        _Take(
            take.label,
            [float(f"{each:.9g}") for each in take.times.tolist()],
            [[_rounded(value) for value in row] for row in take.rows.tolist()],
            take.targets,
        )
        for take in examples.takes
    ]
    return msgspec.json.encode(_File(FORMAT, list(examples.names), takes))


def decode_versioned(data: bytes, decoder: msgspec.json.Decoder[F], largest: int, newest: int) -> F:
    """Return what a file holds, a struct with the number of its ``format``.

    Raise BadExamples where it has more than ``largest`` bytes, is broken, or of a format beyond
    ``newest``.
    """
    if len(data) > largest:
        raise BadExamples(f"it has {len(data)} bytes, and {largest} are the most")
    try:
        file = decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadExamples("it is broken, or cut off") from None
    if not 1 <= (found := getattr(file, "format", 0)) <= newest:
        raise BadExamples(f"it is of format {found}, and this version reads {newest}")
    return file


def read_examples(data: bytes) -> Examples:
    """Return the examples of a file. Raise BadExamples where it is broken, or too large."""
    file = decode_versioned(data, _DECODER, LARGEST, FORMAT)
    if len(file.names) > MOST or len(set(file.names)) < len(file.names):
        raise BadExamples(f"it has more than {MOST} names of numbers, or one of them twice")
    found = Examples(tuple(file.names))
    found.takes = [_take(take, len(file.names)) for take in file.takes]
    found.drop_empty()
    if found.count > MOST_EXAMPLES:
        raise BadExamples(f"it has {found.count} examples, and {MOST_EXAMPLES} are the most")
    if len(found.labels) > MOST_CLASSES:
        raise BadExamples(f"it has {len(found.labels)} classes, and {MOST_CLASSES} are the most")
    return found


def _take(take: _Take, width: int) -> OneTake:
    if not 0 < len(take.label) <= LONGEST or len(take.targets) > MOST:
        raise BadExamples(f"a take needs a name of 1 to {LONGEST} letters")
    if len(take.times) != len(take.rows) or any(len(row) != width for row in take.rows):
        raise BadExamples("its takes are not as long as its names say")
    if any(not abs(moment) < ABSURD for moment in take.times):
        raise BadExamples("one of its moments is at no time")
    rows = [[_known(value) for value in row] for row in take.rows]
    targets = {name: value for name, value in take.targets.items() if abs(value) < ABSURD}
    return OneTake(
        take.label,
        np.array(rows, np.float32).reshape(len(rows), width),
        np.array(take.times, np.float32),
        targets,
    )


def _known(value: float | None) -> float:
    """Return a number as it is learned from: one that is absurdly large is not known."""
    return value if value is not None and abs(value) < ABSURD else np.nan


def _rounded(value: float) -> float | None:
    return float(f"{value:.9g}") if np.isfinite(value) else None
