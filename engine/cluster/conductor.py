"""Home's side of a show on several machines: who plays what, and how they are doing.

Each machine that joins is offered its part, and again whenever another plan takes over here. What
it says of itself is kept for whoever looks. Where a machine with ``fallback = "here"`` is away its
boxes play here: the patch is read again with them, as after an edit, and once more when the machine
plays its part.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, Protocol

from engine.cluster.exchange import Exchange
from engine.cluster.link import Arrived, Attendance, Machine, MachineLink, RoomChange, Unsendable
from engine.cluster.messages import (
    STATUS,
    TELL,
    Announcement,
    BoxesSent,
    BoxesWanted,
    FaultTold,
    PartState,
    PartStatus,
    PassedCommand,
    ShowOver,
    decode_told,
    encode_told,
)
from engine.cluster.part_text import make_offer, own_texts
from engine.cluster.passing import (
    FOR_ALL,
    as_it_is,
    held_of,
    pass_command,
    resolved,
    take_command,
)
from engine.core.clock import MILLISECOND, Clock, SystemClock
from engine.core.commands import Command, Notice, Panic
from engine.core.errors import ClusterError
from engine.core.kinds import Kind
from engine.core.machine_status import MachineStatus
from engine.core.messages import Ns
from engine.patch.crossing import Arriving, Leaving
from engine.patch.load import Texts
from engine.patch.machines import MachineSpec
from engine.patch.parts import arriving_name
from engine.patch.plan import Plan
from engine.runtime.entries import CommandEntry, Entry
from engine.runtime.live import Live
from engine.runtime.metrics import LOG

AWAY: Final = "away"
JOINED: Final = "joined"
PLAYS: Final = "plays"
_FAREWELL: Final = 0.5
"""Seconds that others are given to hear that the show is over."""

MakeLink = Callable[[Sequence[str], bool], MachineLink]
"""Makes the link of home from the addresses of machines, and whether to look for others."""


class OpenPart(Protocol):
    """Returns the plan of a patch; the boxes of the machines that ``here`` names play here."""

    def __call__(self, texts: Texts, *, here: frozenset[str]) -> Plan:
        """Return the plan. Raise PatchError."""
        ...


@dataclass
class JoinedMachine:
    """What home knows of a machine: how its part stands, and what it said last.

    ``standing`` is AWAY, JOINED, "opens", PLAYS, "refused" or "busy"; ``problems`` say why.
    """

    name: str
    standing: str = AWAY
    problems: tuple[str, ...] = ()
    status: PartStatus | None = None
    life: int = 0
    offered: tuple[str, int] = ("", 0)


@dataclass(frozen=True)
class MachineView:
    """A machine as it is shown: what is known of it, and the boxes of the patch that play there."""

    known: JoinedMachine
    link: Machine
    boxes: tuple[str, ...] = ()
    here: bool = False


class Conductor:
    """Conducts one show. ``open_texts`` on any thread; all else on the loop, unless said."""

    def __init__(
        self,
        make_link: MakeLink,
        open_part: OpenPart,
        *,
        version: str = "",
        clock: Clock | None = None,
        aside: bool = True,
    ) -> None:
        """``aside``: whether pictures are unpacked on a thread of their own."""
        self._make_link = make_link
        self._open_part = open_part
        self._version = version
        self._clock = clock or SystemClock()
        self._aside = aside
        self._exchange: Exchange | None = None
        self._opening = threading.Lock()
        self._known: dict[str, JoinedMachine] = {}
        self._here: frozenset[str] = frozenset()
        self._falls_back: frozenset[str] = frozenset()
        self._show = int.from_bytes(os.urandom(6), "big") + 1
        self._version_of_plan = 0
        self._live: Live | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._read_again: Callable[[], None] = lambda: None
        self._playing: set[str] = set()
        self._ended = threading.Event()

    # Plans, on any thread.

    def open_texts(self, texts: Texts) -> Plan:
        """Return the Plan of a patch, its crossings connected. Raise PatchError, ClusterError."""
        plan = self._open_part(texts, here=self._here)
        if plan.whole is None or not plan.parts:
            return plan
        machines = _machines(plan.whole)
        fallen = frozenset(
            spec.name for spec in machines if spec.falls_back and not self._plays(spec.name)
        )
        self._falls_back = frozenset(spec.name for spec in machines if spec.falls_back)
        if fallen != self._here:
            self._here = fallen
            plan = self._open_part(texts, here=fallen)
        self._enter_room(machines)
        self._connect(plan)
        return plan

    def _enter_room(self, machines: Sequence[MachineSpec]) -> None:
        with self._opening:
            if self._exchange is not None:
                reach = getattr(self._exchange.link, "reach", None)
                if reach is not None:  # it may have been edited where machines are
                    reach([spec.at for spec in machines if spec.at])
                return
            link = self._make(machines)
            exchange = Exchange(link, self._clock, aside=self._aside)
            exchange.on_other = self._arrived
            exchange.on_change = self._changed
            link.describe({"home": True})
            try:
                exchange.open()
            except ClusterError as error:
                raise ClusterError(f"{error}; or play all of it here, with --here") from None
            self._exchange = exchange

    def _make(self, machines: Sequence[MachineSpec]) -> MachineLink:
        """Return the link of home. Raise ClusterError, which says how to do without."""
        addresses = [spec.at for spec in machines if spec.at]
        try:
            return self._make_link(addresses, any(not spec.at for spec in machines))
        except ClusterError as error:
            raise ClusterError(f"{error}; or play all of it here, with --here") from None

    def _connect(self, plan: Plan) -> None:
        assert self._exchange is not None, "the room is entered"
        for planned in plan.boxes.values():
            if isinstance(planned.box, Arriving | Leaving):
                planned.box.connect(self._exchange)

    # The show, on the loop.

    def begin(self, show: Live, read_again: Callable[[], None]) -> None:
        """Conduct a show that begins; ``read_again`` has its patch read again, on the loop."""
        self._live, self._read_again = show, read_again
        self._loop = asyncio.get_running_loop()
        engine = show.engine
        engine.pass_on = self._pass_on
        engine.machines = lambda: [_status(view) for view in self.views()]
        engine.listeners.append(self._for_all)
        engine.on_plan.append(self._offer_all)
        for name in self._here_now() if self._exchange is not None else ():
            self._came(name, self._machine(name))

    def end(self) -> None:
        """Announce that the show is over, and leave the room; may wait a moment."""
        exchange, self._live = self._exchange, None
        if exchange is None:
            return
        self._playing = {name for name in self._here_now() if self._plays(name)}
        for name in self._here_now():
            self._tell(name, ShowOver(self._show))
        if self._playing:
            self._ended.wait(_FAREWELL)
        exchange.close()

    def views(self) -> list[MachineView]:
        """Return the machines of the patch and of the room, as they are now; on any thread."""
        live, exchange = self._live, self._exchange
        if live is None or exchange is None:
            return []
        plan = live.engine.plan
        boxes: dict[str, list[str]] = {name: [] for name in plan.parts}
        for name, planned in (plan.whole or plan).boxes.items():
            if planned.machine and not planned.hidden and "/" not in name:
                boxes.setdefault(planned.machine, []).append(name)
        links = exchange.link.machines()
        return [
            MachineView(
                self._known.get(name) or JoinedMachine(name),
                links.get(name) or Machine(name),
                tuple(boxes.get(name, ())),
                name in plan.here,
            )
            for name in dict.fromkeys([*boxes, *links])
        ]

    @property
    def counts(self) -> Mapping[str, int]:
        """What happened at the door of the room, and to messages; on any thread."""
        if self._exchange is None:
            return {}
        return {**self._exchange.link.counts(), **self._exchange.counts}

    # Parts.

    def _offer_all(self) -> None:
        """Offer its part to each machine that is here; end the others' where they have none."""
        assert self._live is not None
        plan = self._live.engine.plan
        self._version_of_plan += 1
        if self._exchange is None:
            return
        self._exchange.listen_again()
        for name in plan.parts:
            if self._plays(name):  # a box may have come from here, with what hands hold of it
                for command in held_of(self._live.engine, name):
                    self._tell(name, pass_command("home", command))
        for name in self._here_now():
            if name in plan.parts:
                self._offer(name)
            elif self._machine(name).offered[0]:
                self._machine(name).offered = "", 0
                self._tell(name, ShowOver(self._show))

    def _offer(self, name: str) -> None:
        """Offer a machine its part, unless it has it already."""
        if self._live is None:
            return
        plan, machine = self._live.engine.plan, self._machine(name)
        part = plan.parts.get(name)
        if part is None or plan.whole is None:
            return
        offer = make_offer(
            part,
            plan.whole,
            show=self._show,
            version=self._version_of_plan,
            program=self._version,
        )
        if machine.offered == (offer.text, machine.life):
            return
        machine.offered = offer.text, machine.life
        self._tell(name, offer)

    def _set_here(self, name: str, plays: bool) -> None:
        """Have the boxes of a machine play here, or no more."""
        if name not in self._falls_back:
            return
        here = self._here - {name} if plays else self._here | {name}
        if here != self._here:
            self._here = here
            self._read_again()

    # What others say, on the thread of the link.

    def _arrived(self, arrived: Arrived) -> None:
        if arrived.topic not in (TELL, STATUS):
            return
        try:
            told = decode_told(arrived.content)
        except ValueError:
            LOG.warning("%s: says what nobody here understands", arrived.of)
            return
        if self._live is None:  # all that is waited for now is that parts end
            self._playing.discard(arrived.of)
            if not self._playing:
                self._ended.set()
        self._soon(self._told, arrived.of, told)

    def _changed(self, name: str, change: RoomChange, words: str) -> None:
        self._soon(self._change, name, change, words)

    def _soon(self, act: Callable[..., None], *arguments: Any) -> None:
        if self._loop is not None:
            with suppress(RuntimeError):  # the show is over
                self._loop.call_soon_threadsafe(act, *arguments)

    # On the loop.

    def _change(self, name: str, change: RoomChange, words: str) -> None:
        if self._live is None:
            return
        machine = self._machine(name)
        if change is RoomChange.CAME:
            self._came(name, machine)
        elif change is RoomChange.WENT:
            machine.standing, machine.offered = AWAY, ("", 0)
            if name in self._live.engine.plan.parts:
                LOG.warning("%s is gone%s", name, self._meanwhile(name))
            self._set_here(name, plays=False)
        elif change in (RoomChange.OVERRUN, RoomChange.FORGOTTEN):
            self._notice(name, words or "more was said than could be kept")
            if change is RoomChange.OVERRUN:
                self._live.engine.ask(arriving_name(name), Panic())
        elif change is not RoomChange.SAID:
            self._notice(name, words or change.value)

    def _meanwhile(self, name: str) -> str:
        return "; its boxes play here meanwhile" if name in self._falls_back else ""

    def _came(self, name: str, machine: JoinedMachine) -> None:
        assert self._exchange is not None and self._live is not None
        known = self._exchange.link.machines().get(name)
        machine.life = known.life if known else 0
        machine.standing = JOINED
        machine.offered = "", 0
        if known and known.version and known.version != self._version:
            self._notice(name, f"runs Sensorium {known.version}, and home {self._version}")
        if name in self._live.engine.plan.parts:
            LOG.info("%s has joined", name)
            self._offer(name)

    def _told(self, name: str, told: Announcement) -> None:
        if self._live is None:
            return
        machine, engine = self._machine(name), self._live.engine
        match told:
            case PartState():
                self._on_state(name, machine, told)
            case PartStatus(show=show) if show == self._show:
                machine.status = told
            case FaultTold(box, text):
                self._notice(name, f"{box}: {text}" if box else text)
            case BoxesWanted(boxes) if engine.plan.whole is not None:
                self._beside(self._send_boxes, name, engine.plan.whole, boxes)
            case PassedCommand() if name in engine.plan.parts:
                if not take_command(told, arriving_name(name), engine.ask):
                    self._notice(name, "sent a command that is none")

    def _send_boxes(self, name: str, whole: Plan, boxes: list[str]) -> None:
        self._tell(name, BoxesSent(own_texts(whole, boxes)))

    def _beside(self, act: Callable[..., None], *arguments: Any) -> None:
        """Do something that reads files beside the loop."""
        threading.Thread(target=act, args=arguments, name="conductor", daemon=True).start()

    def _on_state(self, name: str, machine: JoinedMachine, told: PartState) -> None:
        assert self._live is not None
        if told.show != self._show:
            return
        was, machine.standing = machine.standing, told.state
        machine.problems = tuple(self._located(*problem) for problem in told.problems)
        for problem in machine.problems:
            self._notice(name, problem)
        if told.state == PLAYS:
            if was != PLAYS:
                LOG.info("%s plays its part", name)
            for command in (*as_it_is(self._live.engine), *held_of(self._live.engine, name)):
                self._tell(name, pass_command("home", command))
            self._set_here(name, plays=True)

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
        self._tell(planned.machine, pass_command("home", command))
        return True

    def _for_all(self, _: Ns, entry: Entry) -> None:
        """Send to all machines what is for all."""
        if self._live is None or self._exchange is None:
            return
        if isinstance(entry, CommandEntry) and isinstance(entry.command, FOR_ALL):
            command = resolved(self._live.engine, entry.command)
            for name in self._here_now():
                if name in self._live.engine.plan.parts:
                    self._tell(name, pass_command("home", command))

    # Sending.

    def _tell(self, name: str, told: Announcement) -> None:
        assert self._exchange is not None, "the room is entered"
        try:
            self._exchange.link.send(name, TELL, encode_told(told), Kind.LOSSLESS)
        except Unsendable as error:
            LOG.error("%s: cannot be told: %s", name, error)

    def _here_now(self) -> list[str]:
        assert self._exchange is not None
        known = self._exchange.link.machines()
        return [name for name, each in known.items() if each.standing is Attendance.HERE]

    def _machine(self, name: str) -> JoinedMachine:
        return self._known.setdefault(name, JoinedMachine(name))

    def _plays(self, name: str) -> bool:
        known = self._known.get(name)
        return known is not None and known.standing == PLAYS


def _machines(whole: Plan) -> list[MachineSpec]:
    """Return the machines on which boxes of a patch play."""
    names = dict.fromkeys(box.machine for box in whole.boxes.values() if box.machine)
    return [whole.machines[name] for name in names]


def _status(view: MachineView) -> MachineStatus:
    """Return a machine as it is shown: those that play no part of the patch too."""
    link, told = view.link, view.known.status
    cores = link.has.get("cores", 0)
    return MachineStatus(
        link.name,
        view.known.standing,
        view.boxes,
        view.here,
        round(link.delay / MILLISECOND, 2),
        round(link.offset / MILLISECOND, 2),
        round(link.uncertainty / MILLISECOND, 2),
        round(told.delay_ms, 1) if told else 0.0,
        told.dropped if told else 0,
        told.errors if told else 0,
        cores if isinstance(cores, int) else 0,
        view.known.problems,
    )
