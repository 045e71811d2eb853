"""What was found when somebody looked whether all is there that a show needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "none", "unsure", "missing"]


@dataclass(frozen=True)
class Finding:
    """The state of one area, and the line that mends it.

    "none" means that nothing is connected and something else plays in its place, "unsure" that it
    cannot be known from here, "missing" that a part of the show does not play without it.
    """

    area: str
    state: State
    said: str
    mend: str = ""
