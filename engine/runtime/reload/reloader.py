"""Hot reload of a live show: patches are compiled, opened and warmed beside it, then swapped in.

One after another: the next reload waits while a plan is on probation, so that the plan that comes
back after a failure has proved itself. Only going to another patch of the set does not wait.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from engine.core.box_errors import anything_raised
from engine.core.clock import MILLISECOND
from engine.core.errors import PatchError, Problem
from engine.core.nearest import nearest
from engine.core.os_errors import NO_DESCRIPTOR
from engine.core.source import Remote
from engine.patch.load import RIG, Texts, read_texts
from engine.patch.plan import Plan
from engine.runtime.entries import SwapPlan
from engine.runtime.fallback import report_fallbacks
from engine.runtime.live import Live
from engine.runtime.metrics import LOG
from engine.runtime.reload import probation
from engine.runtime.reload.background import SLOW, Background, HangsError
from engine.runtime.reload.diff import differs, is_rebuilt
from engine.runtime.reload.standby import Standby
from engine.runtime.schedule.call import describe_error
from engine.runtime.supervision.left_behind import MOST, LeftBehind
from engine.runtime.waiting import either_is_set

Open = Callable[[Texts], Plan]
PATCH = "the patch"
"""The name under which problems of a patch are reported."""

OPENING = 15.0
"""Seconds that new networks and devices may take to open."""

_SETTLES = 0.1
"""Seconds that a file must stay as it is: editors may save in several steps."""

_SHRINKS = 0.5
"""Seconds that a file must stay as it is that has lost lines: it may be half written."""

_AGAIN = 1.0
"""Seconds until what could not be read is read again, where too many files were open."""

_ROOM = 0.5
"""Seconds between two looks whether what hangs has ended."""

_LOOK = 0.05

_BESIDE: Final = {"next": 1, "previous": -1}
_ENDS: Final = {"next": "the last", "previous": "the first"}


@dataclass(frozen=True)
class CompiledPatch:
    """A patch of the set that was compiled from these texts, and its standby."""

    index: int
    texts: Texts
    plan: Plan
    standby: Standby
    read: float
    """When the texts were read, by the clock of the loop."""


class Reloader:
    """Swaps patches of a set for each other, and for their new versions; used on the loop."""

    def __init__(
        self,
        show: Live,
        files: Sequence[Path],
        titles: Sequence[str],
        open_patch: Open,
        seconds: float = probation.SECONDS,
        *,
        read: Callable[[Path], Texts] = read_texts,
    ) -> None:
        """The first file is what plays; each new plan is on probation for ``seconds``.

        ``read`` returns the texts of a file.
        """
        self._read_texts = read
        self._show = show
        self._engine = show.engine
        self._files = list(files)
        self._open = open_patch
        self._seconds = seconds
        self._wanted: int | None = None
        self._next: int | None = None
        self._ahead: CompiledPatch | None = None
        self._news = asyncio.Event()
        self._go = asyncio.Event()
        self._left_behind = LeftBehind()
        self._background = Background(self._left_behind)
        self.on_good: Callable[[Plan], None] = lambda plan: None
        """Called with each plan that was read whole, whether it differs from what plays or not."""
        self._engine.playlist = tuple(titles)
        self._engine.on_play_patch = self.go_to
        self._engine.plays_patch = lambda which: self._find(which) == self._engine.playing

    def go_to(self, which: int | str) -> str:
        """Request another patch of the set; return why that is refused, or ""."""
        found = self._find(which)
        if found is None:
            return self._missing(which)
        self._wanted = found
        self._news.set()
        self._go.set()
        return ""

    def look_again(self, changed: set[Path]) -> None:
        """Request a reload of the patch that plays; ``changed`` are the files that have changed."""
        if any(file.suffix != ".toml" for file in changed):
            self._forget_ahead()
        self._news.set()

    def read_again(self) -> None:
        """Request a reload of everything, whether it has changed or not."""
        self._forget_ahead()
        self._news.set()

    async def work(self) -> None:
        """Handle requests, for ever."""
        while True:
            await self._look_ahead()
            await self._news.wait()
            self._news.clear()
            self._go.clear()
            self._next, self._wanted = self._wanted, None
            try:
                await self._reload(self._engine.playing if self._next is None else self._next)
            except Exception:
                LOG.exception("a mistake of the engine itself; the show goes on")
            self._next = None

    @property
    def _interrupt(self) -> asyncio.Event:
        """What calls off the reload at hand: any news, or only a request where one was asked for.

        A file that is saved meanwhile must not lose the press of a performer; it is read after it.
        """
        return self._news if self._next is None else self._go

    async def _reload(self, index: int) -> None:
        """Compile a patch and swap it in, or report why not."""
        try:
            compiled = await self._compile(index)
        except PatchError as error:
            if await self._is_settled(_SETTLES):
                self._report_unread(error.problems)
            return
        except HangsError as error:
            self._report([str(error)])
            return
        except Exception as error:  # a performer's own file may raise anything when it is loaded
            self._report([describe_error(error)])
            return
        if not await self._wait_until_open(compiled):
            return
        if index == self._engine.playing and not await self._stays_as_read(compiled):
            self._show.discard(compiled.standby)
            return
        if self._engine.metrics.clear_faults(PATCH):
            LOG.info("%s: is good again", PATCH)
        self.on_good(compiled.plan)
        if index == self._engine.playing and not differs(self._engine.plan, compiled.plan):
            self._show.discard(compiled.standby)
            return
        await self._swap(compiled)

    async def _compile(self, index: int) -> CompiledPatch:
        """Compile a patch, and start opening what is new in it; raise PatchError."""
        if index == self._engine.playing:
            await self._make_room()
        texts = await self._read(index)
        read = asyncio.get_running_loop().time()
        if index == self._engine.playing:
            _refuse_emptied_rig(texts, self._engine.plan.texts)
        ahead = self._ahead
        if ahead and (ahead.index, ahead.texts) == (index, texts):
            self._ahead = None
            compiled = replace(ahead, read=read)
        else:
            if index != self._engine.playing:  # an edit leaves what is open for the next patch
                self._forget_ahead()
            plan = await self._plan(index, texts)
            compiled = CompiledPatch(index, texts, plan, self._show.make_standby(plan), read)
        compiled.standby.open(self._engine)
        return compiled

    async def _read(self, index: int) -> Texts:
        file = self._files[index]
        return await self._background.run(
            f"reading {file.name}", partial(self._read_texts, file), self._tell, self._interrupt
        )

    async def _plan(self, index: int, texts: Texts) -> Plan:
        name = self._files[index].name
        return await self._background.run(
            f"loading what {name} needs", partial(self._open, texts), self._tell, self._interrupt
        )

    async def _make_room(self) -> None:
        """Wait while so many readings hang that no further one may be risked, and tell that."""
        if self._left_behind.is_full:
            self._report(
                [
                    f"{MOST} readings hang and were left behind; what is saved is read when one of "
                    "them ends, or when the show is begun again"
                ]
            )
        while self._left_behind.is_full:
            await asyncio.sleep(_ROOM)

    async def _stays_as_read(self, compiled: CompiledPatch) -> bool:
        """Return whether nothing has changed since for a while: it may be half written."""
        wait = _SHRINKS if _has_lost_lines(compiled.texts, self._engine.plan.texts) else _SETTLES
        return await self._is_settled(compiled.read + wait - asyncio.get_running_loop().time())

    async def _wait_until_open(self, compiled: CompiledPatch) -> bool:
        """Wait until what is new has opened; return whether it has and no other request came."""
        standby = compiled.standby
        begun = asyncio.get_running_loop().time()
        with suppress(TimeoutError):
            async with asyncio.timeout(OPENING):
                while not (standby.is_ready or self._interrupt.is_set()):
                    standby.changed.clear()
                    await either_is_set(standby.changed, self._interrupt)
        problems = [] if self._interrupt.is_set() else standby.problems()
        if problems or self._interrupt.is_set():
            if asyncio.get_running_loop().time() - begun > SLOW:
                self._left_behind.add(standby.opening_threads())
            self._show.discard(standby)
            self._report(problems)
            return False
        return True

    async def _swap(self, compiled: CompiledPatch) -> None:
        """Swap a plan in, and roll back where it fails its probation."""
        engine = self._engine
        before, titles = engine.playing, engine.playlist
        test = probation.Probation(engine, routes_stay=compiled.index == before)
        rebuilt = is_rebuilt(engine.plan, compiled.plan)
        self._take_over(compiled)
        if not rebuilt:
            return
        if reason := await self._watch(test):
            engine.playing, engine.playlist = before, titles
            self._show.take_back(reason)
            self._report([f"{reason}; what played before is back"])
        else:
            self._show.close_removed()

    def _take_over(self, compiled: CompiledPatch) -> None:
        engine, title = self._engine, compiled.plan.title
        report_fallbacks(compiled.plan, engine.plan)
        started = engine.clock.now()
        index = None if compiled.index == engine.playing else compiled.index
        titles = list(engine.playlist)
        titles[compiled.index] = title
        engine.playing, engine.playlist = compiled.index, tuple(titles)
        self._show.take_over(
            SwapPlan(title, compiled.texts, compiled.plan, index), compiled.standby
        )
        paused = (engine.clock.now() - started) / MILLISECOND
        LOG.info('"%s" has taken over; the show stood still for %.1f ms', title, paused)

    async def _watch(self, test: probation.Probation) -> str:
        """Wait for the end of a probation; return why it failed, or ""."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._seconds
        while (left := end - loop.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._go.wait(), min(left, _LOOK))
            if reason := test.failing():
                return reason
            if self._go.is_set():
                return ""
        return test.verdict()

    async def _is_settled(self, seconds: float) -> bool:
        """Wait for a moment; return whether no new request came."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._interrupt.wait(), max(seconds, 0.0))
        return not self._interrupt.is_set()

    async def _look_ahead(self) -> None:
        """Compile the next patch of the set and open its networks, so that it can start at once."""
        if self._news.is_set():
            return
        index = self._engine.playing + 1
        if index >= len(self._files):
            self._forget_ahead()
            return
        try:
            if self._left_behind.is_full:
                return
            texts = await self._read(index)
            if self._ahead is None or (self._ahead.index, self._ahead.texts) != (index, texts):
                self._forget_ahead()
                plan = await self._plan(index, texts)
                standby = self._show.make_standby(plan)
                self._ahead = CompiledPatch(index, texts, plan, standby, 0.0)
            self._ahead.standby.open(self._engine, only_networks=True)
        except Exception as error:
            self._forget_ahead()
            LOG.warning("the next patch cannot be played as it is now: %s", error)

    def _forget_ahead(self) -> None:
        ahead, self._ahead = self._ahead, None
        if ahead:
            self._show.discard(ahead.standby)

    def _find(self, which: int | str) -> int | None:
        """Return the index of a patch: by number from 1, file, title, "next" or "previous"."""
        if isinstance(which, str):
            files = [file.name for file in self._files], [file.stem for file in self._files]
            for names in (*files, self._engine.playlist):
                if which in names:
                    return names.index(which)
            if which not in _BESIDE:
                return None
            which = self._heading() + _BESIDE[which] + 1
        return int(which) - 1 if 1 <= which <= len(self._files) else None

    def _heading(self) -> int:
        """Return the index of the patch that was last asked for, or else of the one that plays."""
        for index in (self._wanted, self._next):
            if index is not None:
                return index
        return self._engine.playing

    def _missing(self, which: int | str) -> str:
        """Return why there is no such patch in the set."""
        names, hint = [file.stem for file in self._files], ""
        if isinstance(which, str):
            if which in _ENDS:
                return f"there is no {which} patch: {_ENDS[which]} of the set plays"
            hint = nearest(which, [*names, *_BESIDE])
        return f"there is no patch {which!r} in this set of {len(names)}.{hint}"

    def _report_unread(self, problems: Sequence[Problem]) -> None:
        """Report why a patch cannot be played; read it again where only descriptors were missing.

        As long as they are, that is told once.
        """
        told = [str(problem) for problem in problems]
        lasts = any(NO_DESCRIPTOR in problem.message for problem in problems)
        if not (lasts and self._stands(told)):
            self._report(told)
        if lasts:
            asyncio.get_running_loop().call_later(_AGAIN, self._news.set)

    def _stands(self, problems: list[str]) -> bool:
        """Return whether just these are the problems of the patch that were told last."""
        return problems == [
            fault.text for fault in self._engine.metrics.faults if fault.box == PATCH
        ]

    def _report(self, problems: list[str]) -> None:
        """Report problems of a patch on terminal, page and OSC, in place of the last ones."""
        self._engine.metrics.clear_faults(PATCH)
        for problem in problems:
            self._tell(problem)

    def _tell(self, problem: str) -> None:
        self._engine.tell(PATCH, problem)
        for name, state in self._engine.states.items():
            if isinstance(state.box, Remote):
                try:
                    state.box.tell(PATCH, problem)
                except anything_raised() as error:
                    self._engine.tell(name, describe_error(error))


def _refuse_emptied_rig(texts: Texts, playing: Texts | None) -> None:
    """Raise PatchError where a rig that says something has been emptied, as by a failed save."""
    if texts.rig is None or texts.rig.strip() or not (playing and playing.rig):
        return
    if playing.rig.strip():
        message = "is empty, so what it said before stays; delete the file to play without it"
        raise PatchError([Problem(message, texts.file.parent / RIG if texts.file else None)])


def _has_lost_lines(texts: Texts, playing: Texts | None) -> bool:
    """Return whether a patch or its rig has fewer lines than what plays, or its rig is gone."""
    if playing is None:
        return False
    now, before = ((each.patch, each.rig or "") for each in (texts, playing))
    return any(a.count("\n") < b.count("\n") for a, b in zip(now, before, strict=True))
