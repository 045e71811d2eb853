"""Periodic tasks of a live show: report to remote controls, run the watchdog, light desks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from engine.core.box_errors import anything_raised
from engine.core.source import Remote
from engine.runtime.engine import Engine
from engine.runtime.feedback import EVERY as LOOK
from engine.runtime.feedback import Feedback
from engine.runtime.schedule.call import describe_error
from engine.runtime.supervision.watchdog import EVERY, Watchdog

REPORT: Final = 1.0
"""Seconds between two status reports to remote controls."""


class PeriodicTasks:
    """The periodic tasks of one show, on its loop, until the show is done."""

    def __init__(self, engine: Engine, watchdog: Watchdog, done: asyncio.Event) -> None:
        self._engine = engine
        self._watchdog = watchdog
        self._done = done

    def begin(self) -> None:
        """Run every task for the first time."""
        now = asyncio.get_running_loop().time()
        self._run(now, EVERY, self._watchdog.check)
        self._run(now, REPORT, self._report)
        self._run(now, REPORT, self._engine.monitor.rest)
        self._run(now, LOOK, Feedback(self._engine).look)

    def _run(self, due: float, every: float, work: Callable[[], None]) -> None:
        """Run a task, and again every ``every`` seconds; lateness does not add up."""
        if not self._done.is_set():
            work()
            loop = asyncio.get_running_loop()
            due = max(due + every, loop.time())
            loop.call_at(due, self._run, due, every, work)

    def _report(self) -> None:
        boxes = ((name, state.box) for name, state in self._engine.states.items())
        remotes = [(name, box) for name, box in boxes if isinstance(box, Remote)]
        if not remotes:
            return
        status = self._engine.status()
        for name, remote in remotes:
            try:
                remote.report(status)
            except anything_raised() as error:
                self._engine.tell(name, describe_error(error))
