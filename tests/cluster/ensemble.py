"""A patch on several machines in virtual time: an engine for each, joined by a room in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from engine.cluster.exchange import Exchange
from engine.cluster.memory_room import MemoryRoom
from engine.core.box import Box
from engine.core.clock import VirtualClock, ns
from engine.core.commands import Command, Panic
from engine.core.context import Context
from engine.core.messages import Message, Note, Ns, Text, Trigger
from engine.core.sink import Sink
from engine.core.source import Emit, Source
from engine.patch.compile import compile_patch
from engine.patch.crossing import Arriving, Leaving
from engine.patch.load import parse
from engine.patch.parts import Crossings, compile_part, cut
from engine.patch.plan import Plan
from engine.registry import Registry
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, CommandEntry, Entry, StateChange, WakeUp
from engine.runtime.workers.inline import InlineLane

HOME = "home"
TURN = ns(0.004)


class Feed(Source):
    """Says what the test says."""

    OUT: ClassVar[Mapping[str, type]] = {
        "number": float,
        "note": Note,
        "trigger": Trigger,
        "text": Text,
    }

    def open(self, emit: Emit) -> None:
        pass


class Ear(Sink):
    """Keeps what it hears: (port, message, at), and ("silence", port, None)."""

    def __post_init__(self) -> None:
        self.heard: list[tuple[str, Any, Any]] = []
        self.sounding: set[tuple[str, int]] = set()

    def accepts(self, port: str) -> tuple[type, ...]:
        return (object,)

    def send(self, port: str, message: Message, at: Ns) -> None:
        self.heard.append((port, message, at))
        if isinstance(message, Note):
            act = self.sounding.add if message.velocity else self.sounding.discard
            act((port, message.note))

    def silence(self, port: str | None = None) -> None:
        self.heard.append(("silence", port, None))
        self.sounding = {one for one in self.sounding if port is not None and one[0] != port}

    def got(self, port: str) -> list[Any]:
        return [message for where, message, _ in self.heard if where == port]


def parts_of(text: str, boxes: Mapping[str, type[Box]] | None = None) -> dict[str, Plan]:
    """Return the plan of each machine of a patch, "" home's."""
    known = {"feed": Feed, "ear": Ear, **(boxes or {})}
    registry = Registry()
    find = lambda use: known.get(use) or registry.find(use)  # noqa: E731
    document = parse(text)
    crossings = Crossings(compile_patch(document, find))
    parts = {name: cut(crossings, document, name) for name in ("", *crossings.machines)}
    return {
        name: compile_part(part, replace(document, tables=part.tables), find)
        for name, part in parts.items()
    }


class Player:
    """One machine: its engine, its exchange, and what it was told."""

    def __init__(self, room: MemoryRoom, name: str, plan: Plan) -> None:
        self.link = room.link(name)
        self.clock = self.link.clock
        self.exchange = Exchange(self.link, self.clock, home=HOME, aside=False)
        self.exchange.open()
        self._lanes: list[InlineLane] = []
        self._entries: deque[Entry] = deque()
        self._busy = False
        self.engine = Engine(plan, self.clock, self._lane)  # type: ignore[arg-type]
        for lane in self._lanes:
            self.enter(lane.open())
        for which in (Sink, Source):
            for box_name, state in self.engine.states.items():
                if isinstance(state.box, which):
                    self._open(box_name, state.box)

    def __getitem__(self, name: str) -> Any:
        return self.engine.states[name].box

    def say(self, source: str, outlet: str, message: Message, at: Ns | None = None) -> None:
        self.enter(Arrival(source, outlet, message, self.clock.now() if at is None else at))

    def command(self, command: Command) -> None:
        self.enter(CommandEntry("test", command))

    def enter(self, entry: Entry) -> None:
        self._entries.append(entry)
        if self._busy:
            return
        self._busy = True
        while self._entries:
            self.engine.step(self._entries.popleft())
        self._busy = False

    def turn(self) -> None:
        """Let lanes answer and wake what is due."""
        for lane in self._lanes:
            for _, answer in lane.begin(self.clock.now()):
                self.enter(answer)
        due = self.engine.wakes.next()
        if due is not None and due <= self.clock.now():
            self.enter(WakeUp())

    def end(self) -> None:
        self.enter(CommandEntry("the end", Panic()))
        self.exchange.close()

    def _lane(self, name: str, node: Any) -> InlineLane:
        lane = InlineLane(name, node, Context(name), 0)
        self._lanes.append(lane)
        return lane

    def _open(self, name: str, box: Sink | Source) -> None:
        if isinstance(box, Arriving | Leaving):
            box.connect(self.exchange)
        self.enter(StateChange(name, "running"))
        if isinstance(box, Sink):
            box.report_to(lambda command: self.enter(CommandEntry(name, command)))
            box.open()
            return

        def emit(outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
            if isinstance(message, Command):
                self.enter(CommandEntry(name, message))
            else:
                self.enter(Arrival(name, outlet, message, at, cost))

        box.open(emit)


class Ensemble:
    """All machines of a patch; ``run`` lets the time go on."""

    def __init__(self, text: str, boxes: Mapping[str, type[Box]] | None = None) -> None:
        self.clock = VirtualClock()
        self.room = MemoryRoom(self.clock)
        self._text, self._boxes = text, boxes
        self.players: dict[str, Player] = {}
        for name in parts_of(text, boxes):
            self.begin(name or HOME)

    def __getitem__(self, name: str) -> Player:
        return self.players[name]

    def begin(self, name: str) -> Player:
        """Begin the program of a machine."""
        plan = parts_of(self._text, self._boxes)["" if name == HOME else name]
        self.players[name] = Player(self.room, name, plan)
        return self.players[name]

    def kill(self, name: str) -> None:
        """End the program of a machine without a word."""
        del self.players[name]
        self.room.kill(name)

    def run(self, seconds: float) -> None:
        until = Ns(self.clock.now() + ns(seconds))
        while self.clock.now() < until:
            self.room.run_until(Ns(min(until, self.clock.now() + TURN)))
            for player in list(self.players.values()):
                player.turn()
