"""One show from beginning to end: a set of patches, live, or one patch offline."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from engine.core.clock import ns
from engine.core.errors import PatchError, Problem, nearest
from engine.patch.plan import Plan
from engine.runtime.dump import Dump
from engine.runtime.engine import Engine
from engine.runtime.live import Live
from engine.runtime.offline import Offline
from engine.runtime.privacy import Privacy
from engine.runtime.service import Service

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
        self._next: Plan | None = None
        self._ended = False
        self._service = Service()
        self._privacy = Privacy()

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
            self._service.follow(show)
            await show.play(None if until is None else max(0.0, until - loop.time()))
            if self._next is None or self._ended:
                self._service.stopping()
                return show.engine.trace.stats(show.engine.clock.now())
            self._plan, self._next = self._next, None

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
        engine.privacy.follow(self._privacy)
        self._privacy = engine.privacy
        if self._dump:
            self._dump.listen(engine)
        if self._watch:
            self._watch(engine)

    def _listen_to_signals(self, loop: asyncio.AbstractEventLoop, show: Live) -> None:
        def end() -> None:
            if self._ended:
                show.hurry()
            self._ended = True
            self._service.stopping()
            show.stop()

        def heard(*_: object) -> None:
            loop.call_soon_threadsafe(end)

        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, end)
            except NotImplementedError:  # Windows
                signal.signal(number, heard)
            except (RuntimeError, ValueError):
                return  # not on the main thread: somebody else listens

    def _go_to(self, show: Live, which: int | str) -> str:
        """Have another patch of the set play next; gives why that cannot be, or nothing."""
        found = self._find(which)
        if found is None:
            names = [file.stem for file in self._files]
            hint = nearest(which, names) if isinstance(which, str) else ""
            return f"there is no patch {which!r} in this set of {len(names)}.{hint}"
        file, loop = self._files[found], asyncio.get_running_loop()
        opener = threading.Thread(target=self._prepare, args=(show, file, loop), daemon=True)
        opener.start()
        return ""

    def _find(self, which: int | str) -> int | None:
        """Find a patch by its number from 1, its file or its title."""
        if isinstance(which, str):
            for names in ([file.stem for file in self._files], self._titles):
                if which in names:
                    return names.index(which)
            return None
        return int(which) - 1 if 1 <= which <= len(self._files) else None

    def _prepare(self, show: Live, file: Path, loop: asyncio.AbstractEventLoop) -> None:
        """Read a patch while the one before still plays; one that is broken by now plays on."""
        try:
            plan = self._open(file)
        except Exception as error:
            answer = partial(show.engine.tell, file.stem, str(error))
        else:
            answer = partial(self._change, show, plan)
        with suppress(RuntimeError):  # the show is over
            loop.call_soon_threadsafe(answer)

    def _change(self, show: Live, plan: Plan) -> None:
        self._next = plan
        show.stop()
