"""Parse ``on_beat`` of a box or cable, which becomes a hidden box there, fed by a grid of beats.

on_beat = "bar"            what comes waits for the next bar of the one box "tempo" of the patch
on_beat = "1/8"            for the next eighth
on_beat = "house.beat"     for the next beat of the grid "house", where a patch has several
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.core.errors import ParameterError, as_written
from engine.core.nearest import nearest

GRID: Final = "tempo"
ELSEWHERE: Final = "elsewhere "
"""How ``use`` begins in the part of a machine where a box stands for one of another machine."""
LINES: Final[Mapping[str, str]] = {
    "bar": "downbeat",
    "beat": "beat",
    "1/2": "half",
    "1/4": "beat",
    "1/8": "eighth",
    "1/8t": "triplet",
    "1/16": "sixteenth",
}
"""What a patch calls the lines of a grid, and the outlets that give them."""


def read_on_beat(value: object, tables: Mapping[str, object]) -> dict[str, str]:
    """Return where the cables of the hidden box begin, by its inlets.

    ``tables`` are those of the patch. Raise ParameterError where ``value`` is malformed, or no grid
    or more than one can be meant.
    """
    words = ", ".join(f'"{word}"' for word in LINES)
    if not isinstance(value, str):
        raise ParameterError(f"on_beat: expected one of {words}, got {as_written(value)}")
    named, dot, line = value.rpartition(".")
    if line not in LINES:
        hint = nearest(line, LINES)
        raise ParameterError(f"on_beat: expected one of {words}, got {as_written(value)}.{hint}")
    grids = [name for name, table in tables.items() if _is_grid(table)]
    if dot and named not in grids:
        hint = nearest(named, grids)
        raise ParameterError(f'on_beat: there is no box "{named}" with use = "{GRID}".{hint}')
    if not grids:
        raise ParameterError(f'on_beat: needs a grid of beats: a box with use = "{GRID}"')
    if not dot and len(grids) > 1:
        either = " or ".join(f'"{name}.{line}"' for name in grids[:2])
        raise ParameterError(f'on_beat: there are {len(grids)} boxes "{GRID}"; write {either}')
    grid = named if dot else grids[0]
    return {"line": f"{grid}.{LINES[line]}", "running": f"{grid}.running"}


def _is_grid(table: object) -> bool:
    return isinstance(table, dict) and table.get("use") in (GRID, f"{ELSEWHERE}{GRID}")
