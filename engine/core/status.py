"""How the show goes, once a second, for whoever watches: a page, a desk, a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """A glance at a playing patch.

    ``patch`` is its title; ``delay_ms`` the median of the slowest route, 0 before anything was
    sent; ``states`` says of every source, model and output that has one whether it is "opening",
    "running", "late", "lost" or "failed"; ``errors`` counts since the start. ``quality`` says,
    where a deadline is kept, how much is as it was written: 1 is all; ``step`` is what was done
    last for it.
    """

    patch: str
    seconds: float
    delay_ms: float
    states: Mapping[str, str]
    errors: int
    quality: float | None = None
    step: str = ""
