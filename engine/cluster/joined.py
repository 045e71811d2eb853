"""A machine that has joined: it waits for a show, plays its part, and waits for the next.

Home may go for a moment, as when a cable is touched: what came from there is lost at once, so its
notes end, and what is played here alone goes on for ``GRACE`` seconds. Then the part ends as any
show does, everything is silent, and the next home may come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Final

from engine.cluster.exchange import Exchange
from engine.cluster.lamps import Lamps
from engine.cluster.link import Attendance, MachineLink, RoomChange
from engine.cluster.messages import (
    BUSY,
    ENDED,
    Announcement,
    BoxesSent,
    LampsShown,
    LampsWanted,
    PartOffer,
    PassedCommand,
    ShowOver,
)
from engine.cluster.messenger import Messenger
from engine.cluster.part_intake import PartIntake
from engine.cluster.part_report import PartReport, state_of
from engine.cluster.part_show import PartShow
from engine.cluster.part_text import OfferedBoxes
from engine.cluster.passing import FOR_ALL, pass_command, take_command
from engine.core.clock import Clock, SystemClock
from engine.core.commands import Command, Panic, PlayPatch
from engine.core.errors import PatchError, Problem, describe_error
from engine.core.messages import Ns
from engine.patch.parts import arriving_name
from engine.patch.plan import Plan
from engine.runtime.entries import CommandEntry, Entry
from engine.runtime.live import THE_END, Live
from engine.runtime.metrics import LOG
from engine.runtime.reload.reloader import Reloader

GRACE: Final = 5.0
"""Seconds that a part is played on without home."""
HOME: Final = arriving_name("")
"""By what name home gives commands here."""


class JoinedPlayer:
    """Plays parts of shows, one after another, for whichever home offers one."""

    def __init__(
        self,
        link: MachineLink,
        folder: Path,
        *,
        trust: bool = False,
        keep: Path | None = None,
        version: str = "",
        clock: Clock | None = None,
        aside: bool = True,
        watch: Callable[[Live], None] = lambda show: None,
    ) -> None:
        """``folder`` is where the files that a patch names lie; ``keep`` where boxes that home sent
        are kept, where home is trusted. ``watch`` is called with each show, on the loop.
        """
        self.plays = asyncio.Event()
        """Set once a part has played."""
        self._folder = folder
        self._version = version
        self._clock = clock or SystemClock()
        self._watch = watch
        self._exchange = Exchange(link, self._clock, aside=aside)
        self._messenger = Messenger(self._exchange, self._told, self._change)
        self._intake = PartIntake(
            self._messenger, folder, keep if trust else None, self._accept, self._plays_for
        )
        self._turned_away: dict[str, PartOffer] = {}
        self._show: PartShow | None = None
        self._next: PartShow | None = None
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._grace: asyncio.TimerHandle | None = None
        self._commanding = ""

    @property
    def exchange(self) -> Exchange:
        """The ways to the other machines."""
        return self._exchange

    @property
    def show(self) -> Live | None:
        """The show that plays here now, or None."""
        return self._show.live if self._show else None

    async def work(self) -> None:
        """Enter the room and play whatever is offered, until ``stop``. Raise ClusterError."""
        self._messenger.begin()
        await asyncio.to_thread(self._exchange.open)
        try:
            while not self._over.is_set():
                await self._news.wait()
                self._news.clear()
                show, self._next = self._next, None
                if show is not None and not self._over.is_set():
                    await self._play(show)
        finally:
            await asyncio.to_thread(self._exchange.close)

    def read_again(self) -> None:
        """Read the part that plays again; on the loop."""
        if self._show is not None and self._show.reloader is not None:
            self._show.reloader.read_again()

    def stop(self) -> None:
        """End what plays, and leave the room; on the loop."""
        self._over.set()
        self._news.set()
        self._end()

    # One show.

    async def _play(self, show: PartShow) -> None:
        self._show = show
        self._exchange.home = show.home
        report = PartReport(show, self._messenger, self._exchange, self.plays.set)
        report.opens()
        plan = await self._opened(show, report)
        if plan is not None and self._show is show:
            try:
                await self._live(show, plan, report)
            except Exception as error:
                LOG.exception("a mistake of Sensorium itself; this part has ended")
                report.refuses([Problem(f"a mistake of Sensorium itself: {describe_error(error)}")])
        if self._show is show:
            self._show = None
        LOG.info("waits for a show")
        self._look_at_turned_away()

    async def _opened(self, show: PartShow, report: PartReport) -> Plan | None:
        """Return the plan of what was offered last; None where it cannot be played."""
        while self._show is show:
            offer = show.offer
            plan = None
            try:
                plan = await asyncio.to_thread(show.open, show.texts(), self._exchange)
            except PatchError as error:
                report.refuses(error.problems)
            except Exception as error:  # a performer's own file may raise anything
                report.refuses([Problem(describe_error(error))])
            if offer is show.offer:
                return plan
        return None

    async def _live(self, show: PartShow, plan: Plan, report: PartReport) -> None:
        """Play a part until home, or who began it here, ends it."""
        live = show.live = Live(plan, self._clock)
        live.stays = True
        engine = live.engine
        engine.pass_on = self._pass_on
        engine.on_play_patch = lambda which: self._ask_home(PlayPatch(which))
        engine.listeners.append(self._to_home)
        engine.on_plan.append(self._exchange.listen_again)
        file = show.texts().file
        assert file is not None, "a part is a file here"
        show.reloader = reloader = Reloader(
            live,
            [file],
            [plan.title],
            lambda texts: show.open(texts, self._exchange),
            read=lambda _: show.texts(),
        )
        reloader.on_good = lambda _: report.is_good()
        show.lamps = lamps = Lamps(engine, self._messenger, lambda lamp: show.home)
        engine.shown_elsewhere = lamps.of
        engine.plays_patch = lamps.of_patch
        LOG.info('plays its part of "%s" for %s', plan.title, show.home)
        self._watch(live)
        loop = asyncio.get_running_loop()
        live.cancel_at_end(loop.create_task(reloader.work()))
        work = [loop.create_task(each) for each in (report.work(live), lamps.work())]
        try:
            await live.play(None)
        finally:
            for task in work:
                task.cancel()
            self._cancel_grace()

    def _end(self) -> None:
        """End the show that plays."""
        show, self._show = self._show, None
        self._next = None
        if show is not None and show.live is not None:
            show.live.stop()

    # Whose part is played.

    def _offered(self, home: str, offer: PartOffer) -> None:
        show = self._show or self._next
        if show is not None and show.home != home and self._is_here(show.home):
            why = f"plays for {show.home} already", "", ""
            self._turned_away[home] = offer
            self._messenger.tell(home, state_of(offer, BUSY, why))
            return
        if offer.program and self._version and offer.program != self._version:
            LOG.warning("home runs Sensorium %s, this machine %s", offer.program, self._version)
        self._intake.offered(home, offer)

    def _accept(self, home: str, offer: PartOffer, boxes: OfferedBoxes) -> None:
        """Play an offer: now, or in place of what plays."""
        self._cancel_grace()
        self._turned_away.pop(home, None)
        if self._show is not None:
            self._exchange.home = home
            self._show.replace(home, offer, boxes)
        else:
            self._next = PartShow(home, offer, boxes, self._folder)
            self._news.set()

    def _forget(self, home: str) -> None:
        """Forget what a home has offered that does not play yet: it is over, or offered again."""
        self._turned_away.pop(home, None)
        self._intake.forget(home)
        if self._next is not None and self._next.home == home:
            self._next = None

    def _look_at_turned_away(self) -> None:
        """Take the part of another home, which could not be played for this one."""
        if self._next is not None or self._over.is_set():
            return
        for home, offer in self._turned_away.items():
            if self._is_here(home):
                self._offered(home, offer)
                return

    def _is_here(self, name: str) -> bool:
        known = self._messenger.known(name)
        return known is not None and known.standing is Attendance.HERE

    def _plays_for(self, home: str) -> bool:
        return self._show is not None and self._show.home == home and self.show is not None

    # Commands.

    def _pass_on(self, command: Command) -> bool:
        """Send home a command for a box that does not play here, unless it came from there.

        While a new version of a patch takes over, each could take the other for the one that plays
        a box, and the command would go to and fro.
        """
        if self._commanding == HOME or self._show is None:
            return False
        self._ask_home(command)
        return True

    def _ask_home(self, command: Command) -> str:
        if self._show is None:
            return "no home is here"
        self._messenger.tell(self._show.home, pass_command(self._messenger.name, command))
        return ""

    def _to_home(self, _: Ns, entry: Entry) -> None:
        """Send home what is for all, when it was given here."""
        if not isinstance(entry, CommandEntry):
            return
        self._commanding = entry.by
        if entry.by in (HOME, THE_END):
            return
        if isinstance(entry.command, FOR_ALL):
            self._ask_home(entry.command)

    # What becomes of machines, and what they tell.

    def _change(self, name: str, change: RoomChange, words: str) -> None:
        if change in (RoomChange.TWIN, RoomChange.OTHER_VERSION):
            LOG.warning("%s", words)
        if change is RoomChange.WENT:
            self._forget(name)
        show = self._show
        if show is None or name != show.home:
            return
        if change is RoomChange.WENT:
            LOG.warning("home is gone; the part ends in %g s", GRACE)
            if show.lamps is not None:
                show.lamps.gone(name)
            self._cancel_grace()
            self._grace = asyncio.get_running_loop().call_later(GRACE, self._end)
        elif change is RoomChange.CAME:
            self._cancel_grace()
        elif change is RoomChange.OVERRUN and show.live is not None:
            LOG.error("%s", words or "more was said between here and home than could be kept")
            show.live.enter(CommandEntry(HOME, Panic()))

    def _cancel_grace(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None

    def _told(self, name: str, told: Announcement) -> None:
        show = self._show
        match told:
            case PartOffer():
                self._offered(name, told)
            case ShowOver():
                self._forget(name)
                if show is not None and name == show.home:
                    self._messenger.tell(name, state_of(show.offer, ENDED))
                    self._end()
            case BoxesSent(texts):
                self._intake.sent(name, texts)
            case PassedCommand() if show is not None and name == show.home:
                if show.live is not None:
                    take_command(told, HOME, show.live.engine.ask)
            case LampsWanted() | LampsShown() if show is not None and name == show.home:
                if show.lamps is not None:
                    show.lamps.told(name, told)
