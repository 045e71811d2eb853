"""The part of a patch that one machine plays, as plain data that can be sent there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Departure:
    """An outlet whose messages another machine takes: the box and its outlet, and their name there.

    ``kinds`` are the names of the kinds that it gives; ``pictures`` says how those go.
    """

    to: str
    box: str
    outlet: str
    name: str
    kinds: tuple[str, ...]
    pictures: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one machine plays of a patch, as plain data: tables, and what leaves."""

    machine: str
    tables: dict[str, Any]
    departures: tuple[Departure, ...] = ()
