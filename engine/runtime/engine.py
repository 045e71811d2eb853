"""The engine: everything that happens to a playing patch comes in through ``step``, one by one.

Why one door: the order of entries is all there is to know of a show. The same entries at the same
moments give the same bytes, live, offline and replayed. ``now`` is read here, once an entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.core.clock import Clock
from engine.core.commands import (
    Command,
    Lost,
    Notice,
    Panic,
    PlayPatch,
    Release,
    SetParameter,
)
from engine.core.messages import Message, Ns
from engine.core.node import Node, Sink
from engine.core.parameter import Parameter
from engine.core.status import Status
from engine.patch.plan import Outlet, Plan
from engine.runtime.assemble import Assembler, prepare_trace
from engine.runtime.by_hand import change
from engine.runtime.call import events, is_number
from engine.runtime.entries import (
    Arrival,
    Asked,
    Entry,
    LaneFailure,
    LaneResult,
    LaneSent,
    StateChange,
    WakeUp,
)
from engine.runtime.lanes import Lane
from engine.runtime.loss import everything_below
from engine.runtime.outbox import Outbox
from engine.runtime.state import BoxState, state_of
from engine.runtime.tick import Slot, Ticker
from engine.runtime.trace import Trace
from engine.runtime.wakes import Wakes

MakeLane = Callable[[str, Node], Lane]


class Engine:
    """Plays a Plan, entry by entry. It opens no device and waits for nothing."""

    def __init__(self, plan: Plan, clock: Clock, make_lane: MakeLane) -> None:
        self.plan = plan
        self.clock = clock
        self.trace = Trace()
        self.trace.started = clock.now()
        self.states = {name: state_of(planned) for name, planned in plan.boxes.items()}
        self.wakes = Wakes({name: place for place, name in enumerate(plan.boxes)})
        self.outbox = Outbox(self, self.trace)
        self.last_at: dict[tuple[str, str], Ns] = {}
        self.on_lost: Callable[[str, str], None] = lambda name, reason: None
        self.on_play_patch: Callable[[int | str], str] = lambda which: "no set is playing"
        self.ask: Callable[[str, Command], None] = lambda by, command: self.step(Asked(by, command))
        self._ticker = Ticker()
        prepare_trace(plan, self.trace)
        for state in self.states.values():
            if isinstance(state.box, Node) and state.box.lane:
                state.lane = make_lane(state.name, state.box)
        assembler = Assembler(self, plan, self.states)
        self._islands = assembler.islands()
        self.slots: Mapping[Outlet, Slot] = dict(assembler.slots)
        self._below = everything_below(plan)
        self._handlers: dict[type, Callable[[Any], None]] = {
            Arrival: self._arrival,
            LaneResult: self._lane_result,
            LaneFailure: self._lane_failure,
            LaneSent: self._lane_sent,
            StateChange: self._state_change,
            Asked: self._asked,
            WakeUp: self._wake_up,
        }

    def step(self, entry: Entry) -> None:
        """Let one entry in, and everything that follows from it out."""
        self._handlers[type(entry)](entry)
        self.outbox.flush(self.clock.now())

    # What boxes and steps ask of the engine.

    def say(
        self, state: BoxState, messages: Iterable[Message], at: Ns, cost: int, tick: int
    ) -> None:
        """Let a box say messages, each through everything below it."""
        if state.outlets is not None:
            usable = (message for message in messages if self._usable(state, message))
            state.outlets.say_all(self._ticker, usable, at, cost, tick)

    def set(self, state: BoxState, parameter: Parameter, value: object) -> None:
        """Set a parameter of a box, on the thread that calls the box."""
        if state.lane is not None:
            state.lane.set_parameter(parameter.field, value)
        else:
            setattr(state.box, parameter.field, value)

    def switch(self, state: BoxState, on: bool) -> None:
        """Switch a box on or off; one that goes off ends what sounds because of it."""
        if state.on and not on:
            self._lose(state.name)
        state.on = on

    def failed(self, state: BoxState, error: str) -> None:
        """Note that a box raised; what it feeds is brought to rest the first time."""
        self.tell(state.name, error)
        if not state.failing:
            state.failing = True
            if isinstance(state.box, Node) and state.lane is None:
                state.box.reset()
            self._lose(state.name)

    def tell(self, box: str, text: str) -> None:
        """Tell people what went wrong, once and then now and then."""
        self.trace.fault(box, text, self.clock.now())

    def silence(self) -> None:
        """End everything that sounds."""
        for state in self.states.values():
            if isinstance(state.box, Sink):
                self._silence(state, None)

    @property
    def teaching(self) -> str:
        """Name the way out that is taught."""
        return ""

    def status(self) -> Status:
        """Give a glance at the show."""
        now = self.clock.now()
        return Status(
            self.plan.title,
            (now - self.trace.started) / 1e9,
            self.trace.delay_ms(),
            self.trace.states(),
            sum(fault.count for fault in self.trace.faults),
        )

    # Entries.

    def _arrival(self, entry: Arrival) -> None:
        state = self.states[entry.source]
        self.trace.sources[entry.source].messages += 1
        if not state.on:
            return
        outlet = Outlet(entry.source, entry.outlet)
        slot = self.slots.get(outlet)
        if slot is not None and self._usable(state, entry.message):
            tick = self._ticker.next()
            slot.write(entry.message, entry.at, entry.cost, tick)
            self._ticker.run(self._islands.get(outlet, ()), tick)

    def _lane_result(self, entry: LaneResult) -> None:
        state = self.states.get(entry.box)
        if state is None or state.lane is None or state.lane.generation != entry.generation:
            return
        trace = self.trace.lanes[entry.box]
        if not entry.more:
            trace.runs += 1
            trace.ms.add(entry.took)
        state.failing = False
        if entry.result is not None and state.on and state.outlets is not None:
            tick = self._ticker.next()
            self.say(state, (entry.result,), entry.at, entry.cost, tick)
            self._ticker.run(state.outlets.below, tick)

    def _lane_failure(self, entry: LaneFailure) -> None:
        if entry.box in self.trace.lanes:
            self.trace.lanes[entry.box].runs += 1
        self.failed(self.states[entry.box], entry.error)

    def _lane_sent(self, entry: LaneSent) -> None:
        self.outbox.note(entry.box, entry.sent, entry.now)

    def _state_change(self, entry: StateChange) -> None:
        state = self.states[entry.box]
        state.up = entry.state == "running"
        if entry.box in self.trace.sources:
            self.trace.sources[entry.box].state = entry.state
        elif entry.box in self.trace.lanes:
            self.trace.lanes[entry.box].state = entry.state
        else:
            self.trace.sinks[entry.box] = entry.state
        if entry.reason:
            self.tell(entry.box, entry.reason)
            self._lose(entry.box)

    def _asked(self, entry: Asked) -> None:
        command: Command = entry.command
        if isinstance(command, SetParameter | Release):
            reason = change(self, command)
            if reason:
                self.trace.fault(entry.by, reason, self.clock.now())
                command.refused(reason)
        elif isinstance(command, PlayPatch):
            if reason := self.on_play_patch(command.which):
                self.tell(entry.by, reason)
                command.refused(reason)
        elif isinstance(command, Panic):
            self.silence()
        elif isinstance(command, Lost):
            self.on_lost(entry.by, command.reason)
            self.step(StateChange(entry.by, "lost", command.reason))
        elif isinstance(command, Notice):
            self.tell(entry.by, command.text)

    def _wake_up(self, _: WakeUp) -> None:
        for due, name in self.wakes.due(self.clock.now()):
            state = self.states[name]
            try:
                if isinstance(state.box, Node):
                    self._wake_node(state, state.box, due)
                elif isinstance(state.box, Sink):
                    state.box.on_wake(due)
                    self.outbox.touch(state)
            except Exception as error:
                self.failed(state, f"{type(error).__name__}: {error}")
            self.wakes.ask(name, state.box)

    def _wake_node(self, state: BoxState, node: Node, due: Ns) -> None:
        tick = self._ticker.next()
        self.say(state, events(node.on_wake(due)), due, 0, tick)
        if state.on and state.outlets is not None:
            self._ticker.run(state.outlets.below, tick)

    # Inside.

    def _usable(self, state: BoxState, message: Message) -> bool:
        if is_number(message):
            return True
        self.tell(state.name, f"gave {message}, which is no number; the last value stays")
        return False

    def _lose(self, name: str) -> None:
        """Bring to rest everything below a box that went away."""
        boxes, ports = self._below[name]
        for box in boxes:
            state = self.states[box]
            if state.lane is not None:
                state.lane.reset()
            else:
                state.box.reset()
                if state.wakes:
                    self.wakes.ask(box, state.box)
        for box, port in ports:
            self._silence(self.states[box], port)
        state = self.states[name]
        if isinstance(state.box, Sink):
            self._silence(state, None)

    def _silence(self, state: BoxState, port: str | None) -> None:
        if state.out_lane is not None:
            state.out_lane.silence(port)
            return
        try:
            state.sink.silence(port)
            self.outbox.touch(state)
        except Exception as error:
            self.tell(state.name, f"could not be silenced: {type(error).__name__}: {error}")
