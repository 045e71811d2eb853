"""One show from beginning to end: a set of patches, live, or one patch offline."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from engine.core.clock import ns
from engine.core.errors import PatchError, Problem, nearest
from engine.core.messages import Ns
from engine.patch.plan import Plan
from engine.runtime.dump import Dump
from engine.runtime.engine import Engine
from engine.runtime.live import Live
from engine.runtime.offline import Offline

Open = Callable[[Path], Plan]
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Performance:
    """A set of patches, of which one plays at a time.

    ``watch`` is called with each engine that begins to play.
    """

    def __init__(
        self,
        files: Sequence[Path],
        open_patch: Open,
        dump: Dump | None = None,
        watch: Callable[[Engine], None] | None = None,
    ) -> None:
        """Raises PatchError with what is wrong in any patch of the set."""
        self._files = list(files)
        self._open = open_patch
        self._dump = dump
        self._watch = watch
        self._plan = self._check()
        self._next: Path | None = None
        self._ended = False

    def offline(self, seconds: float | None, costs: Mapping[str, float]) -> dict[str, Any]:
        """Play the first patch in virtual time; gives the stats."""
        unknown = [box for box in costs if box not in self._plan.boxes]
        if unknown:
            hint = nearest(unknown[0], self._plan.boxes)
            raise PatchError([Problem(f'--cost: there is no box "{unknown[0]}".{hint}')])
        show = Offline(self._plan, costs)
        self._begin(show.engine)
        show.play(None if seconds is None else ns(seconds))
        return show.engine.trace.stats(show.clock.now())

    async def live(self, seconds: float | None) -> dict[str, Any]:
        """Play live until the end, a signal, or for a time; gives the stats of the last patch."""
        loop = asyncio.get_running_loop()
        until = None if seconds is None else loop.time() + seconds
        while True:
            show = Live(self._plan)
            show.engine.on_play_patch = partial(self._go_to, show)
            self._begin(show.engine)
            self._listen_to_signals(loop, show)
            await show.play(None if until is None else max(0.0, until - loop.time()))
            if self._next is None or self._ended:
                return show.engine.trace.stats(Ns(show.engine.clock.now()))
            self._plan, self._next = self._open(self._next), None

    def _check(self) -> Plan:
        """Make sure that every patch of the set can be played; gives the first."""
        plans: list[Plan] = []
        problems: list[Problem] = []
        for file in self._files:
            try:
                plans.append(self._open(file))
            except PatchError as error:
                problems += error.problems
        if problems:
            raise PatchError(problems)
        self._titles = [plan.title for plan in plans]
        return plans[0]

    def _begin(self, engine: Engine) -> None:
        if self._dump:
            self._dump.listen(engine)
        if self._watch:
            self._watch(engine)

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop, show: Live) -> None:
        def end(*_: object) -> None:
            self._ended = True
            loop.call_soon_threadsafe(show.stop)

        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, end)
            except NotImplementedError:  # Windows
                signal.signal(number, end)

    def _go_to(self, show: Live, which: int | str) -> str:
        """Have another patch of the set play next; gives why that cannot be, or nothing."""
        names = [file.stem for file in self._files]
        if isinstance(which, int):
            found = which - 1
        else:
            known = names if which in names else self._titles
            found = known.index(which) if which in known else -1
        if not 0 <= found < len(self._files):
            hint = nearest(which, names) if isinstance(which, str) else ""
            return f"there is no patch {which!r} in this set of {len(names)}.{hint}"
        self._next = self._files[found]
        show.stop()
        return ""
