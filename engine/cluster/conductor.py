"""Home's side of a show on several machines: it has parts of the patch played there.

Each machine that joins is offered its part, and again whenever another plan takes over here
(``offering``). What it says of itself is kept for whoever looks (``known_machines``). Where a
machine with ``fallback = "here"`` is away its boxes play here (``fallback``).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from engine.cluster.exchange import Exchange
from engine.cluster.fallback import fallen_back, falls_back, is_due, machines_of
from engine.cluster.known_machines import (
    AWAY,
    JOINED,
    JoinedMachine,
    KnownMachines,
    MachineView,
    status_of,
)
from engine.cluster.lamps import Lamps
from engine.cluster.link import MachineLink, RoomChange
from engine.cluster.messages import (
    ENDED,
    OPENS,
    PLAYS,
    Announcement,
    BoxesSent,
    BoxesWanted,
    FaultTold,
    Lamp,
    LampsShown,
    LampsWanted,
    PartState,
    PartStatus,
    PassedCommand,
)
from engine.cluster.messenger import Messenger
from engine.cluster.offering import Offering
from engine.cluster.part_text import own_texts
from engine.cluster.passing import (
    FOR_ALL,
    as_it_is,
    held_of,
    pass_command,
    resolved,
    take_command,
)
from engine.core.clock import Clock, SystemClock
from engine.core.commands import Command, Notice, Panic
from engine.core.errors import ClusterError
from engine.core.messages import Ns
from engine.patch.load import Texts
from engine.patch.machines import MachineSpec
from engine.patch.parts import arriving_name
from engine.patch.plan import Plan
from engine.runtime.entries import CommandEntry, Entry
from engine.runtime.live import Live
from engine.runtime.metrics import LOG

_FAREWELL: Final = 0.5
"""Seconds that others are given to hear that the show is over."""


class OpenPart(Protocol):
    """Returns the plan of a patch; the boxes of the machines that ``here`` names play here."""

    def __call__(self, texts: Texts, *, here: frozenset[str]) -> Plan:
        """Return the plan. Raise PatchError."""
        ...


class Conductor:
    """Conducts one show; on its loop, where nothing else is said."""

    def __init__(
        self,
        link: MachineLink,
        open_part: OpenPart,
        *,
        version: str = "",
        clock: Clock | None = None,
        aside: bool = True,
    ) -> None:
        """``aside``: whether pictures are unpacked on a thread of their own."""
        self._link = link
        self._open_part = open_part
        self._version = version
        self._exchange = Exchange(link, clock or SystemClock(), aside=aside)
        self._messenger = Messenger(self._exchange, self._told, self._change)
        self._known = KnownMachines(link)
        self._offering = Offering(self._messenger, self._known, version)
        self._entering = threading.Lock()
        self._is_open = False
        self._sought: dict[Path | None, Sequence[MachineSpec]] = {}
        self._here: frozenset[str] = frozenset()
        self._live: Live | None = None
        self._lamps: Lamps | None = None
        self._lighting: asyncio.Task[None] | None = None
        self._read_again: Callable[[], None] = lambda: None
        self._playing: set[str] = set()
        self._ended = threading.Event()

    # Plans, on any thread.

    def open_texts(self, texts: Texts) -> Plan:
        """Return the Plan of a patch, its crossings connected. Raise PatchError, ClusterError."""
        return self.take(texts, self._open_part(texts, here=self._here))

    def take(self, texts: Texts, plan: Plan) -> Plan:
        """Return the Plan that is to play in place of one that was made without looking who is
        away, its crossings connected. Raise PatchError, ClusterError.
        """
        if plan.whole is None:
            return plan
        fallen = fallen_back(plan.whole, self._known.plays)
        self._here = fallen  # most likely still so when the patch is read again
        if fallen != plan.here:
            plan = self._open_part(texts, here=fallen)
        if not plan.parts:
            return plan
        self._enter_room(texts.file, machines_of(plan.whole or plan))
        self._exchange.connect(plan)
        return plan

    def _enter_room(self, file: Path | None, machines: Sequence[MachineSpec]) -> None:
        """Enter the room, and look for machines where the patches of the set say they are.

        Those of all patches, or the change from one to another would shut out, for a moment, all
        machines; also while the one before still plays, for the next is read ahead.
        """
        with self._entering:
            self._sought[file] = machines
            sought = [spec for specs in self._sought.values() for spec in specs]
            addresses = dict.fromkeys(spec.at for spec in sought if spec.at)
            self._link.reach([*addresses], find=any(not spec.at for spec in sought))
            if self._is_open:
                return
            self._link.describe({"home": True})
            try:
                self._exchange.open()
            except ClusterError as error:
                raise ClusterError(f"{error}; or play all of it here, with --here") from None
            self._is_open = True

    # The show, on the loop.

    def begin(self, show: Live, read_again: Callable[[], None]) -> None:
        """Conduct a show that begins; ``read_again`` has its patch read again, on the loop."""
        self._live, self._read_again = show, read_again
        self._messenger.begin()
        engine = show.engine
        engine.pass_on = self._pass_on
        engine.machines = lambda: [status_of(view) for view in self.views()]
        engine.listeners.append(self._for_all)
        engine.on_plan.append(self._on_plan)
        self._lamps = Lamps(engine, self._messenger, self._where)
        engine.shown_elsewhere = self._lamps.of
        self._lighting = asyncio.get_running_loop().create_task(self._lamps.work())
        for name in self._messenger.here():
            self._came(name, self._known[name])

    async def end(self) -> None:
        """Announce that the show is over, and leave the room."""
        self._live = None
        if self._lighting is not None:
            self._lighting.cancel()
        await asyncio.to_thread(self._leave)

    def _leave(self) -> None:
        here = self._messenger.here()
        self._playing = {name for name in here if self._known.plays(name)}
        for name in here:
            self._offering.over(name)
        if self._playing:
            self._ended.wait(_FAREWELL)
        self._exchange.close()

    def views(self) -> list[MachineView]:
        """Return the machines of the patch and of the room, as they are now; on any thread."""
        return [] if (live := self._live) is None else self._known.views(live.engine.plan)

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened at the door of the room, and to messages; on any thread."""
        return {**self._link.counts(), **self._exchange.counts}

    def _on_plan(self) -> None:
        assert self._live is not None
        self._exchange.listen_again()
        self._offering.offer_all(self._live.engine)
        self._fall_back_or_return()

    def _fall_back_or_return(self) -> None:
        """Have the patch read again where boxes are to play here, or no more."""
        assert self._live is not None
        if is_due(self._live.engine.plan, self._known.plays):
            self._read_again()

    # What becomes of machines, and what they tell.

    def _change(self, name: str, change: RoomChange, words: str) -> None:
        if self._live is None or self._lamps is None:
            return
        machine, plan = self._known[name], self._live.engine.plan
        if change is RoomChange.CAME:
            self._came(name, machine)
        elif change is RoomChange.WENT:
            machine.standing, machine.offered = AWAY, None
            self._lamps.gone(name)
            if name in plan.parts:
                self._warn_of_loss(name, plan)
            self._fall_back_or_return()
        elif change in (RoomChange.OVERRUN, RoomChange.FORGOTTEN):
            self._notice(name, words or "more was said than could be kept")
            if change is RoomChange.OVERRUN:
                self._live.engine.ask(arriving_name(name), Panic())
        elif change is not RoomChange.SAID:
            self._notice(name, words or change.value)

    def _warn_of_loss(self, name: str, plan: Plan) -> None:
        """Warn that a machine is gone, where its box at home does not say the same."""
        if falls_back(plan, name):
            LOG.warning("%s is gone; its boxes play here meanwhile", name)
        elif arriving_name(name) not in plan.boxes:
            LOG.warning("%s is gone", name)

    def _came(self, name: str, machine: JoinedMachine) -> None:
        assert self._live is not None
        known = self._messenger.known(name)
        machine.standing, machine.offered = JOINED, None
        if known and known.version and known.version != self._version:
            self._notice(name, f"runs Sensorium {known.version}, and home {self._version}")
        if name in self._live.engine.plan.parts:
            LOG.info("%s has joined", name)
            self._offering.offer(name, self._live.engine)

    def _told(self, name: str, told: Announcement) -> None:
        if self._live is None:
            self._part_ended(name, told)
            return
        machine, engine = self._known[name], self._live.engine
        match told:
            case PartState():
                self._on_state(name, machine, told)
            case PartStatus(show=show) if show == self._offering.show:
                machine.status = told
            case FaultTold(box, text):
                self._notice(name, f"{box}: {text}" if box else text)
            case BoxesWanted(boxes) if engine.plan.whole is not None:
                self._beside(self._send_boxes, name, engine.plan.whole, boxes)
            case PassedCommand() if name in engine.plan.parts:
                if not take_command(told, arriving_name(name), engine.ask):
                    self._notice(name, "sent a command that is none")
            case LampsWanted() | LampsShown() if self._lamps is not None:
                self._lamps.told(name, told)

    def _part_ended(self, name: str, told: Announcement) -> None:
        """Note that a part has ended; once the show is over nothing else is waited for."""
        if isinstance(told, PartState) and told.state == ENDED:
            self._playing.discard(name)
            if not self._playing:
                self._ended.set()

    def _on_state(self, name: str, machine: JoinedMachine, told: PartState) -> None:
        assert self._live is not None
        if told.show != self._offering.show:
            return
        was, machine.standing = machine.standing, told.state
        machine.problems = tuple(self._located(*problem) for problem in told.problems)
        for problem in machine.problems:
            self._notice(name, problem)
        if told.state == OPENS and self._lamps is not None:
            self._lamps.gone(name)  # what was asked of the part before
        if told.state == PLAYS:
            if was != PLAYS:
                LOG.info("%s plays its part", name)
            for command in (*as_it_is(self._live.engine), *held_of(self._live.engine, name)):
                self._messenger.tell(name, pass_command("home", command))
            self._fall_back_or_return()

    def _send_boxes(self, name: str, whole: Plan, boxes: list[str]) -> None:
        self._messenger.tell(name, BoxesSent(own_texts(whole, boxes)))

    def _beside(self, act: Callable[..., None], *arguments: object) -> None:
        """Do something that reads files beside the loop."""
        threading.Thread(target=act, args=arguments, name="conductor", daemon=True).start()

    def _located(self, message: str, box: str, key: str) -> str:
        """Return a problem of a part with its line in the patch."""
        assert self._live is not None
        plan = self._live.engine.plan
        planned = (plan.whole or plan).boxes.get(box)
        if planned is None:
            return message
        file, line = planned.places.get(key, planned.place)
        place = ":".join(str(each) for each in (file, line) if each is not None)
        where = " ".join(each for each in (f"[{box}]", key) if each)
        return ": ".join(each for each in (place, where, message) if each)

    def _where(self, lamp: Lamp) -> str:
        """Return the machine that knows what a lamp shows, "" for this one."""
        assert self._live is not None
        planned = self._live.engine.plan.elsewhere.get(lamp.box)
        return "" if planned is None else planned.machine

    def _notice(self, name: str, text: str) -> None:
        assert self._live is not None
        self._live.engine.ask(arriving_name(name), Notice(text))

    # Commands.

    def _pass_on(self, command: Command) -> bool:
        """Send a command to the machine where its box plays; return whether there is one."""
        assert self._live is not None
        planned = self._live.engine.plan.elsewhere.get(getattr(command, "box", ""))
        if planned is None:
            return False
        self._messenger.tell(planned.machine, pass_command("home", command))
        return True

    def _for_all(self, _: Ns, entry: Entry) -> None:
        """Send to all machines what is for all."""
        if self._live is None:
            return
        if isinstance(entry, CommandEntry) and isinstance(entry.command, FOR_ALL):
            command = resolved(self._live.engine, entry.command)
            for name in self._messenger.here():
                if name in self._live.engine.plan.parts:
                    self._messenger.tell(name, pass_command("home", command))
