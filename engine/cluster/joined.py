"""A machine that has joined: it waits for a show, plays its part, and waits for the next.

Home may go for a moment, as when a cable is touched: what came from there is lost at once, so its
notes end, and what is played here alone goes on for ``GRACE`` seconds. Then the part ends as any
show does, everything is silent, and the next home may come.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from engine.cluster.exchange import Exchange, is_of_way
from engine.cluster.link import Arrived, Attendance, MachineLink, RoomChange, Unsendable
from engine.cluster.messages import (
    STATUS,
    TELL,
    Announcement,
    BoxesSent,
    BoxesWanted,
    FaultTold,
    PartOffer,
    PartState,
    PartStatus,
    PassedCommand,
    ShowOver,
    decode_told,
    encode_told,
)
from engine.cluster.part_text import OfferedBoxes, plan_part, refusal
from engine.cluster.passing import FOR_ALL, pass_command, take_command
from engine.core.box_errors import anything_raised
from engine.core.clock import Clock, SystemClock
from engine.core.commands import Command, Panic, PlayPatch
from engine.core.errors import PatchError, Problem, describe_error
from engine.core.kinds import Kind
from engine.core.messages import Ns
from engine.patch.crossing import Arriving, Leaving
from engine.patch.load import Texts
from engine.patch.parts import arriving_name
from engine.patch.plan import Plan
from engine.runtime.entries import CommandEntry, Entry
from engine.runtime.live import THE_END, Live
from engine.runtime.metrics import LOG
from engine.runtime.reload.reloader import Reloader
from engine.runtime.schedule.state import OPENING

GRACE: Final = 5.0
"""Seconds that a part is played on without home."""
_LOOK: Final = 0.1
"""Seconds between two looks at what there is to tell."""
_REPORT: Final = 1.0
_FAULT_AGAIN: Final = 10.0
"""Seconds until a fault that goes on is told to home once more."""
_SLOW: Final = 15.0
"""Seconds after which a part counts as playing though a box of it still opens."""
HOME: Final = arriving_name("")
"""By what name home gives commands here."""


@dataclass
class _Show:
    """A part that is to be played: whose it is, what it is made of, and what plays it."""

    home: str
    offer: PartOffer
    boxes: OfferedBoxes
    live: Live | None = None
    reloader: Reloader | None = None
    told: int = -1
    """The version of which was told that it plays."""
    since: float = 0.0


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
        self._link = link
        self._folder = folder
        self._sent = keep if trust else None
        self._version = version
        self._clock = clock or SystemClock()
        self._watch = watch
        self._exchange = Exchange(link, self._clock, aside=aside)
        self._exchange.on_other = self._arrived
        self._exchange.on_change = self._changed
        self._loop: asyncio.AbstractEventLoop | None = None
        self._show: _Show | None = None
        self._next: _Show | None = None
        self._news = asyncio.Event()
        self._over = asyncio.Event()
        self._grace: asyncio.TimerHandle | None = None
        self._newest: PartOffer | None = None
        self._commanding = ""
        self._waiting: tuple[str, PartOffer, OfferedBoxes] | None = None
        self._faults: dict[tuple[str, str], tuple[int, float]] = {}

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
        self._loop = asyncio.get_running_loop()
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

    async def _play(self, show: _Show) -> None:
        self._show = show
        self._faults = {}
        self._exchange.home = show.home
        self._tell_state(show, "opens")
        plan = None
        while plan is None and self._show is show:
            offer = show.offer
            try:
                plan = await asyncio.to_thread(self._open, show, self._texts(show))
            except PatchError as error:
                self._refuse(show, error.problems)
            except Exception as error:  # a performer's own file may raise anything
                self._refuse(show, [Problem(describe_error(error))])
            if offer is show.offer:
                break
            plan = None  # another one was offered meanwhile
        if plan is not None and self._show is show:
            try:
                await self._live(show, plan)
            except Exception:
                LOG.exception("a mistake of Sensorium itself; this part has ended")
        if self._show is show:
            self._show = None
        LOG.info("waits for a show")

    async def _live(self, show: _Show, plan: Plan) -> None:
        """Play a part until home, or who began it here, ends it."""
        live = show.live = Live(plan, self._clock)
        live.stays = True
        engine = live.engine
        engine.pass_on = self._pass_on
        engine.on_play_patch = lambda which: self._ask_home(PlayPatch(which))
        engine.listeners.append(self._to_home)
        engine.on_plan.append(self._exchange.listen_again)
        file = self._texts(show).file
        assert file is not None, "a part is a file here"
        show.reloader = reloader = Reloader(
            live,
            [file],
            [plan.title],
            lambda texts: self._open(show, texts),
            read=lambda _: self._texts(show),
        )
        reloader.on_good = lambda _: self._is_good(show)
        show.since = asyncio.get_running_loop().time()
        LOG.info('plays its part of "%s" for %s', plan.title, show.home)
        self._watch(live)
        work = [
            asyncio.get_running_loop().create_task(each)
            for each in (reloader.work(), self._report(show))
        ]
        try:
            await live.play(None)
        finally:
            for task in work:
                task.cancel()
            self._cancel_grace()

    def _open(self, show: _Show, texts: Texts) -> Plan:
        """Return the plan of a part, its crossings connected. Raise PatchError; on any thread."""
        plan = plan_part(texts, show.boxes.find)
        for planned in plan.boxes.values():
            if isinstance(planned.box, Arriving | Leaving):
                planned.box.connect(self._exchange)
        return plan

    def _texts(self, show: _Show) -> Texts:
        name = "".join(each if each.isalnum() else "_" for each in show.offer.title) or "show"
        return Texts(self._folder / f"{name}.toml", show.offer.text)

    def _is_good(self, show: _Show) -> None:
        """Note that what home offered last was read whole: it plays, or is about to."""
        show.told = -1

    def _end(self) -> None:
        """End the show that plays."""
        show, self._show = self._show, None
        self._next = None
        if show is not None and show.live is not None:
            show.live.stop()

    # What is told to home, on the loop.

    async def _report(self, show: _Show) -> None:
        """Report to home that the part plays, its faults, and how it does; for ever."""
        assert show.live is not None and self._loop is not None
        next_report = self._loop.time()
        while True:
            with suppress(Unsendable):
                self._tell_news(show, show.live)
                if self._loop.time() >= next_report:
                    next_report = self._loop.time() + _REPORT
                    self._send(show.home, STATUS, self._status(show, show.live), Kind.HELD)
            await asyncio.sleep(_LOOK)

    def _tell_news(self, show: _Show, live: Live) -> None:
        assert self._loop is not None
        version = show.offer.version
        opening = OPENING in live.engine.metrics.states().values()
        if show.told != version and (not opening or self._loop.time() - show.since > _SLOW):
            show.told = version
            self._tell_state(show, "plays")
        now = self._loop.time()
        for fault in live.engine.metrics.faults:
            if is_of_way(fault.text):
                continue  # home sees it itself
            count, then = self._faults.get((fault.box, fault.text), (0, now - _FAULT_AGAIN))
            if fault.count > count and now - then >= _FAULT_AGAIN:
                self._faults[fault.box, fault.text] = fault.count, now
                self._tell(show.home, FaultTold(fault.box, fault.text))

    def _status(self, show: _Show, live: Live) -> PartStatus:
        metrics = live.engine.metrics
        counts = self._exchange.counts
        dropped = sum(each.dropped for each in metrics.sources.values())
        dropped += sum(each.dropped for each in metrics.lanes.values())
        return PartStatus(
            show.offer.show,
            metrics.states(),
            {n: round(r.behind.recent_median(), 3) for n, r in metrics.routes.items()},
            metrics.delay_ms(),
            dropped,
            sum(fault.count for fault in metrics.faults),
            counts["heard"],
            counts["too late"] + counts["does not fit"],
        )

    def _tell_state(self, show: _Show, state: str, *problems: tuple[str, str, str]) -> None:
        offer = show.offer
        self._tell(show.home, PartState(offer.show, offer.version, state, list(problems)))

    def _refuse(self, show: _Show, problems: Any) -> None:
        for problem in problems:
            LOG.error("%s", problem)
        told = [(each.message, each.box or "", each.key or "") for each in problems]
        self._tell_state(show, "refused", *told)

    def _tell(self, name: str, told: Announcement) -> None:
        with suppress(Unsendable):
            self._send(name, TELL, told, Kind.LOSSLESS)

    def _send(self, name: str, topic: str, told: Announcement, keep: Kind) -> None:
        self._link.send(name, topic, encode_told(told), keep)

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
        self._tell(self._show.home, pass_command(self._link.name, command))
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

    # What others say, on the thread of the link.

    def _arrived(self, arrived: Arrived) -> None:
        if arrived.topic != TELL:
            return
        try:
            told = decode_told(arrived.content)
        except ValueError:
            LOG.warning("%s: says what nobody here understands", arrived.of)
            return
        self._soon(self._told, arrived.of, told)

    def _changed(self, name: str, change: RoomChange, words: str) -> None:
        self._soon(self._change, name, change, words)

    def _soon(self, act: Callable[..., None], *arguments: Any) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # it is over
                self._loop.call_soon_threadsafe(act, *arguments)

    # On the loop.

    def _change(self, name: str, change: RoomChange, words: str) -> None:
        show = self._show
        if show is None or name != show.home:
            return
        if change is RoomChange.WENT:
            LOG.warning("home is gone; the part ends in %g s", GRACE)
            assert self._loop is not None
            self._cancel_grace()
            self._grace = self._loop.call_later(GRACE, self._end)
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
            case ShowOver() if show is not None and name == show.home:
                self._tell_state(show, "ended")
                self._end()
            case BoxesSent(texts):
                self._boxes_came(name, texts)
            case PassedCommand() if show is not None and name == show.home:
                if show.live is not None:
                    take_command(told, HOME, show.live.engine.ask)

    def _offered(self, name: str, offer: PartOffer) -> None:
        show = self._show or self._next
        if show is not None and show.home != name and self._is_here(show.home):
            why = f"plays for {show.home} already", "", ""
            self._tell(name, PartState(offer.show, offer.version, "busy", [why]))
            return
        if offer.program and self._version and offer.program != self._version:
            LOG.warning("home runs Sensorium %s, this machine %s", offer.program, self._version)
        self._look(name, offer, OfferedBoxes(offer, self._folder, self._sent), {})

    def _look(
        self, name: str, offer: PartOffer, boxes: OfferedBoxes, texts: dict[str, bytes]
    ) -> None:
        """See beside the loop whether the boxes of home's own are here, and then play an offer."""
        self._newest = offer
        if not offer.boxes:
            self._take(name, offer, boxes, [])
            return

        def look() -> None:
            boxes.take(texts)
            self._soon(self._take, name, offer, boxes, _missing(boxes))

        threading.Thread(target=look, name="own boxes", daemon=True).start()

    def _take(self, name: str, offer: PartOffer, boxes: OfferedBoxes, missing: list[str]) -> None:
        """Play an offer, once the boxes of home's own are here."""
        if offer is not self._newest:
            return  # another one has come meanwhile
        self._waiting = (name, offer, boxes) if missing else None
        if missing and self._sent is not None and boxes.wanted != missing:
            boxes.wanted = missing
            self._tell(name, BoxesWanted(missing))
            return
        if missing:
            LOG.error("%s", refusal(missing))
            problem = refusal(missing), "", ""
            self._tell(name, PartState(offer.show, offer.version, "refused", [problem]))
            return
        self._cancel_grace()
        show = self._show
        if show is not None:
            show.home, show.offer, show.boxes = name, offer, boxes
            show.since = asyncio.get_running_loop().time()
            self._exchange.home = name
            if show.reloader is not None:
                show.reloader.look_again(set())
        else:
            self._next = _Show(name, offer, boxes)
            self._news.set()

    def _boxes_came(self, name: str, texts: dict[str, bytes]) -> None:
        if self._waiting is None or self._waiting[0] != name:
            return
        _, offer, boxes = self._waiting
        self._waiting = None
        missing = [use for use in boxes.wanted if use not in texts]
        if missing:
            problem = f"home did not send {', '.join(missing)}", "", ""
            self._tell(name, PartState(offer.show, offer.version, "refused", [problem]))
        else:
            boxes.wanted = []
            self._look(name, offer, boxes, texts)

    def _is_here(self, name: str) -> bool:
        known = self._link.machines().get(name)
        return known is not None and known.standing is Attendance.HERE


def _missing(boxes: OfferedBoxes) -> list[str]:
    """Return which boxes of home's own are not here; on any thread."""
    try:
        return boxes.missing()
    except anything_raised() as error:
        LOG.error("%s", describe_error(error))
        return []  # it is told when the part is read
