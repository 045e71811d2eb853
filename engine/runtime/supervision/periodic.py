"""What is done again and again while a show plays: remote controls are told, the watchdog looks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from engine.core.source import Remote
from engine.runtime.engine import Engine
from engine.runtime.schedule.call import describe_error
from engine.runtime.supervision.watchdog import EVERY, Watchdog

REPORT: Final = 1.0
"""Every how many seconds remote controls are told how it goes."""


class PeriodicTasks:
    """The rounds of one show, on its loop; they end when the show is done."""

    def __init__(self, engine: Engine, watchdog: Watchdog, done: asyncio.Event) -> None:
        self._engine = engine
        self._watchdog = watchdog
        self._done = done

    def begin(self) -> None:
        """Go round for the first time."""
        now = asyncio.get_running_loop().time()
        self._go(now, EVERY, self._watchdog.look)
        self._go(now, REPORT, self._report)

    def _go(self, due: float, every: float, work: Callable[[], None]) -> None:
        """Do it, and again when it is due, no later for having been late."""
        if not self._done.is_set():
            work()
            loop = asyncio.get_running_loop()
            due = max(due + every, loop.time())
            loop.call_at(due, self._go, due, every, work)

    def _report(self) -> None:
        boxes = ((name, state.box) for name, state in self._engine.states.items())
        remotes = [(name, box) for name, box in boxes if isinstance(box, Remote)]
        if not remotes:
            return
        status = self._engine.status()
        for name, remote in remotes:
            try:
                remote.report(status)
            except Exception as error:
                self._engine.tell(name, describe_error(error))
