"""Plays live shows of a test's own boxes, until something is so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

from engine.core.box import Box
from engine.patch.load import parse
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.live import Live
from engine.runtime.opening import open_document


def live(text: str, own: Mapping[str, type[Box]]) -> Live:
    """Make a show of a patch; ``own`` are boxes that only the test has."""
    registry = Registry()
    return Live(
        open_document(parse(text), lambda use: own.get(use) or registry.find(use), live=False)
    )


def lives(answers: Sequence[float]) -> list[list[float]]:
    """Return what a box that counts its calls has answered, split where a fresh one began."""
    begins = [place for place, answer in enumerate(answers) if answer == 1]
    return [[*answers[a:b]] for a, b in zip(begins, [*begins[1:], len(answers)], strict=True)]


def play(
    show: Live, until: Callable[[Engine], bool], limit: float, seconds: float | None = None
) -> Engine:
    """Play until something is so, which is looked at after each entry; raises TimeoutError."""

    def look() -> None:
        if until(show.engine):
            show.stop()

    show.after_entry = look
    asyncio.run(asyncio.wait_for(show.play(seconds), limit))
    return show.engine
