"""The steps of an island: call a box, submit a job to a lane, set a parameter, send to a port.

A step never raises: an error of one box must not keep the others from playing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from engine.core.box_errors import anything_raised
from engine.core.errors import Overrun, ParameterError
from engine.core.kinds import Kind, is_picture, policy_for
from engine.core.messages import Block, Message, Ns
from engine.core.node import Node
from engine.core.parameter import Parameter
from engine.dsp.audio.hops import hops_within
from engine.runtime.samples import Samples
from engine.runtime.schedule.call import Call, describe_error, events
from engine.runtime.schedule.job import Job
from engine.runtime.schedule.outbox import Outbox, OutputPort
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import NOTHING, Read, Slot
from engine.runtime.schedule.state import OPENING, BoxState
from engine.runtime.workers.lane import Lane


class Arguments:
    """The arguments of a box, its hot inlet first; ``cold_inputs`` are the others."""

    def __init__(
        self, hot: Slot, reads: Sequence[Read], cold_inputs: Sequence[tuple[Slot, Samples]]
    ) -> None:
        self.hot = hot
        self._reads = tuple(reads)
        self._cold_inputs = tuple(cold_inputs)
        self._waits = True

    def gather(self) -> Sequence[Any] | None:
        """Return the arguments; None while an inlet without a default waits for its first value."""
        arguments = [read() for read in self._reads]
        if self._waits:
            if any(argument is NOTHING for argument in arguments):
                return None
            self._waits = False  # a slot never becomes empty again
        for slot, skew in self._cold_inputs:
            if slot.tick >= 0:
                skew.add(self.hot.at - slot.at)
        return arguments


class NodeStep:
    """Calls a box on the loop; ``is_generator``: whether ``process`` yields several events."""

    def __init__(
        self,
        services: Services,
        state: BoxState,
        call: Call,
        is_generator: bool,
        arguments: Arguments,
    ) -> None:
        self.trigger = arguments.hot
        self.box = state.name
        self._services = services
        self._state = state
        self._call = call
        self._is_generator = is_generator
        self._arguments = arguments

    def fire(self, tick: int) -> None:
        """Call the box, and emit what it returns."""
        state = self._state
        if not (state.on and state.up):
            return
        hot = self.trigger
        at, cost = hot.at, hot.cost
        try:
            arguments = self._arguments.gather()
            if arguments is None:
                return
            answer = self._call(arguments, at)
            if answer is not None and state.emitter is not None:
                if self._is_generator:
                    state.emitter.emit_all(answer, at, cost, tick)
                else:
                    state.emitter.emit(answer, at, cost, tick)
            state.succeeded()
        except anything_raised() as error:
            self._services.failed(state, error)
        if state.wakes:
            self._services.ask_wake(state)


class LaneStep:
    """Submits a job to a lane. A box with a ``hop`` (seconds) answers once per hop of sound.

    ``kind`` is the policy when jobs pile up; None where it depends on each message.
    """

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        state: BoxState,
        arguments: Arguments,
        *,
        kind: Kind | None,
        hop: float,
    ) -> None:
        self.trigger = arguments.hot
        self._outbox = outbox
        self._services = services
        self._state = state
        self._kind = kind
        self._hop = hop
        assert isinstance(state.box, Node)
        self._interrupts = state.box.interruptible
        self._is_news = state.box.is_news
        self._arguments = arguments
        self._metrics = services.metrics.lanes[state.name]

    def fire(self, tick: int) -> None:
        """Submit the job; what it replaces is counted as dropped."""
        if not self._state.on:
            return
        if self._state.skips():
            self._metrics.skipped += 1
            return
        try:
            arguments = self._arguments.gather()
        except anything_raised() as error:
            self._services.failed(self._state, error)
            return
        lane = self._state.lane  # read each time: a lane that hangs is replaced
        if arguments is None or lane is None:
            return
        if self._interrupts and self._is_news(arguments[0]):
            self._services.call_off(self._state)
        hot = self.trigger
        kind = self._kind or policy_for(arguments[0])
        job = Job(tuple(arguments), kind, hot.at, hot.cost, lane.generation)
        wakes = _ends_a_hop(arguments[0], self._hop)
        _submit(self._services, self._outbox, self._state, lane, job, wakes=wakes)


class EventStep:
    """Calls ``on_NAME`` of a box on the loop, for each message at that inlet."""

    def __init__(
        self, services: Services, state: BoxState, slot: Slot, read: Read, call: Call
    ) -> None:
        self.trigger = slot
        self._services = services
        self._state = state
        self._read = read
        self._call = call

    def fire(self, tick: int) -> None:
        """Call the box; its answers are emitted after the tick."""
        state = self._state
        if not (state.on and state.up):
            return
        slot = self.trigger
        at, cost = slot.at, slot.cost
        try:
            answers = list(events(self._call((self._read(),), at)))
            state.succeeded()
        except ParameterError as error:
            self._services.tell(state.name, str(error))
            return
        except anything_raised() as error:
            self._services.failed(state, error)
            return
        if answers:
            self._services.emit_after(state, answers, at, cost)
        if state.wakes:
            self._services.ask_wake(state)


class LaneEventStep:
    """Submits a message at an event inlet to a lane."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        state: BoxState,
        slot: Slot,
        *,
        read: Read,
        inlet: str,
    ) -> None:
        self.trigger = slot
        self._services = services
        self._outbox = outbox
        self._state = state
        self._read = read
        self._inlet = inlet
        assert isinstance(state.box, Node)
        self._calls_off = inlet in state.box.calls_off

    def fire(self, tick: int) -> None:
        """Submit the job; events are never dropped."""
        lane = self._state.lane
        if not self._state.on or lane is None:
            return
        slot = self.trigger
        try:
            arguments = (self._read(),)
        except ParameterError as error:
            self._services.tell(self._state.name, str(error))
            return
        except anything_raised() as error:
            self._services.failed(self._state, error)
            return
        if self._calls_off:
            self._services.call_off(self._state)
        job = Job(arguments, Kind.LOSSLESS, slot.at, slot.cost, lane.generation, self._inlet)
        _submit(self._services, self._outbox, self._state, lane, job, wakes=True)


