"""The state of the show once a second, for a page, a desk or a log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Status:
    """A summary of a playing patch.

    ``patch`` is its title; ``seconds`` the time played; ``delay_ms`` the median latency of the
    slowest route, 0 before anything was sent; ``states`` maps each source, model and output to
    "opening", "running", "late", "lost" or "failed"; ``errors`` counts since the start. With a
    deadline, ``quality`` is the share of full quality (1 is all) and ``step`` the last change made
    for it. While ``private``, no picture leaves; ``blackout``, ``frozen`` and ``master`` (0 to 1)
    say how pictures leave.
    """

    patch: str
    seconds: float
    delay_ms: float
    states: Mapping[str, str]
    errors: int
    quality: float | None = None
    step: str = ""
    private: bool = False
    blackout: bool = False
    frozen: bool = False
    master: float = 1.0
