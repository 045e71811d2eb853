"""Shows on the terminal how far a corpus is."""

from __future__ import annotations

from typing import Final, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from engine.runtime.metrics import LOG

_EVERY: Final = 100
"""In a pipe, after so many items a line is written."""


class CorpusScreen:
    """A bar while items are listened to or looked at, and what is left out above it."""

    def __init__(self, console: Console) -> None:
        self._terminal = console.is_terminal
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console, disable=not self._terminal)
        self._task = self._bar.add_task("", total=None)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._bar.stop()

    def advance(self, done: int, of: int, told: str) -> None:
        """Show how many are done, and tell what is to be told."""
        if told:
            LOG.warning("%s", told)
        self._bar.update(self._task, completed=done, total=of)
        if not self._terminal and (done % _EVERY == 0 or done == of):
            LOG.info("%d of %d", done, of)