class SourceEventStep:
    """Calls ``on_NAME`` of a source on the loop, and handles what it gives as if it came in."""

    def __init__(self, services: Services, state: BoxState, slot: Slot, call: Call) -> None:
        self.trigger = slot
        self._services = services
        self._state = state
        self._call = call

    def fire(self, tick: int) -> None:
        """Call the source; an error is told."""
        slot = self.trigger
        try:
            given = self._call((slot.value,), slot.at)
            several = given if isinstance(given, Iterator) else (given,)
            for outlet, message in filter(None, several):
                self._services.arrive(self._state.name, outlet, message, slot.at)
        except anything_raised() as error:
            self._services.tell(self._state.name, describe_error(error))


def _submit(
    services: Services, outbox: Outbox, state: BoxState, lane: Lane, job: Job, *, wakes: bool
) -> None:
    """Submit a job to the lane of a box; count what it replaces, and what finds no room."""
    metrics = services.metrics.lanes[state.name]
    try:
        metrics.offered(outbox.submit(lane, job, wakes))
    except Overrun as error:
        metrics.lost()
        services.failed(state, error)


def _ends_a_hop(message: Message, hop: float) -> bool:
    """Whether a lane shall start on a message: sound that completes no hop waits for more."""
    if not hop or not isinstance(message, Block):
        return True
    start, end = message.start, message.start + len(message.samples)
    return hops_within(end, message.rate, hop) > hops_within(start, message.rate, hop)


class ParameterStep:
    """Sets a parameter unless it is overridden. ``parameter`` None is the switch "on"."""

    def __init__(
        self,
        services: Services,
        state: BoxState,
        parameter: Parameter | None,
        slot: Slot,
        read: Read,
    ) -> None:
        self.trigger = slot
        self._services = services
        self._state = state
        self._parameter = parameter
        self._read = read

    def fire(self, tick: int) -> None:
        """Set the parameter to the value of the cable."""
        name = "on" if self._parameter is None else self._parameter.name
        if self._state.is_overridden(name):
            return
        try:
            value = self._read()
            if self._parameter is None:
                self._services.enable(self._state, bool(value))
            else:
                self._services.set(self._state, self._parameter, self._parameter.from_wire(value))
        except ParameterError as error:
            self._services.tell(self._state.name, f"{name}: {error}")
        except anything_raised() as error:
            self._services.failed(self._state, error)

    def again(self) -> bool:
        """Set the parameter to the last value of the cable; return whether it has said any."""
        spoke = self.trigger.value is not NOTHING
        if spoke:
            self.fire(self.trigger.tick)
        return spoke


class Keeper(Protocol):
    """Keeps what an output is told while it opens."""

    def keep(self, step: PortStep, message: Message, at: Ns, cost: int) -> None:
        """Keep a message until the output is open; then ``send`` of the step is called."""
        ...


class PortStep:
    """Sends to a port of an output; while that opens, a keeper keeps what it is told."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        port: OutputPort,
        slot: Slot,
        *,
        read: Read,
        may_leave: Callable[[], bool] | None,
        keeper: Keeper,
    ) -> None:
        """``may_leave`` is called before each picture; None where no picture can come."""
        self.trigger = slot
        self._keeper = keeper
        self._may_leave = may_leave
        self._outbox = outbox
        self._services = services
        self._port = port
        self._read = read

    def fire(self, tick: int) -> None:
        """Pass the message to the output, which sends it when the tick ends."""
        self._give(self.trigger.at, self.trigger.cost)

    def repeat(self) -> None:
        """Pass the last message to the output again, as what is so now."""
        self._give(self._services.now, 0)

    def send(self, message: Message, at: Ns, cost: int) -> None:
        """Pass a message to the output, unless it is a picture that may not leave."""
        if self._may_leave is not None and is_picture(type(message)) and not self._may_leave():
            self._port.route.withheld += 1
            return
        self._outbox.send(self._port, message, at, cost)

    @property
    def output(self) -> tuple[BoxState, str]:
        """The output, and the name of its port."""
        return self._port.state, self._port.name

    def _give(self, at: Ns, cost: int) -> None:
        state = self._port.state
        if self._port.muted or not state.on or not (state.up or state.condition == OPENING):
            return
        try:
            value = self._read()
        except anything_raised() as error:
            self._services.failed(state, error)
            return
        if state.up:
            self.send(value, at, cost)
        else:
            self._keeper.keep(self, value, at, cost)
