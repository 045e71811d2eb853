"""What can be done with a message in an island: call a box, ask a lane, set, send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.core.errors import ParameterError
from engine.core.messages import Kind
from engine.core.parameter import Parameter
from engine.runtime.call import Caller, is_number
from engine.runtime.lanes import Job, Lane
from engine.runtime.state import BoxState
from engine.runtime.tick import NOTHING, Read, Slot
from engine.runtime.trace import Samples

if TYPE_CHECKING:
    from engine.runtime.engine import Engine


class Arguments:
    """Gathers what the inlets of a box hold, its first inlet first.

    A constant of the patch or a default stands in where nothing has come yet; without one the box
    waits.
    """

    def __init__(
        self,
        hot: Slot,
        reads: Sequence[tuple[Read, Any]],
        colds: Sequence[tuple[Slot, Samples]],
    ) -> None:
        self.hot = hot
        self._reads = tuple(reads)
        self._colds = tuple(colds)

    def gather(self) -> tuple[Any, ...] | None:
        """Give the arguments; None while one is waited for."""
        arguments = []
        for read, default in self._reads:
            value = read()
            if value is NOTHING:
                if default is NOTHING:
                    return None
                value = default
            arguments.append(value)
        for slot, skew in self._colds:
            if slot.tick >= 0:
                skew.add(self.hot.at - slot.at)
        return tuple(arguments)


class NodeStep:
    """Calls a box in place."""

    def __init__(
        self, engine: Engine, state: BoxState, caller: Caller, arguments: Arguments
    ) -> None:
        self.trigger = arguments.hot
        self._engine = engine
        self._state = state
        self._caller = caller
        self._arguments = arguments

    def fire(self, tick: int) -> None:
        """Call the box, and say what it answers."""
        state = self._state
        if not state.on:
            return
        arguments = self._arguments.gather()
        if arguments is None:
            return
        hot = self.trigger
        at, cost = hot.at, hot.cost
        try:
            self._engine.say(state, self._caller(arguments, at), at, cost, tick)
            state.failing = False
        except Exception as error:
            self._engine.failed(state, f"{type(error).__name__}: {error}")
        if state.wakes:
            self._engine.wakes.ask(state.name, state.box)


class LaneStep:
    """Leaves a job for a box on a thread of its own."""

    def __init__(
        self, engine: Engine, state: BoxState, lane: Lane, kind: Kind, arguments: Arguments
    ) -> None:
        self.trigger = arguments.hot
        self._state = state
        self._lane = lane
        self._kind = kind
        self._arguments = arguments
        self._trace = engine.trace.lanes[state.name]

    def fire(self, tick: int) -> None:
        """Leave the job; what it pushes out is counted as dropped."""
        if not self._state.on:
            return
        arguments = self._arguments.gather()
        if arguments is not None:
            hot = self.trigger
            job = Job(arguments, self._kind, hot.at, hot.cost)
            self._trace.dropped = self._lane.offer(job)


class ParameterStep:
    """Sets a parameter, unless a hand is on it. ``parameter`` None is the switch "on"."""

    def __init__(
        self, engine: Engine, state: BoxState, parameter: Parameter | None, slot: Slot, read: Read
    ) -> None:
        self.trigger = slot
        self._engine = engine
        self._state = state
        self._parameter = parameter
        self._read = read

    def fire(self, tick: int) -> None:
        """Set the parameter to what the cable carries."""
        value = self._read()
        if self._parameter is None:
            if "on" not in self._state.hands:
                self._engine.switch(self._state, bool(value))
        elif not self._state.in_hand(self._parameter.name):
            try:
                self._engine.set(self._state, self._parameter, self._parameter.from_wire(value))
            except ParameterError as error:
                self._engine.tell(self._state.name, f"{self._parameter.name}: {error}")


class PortStep:
    """Sends to a port of an output."""

    def __init__(self, engine: Engine, state: BoxState, port: str, slot: Slot, read: Read) -> None:
        self.trigger = slot
        self._engine = engine
        self._state = state
        self._port = port
        self._read = read

    def fire(self, tick: int) -> None:
        """Give the message to the output; it leaves when the tick ends."""
        value = self._read()
        if self._state.on and self._state.up and is_number(value):
            slot = self.trigger
            self._engine.outbox.send(self._state, self._port, value, slot.at, slot.cost)
