"""One show from start to end: a set of patches, live, or one patch offline."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from engine.core.clock import ns
from engine.core.errors import PatchError, Problem
from engine.core.nearest import nearest
from engine.core.os_errors import os_reason
from engine.patch.load import read_texts
from engine.patch.plan import Plan
from engine.runtime.dump import Dump
from engine.runtime.engine import Engine
from engine.runtime.fallback import report_fallbacks
from engine.runtime.live import Live
from engine.runtime.metrics import LOG
from engine.runtime.offline import Offline
from engine.runtime.patch_warnings import WarningLog
from engine.runtime.reload.fingerprints import own_files
from engine.runtime.reload.probation import SECONDS
from engine.runtime.reload.reloader import Open, Reloader
from engine.runtime.reload.watcher import FileWatcher
from engine.runtime.rig_keeper import RigKeeper
from engine.runtime.service import SystemdNotifier
from engine.runtime.signals import ShowSignals

Report = Callable[[dict[str, Any]], None]
"""Writes the statistics of a show. Raises OSError."""


class ShowConductor(Protocol):
    """Has parts of a show played on other machines."""

    def begin(self, show: Live, read_again: Callable[[], None]) -> None:
        """Begin, on the loop; ``read_again`` has the patch read again."""
        ...

    async def end(self) -> None:
        """End, on the loop, when the show has ended."""
        ...


class Performance:
    """A set of patches, of which one plays at a time.

    ``unplayed`` are the boxes that kept a show offline from being played; see ``Offline``.
    ``watch`` is called with the engine when playing starts and after each change of patch; with
    ``edits`` saved files are reloaded. A new plan is on probation for ``trial`` seconds. Where
    somebody asks for the statistics of a live show by a signal, ``report`` writes them; else they
    are logged.
    """

    def __init__(
        self,
        files: Sequence[Path],
        open_patch: Open,
        dump: Dump | None = None,
        watch: Callable[[Engine], None] | None = None,
        *,
        edits: bool = False,
        trial: float = SECONDS,
        report: Report | None = None,
        conductor: ShowConductor | None = None,
    ) -> None:
        """Raise PatchError with the problems of every patch of the set.

        ``conductor`` has parts of it played on other machines.
        """
        self._conductor = conductor
        self.unplayed: frozenset[str] = frozenset()
        self._files = list(files)
        self._open = open_patch
        self._dump = dump
        self._watch = watch
        self._edits = edits
        self._trial = trial
        self._report = report
        self._titles: list[str] = []
        self._warnings = WarningLog()
        self._plan = self._check()
        self._service = SystemdNotifier()

    def offline(self, seconds: float | None, costs: Mapping[str, float]) -> dict[str, Any]:
        """Play the first patch in virtual time and return the stats."""
        unknown = [box for box in costs if box not in self._plan.boxes]
        if unknown:
            hint = nearest(unknown[0], self._plan.boxes)
            raise PatchError([Problem(f'--cost: there is no box "{unknown[0]}".{hint}')])
        show = Offline(self._plan, costs)
        self._attach(show.engine)
        show.play(None if seconds is None else ns(seconds))
        self.unplayed = frozenset(show.unplayed)
        return show.engine.metrics.stats(show.clock.now())

    async def live(self, seconds: float | None) -> dict[str, Any]:
        """Play until the end, a signal, or for ``seconds``; return the stats of the show."""
        loop = asyncio.get_running_loop()
        show = Live(self._plan)
        reloader = Reloader(show, self._files, self._titles, self._open, self._trial)
        reloader.on_good = self._warnings.tell
        self._attach(show.engine)
        signals = self._handle_signals(show, reloader)
        self._service.follow(show)
        if self._conductor:
            self._conductor.begin(show, partial(reloader.look_again, set()))
        show.cancel_at_end(loop.create_task(reloader.work()))
        watcher = self._watcher(loop, show, reloader)
        try:
            await show.play(seconds)
        finally:
            self._service.stopping()
            if watcher:
                watcher.close()
            if signals:
                signals.close()
            if self._conductor:
                await self._conductor.end()
        return show.engine.metrics.stats(show.engine.clock.now())

    def _watcher(
        self, loop: asyncio.AbstractEventLoop, show: Live, reloader: Reloader
    ) -> FileWatcher | None:
        def changed(files: set[Path]) -> None:
            with suppress(RuntimeError):  # the show is over
                loop.call_soon_threadsafe(reloader.look_again, files)

        show.engine.on_saved = changed  # also where files are not watched: it is what plays
        show.engine.on_keep = RigKeeper(show.engine).keep
        more = lambda: own_files(show.engine.plan)  # noqa: E731
        return FileWatcher(self._files, changed, more) if self._edits else None

    def _check(self) -> Plan:
        """Return the plan of the first patch. Raise PatchError when any of them has problems."""
        plans: list[Plan] = []
        problems: list[Problem] = []
        for file in self._files:
            try:
                plans.append(self._open(read_texts(file)))
            except PatchError as error:
                problems += error.problems
        if problems:
            raise PatchError(problems)
        self._titles = [plan.title for plan in plans]
        for plan in plans:
            self._warnings.tell(plan)
        report_fallbacks(plans[0])
        return plans[0]

    def _attach(self, engine: Engine) -> None:
        for listen in (self._dump.listen if self._dump else None, self._watch):
            if listen:
                listen(engine)
                engine.on_plan.append(partial(listen, engine))

    def _handle_signals(self, show: Live, reloader: Reloader) -> ShowSignals | None:
        try:
            return ShowSignals(
                show,
                on_end=self._service.stopping,
                reload=reloader.read_again,
                write_stats=partial(self._write_stats, show.engine),
            )
        except ValueError:  # not on the main thread, which handles the signals
            return None

    def _write_stats(self, engine: Engine) -> None:
        """Write the statistics so far, beside the loop."""
        numbers = engine.metrics.stats(engine.clock.now())

        def write() -> None:
            try:
                if self._report:
                    self._report(numbers)
                else:
                    LOG.info("statistics: %s", json.dumps(numbers))
            except OSError as error:
                LOG.warning("the statistics cannot be written: %s", os_reason(error))

        threading.Thread(target=write, name="statistics", daemon=True).start()
