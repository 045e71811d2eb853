"""Makes the slots and steps of a Plan, which the engine runs without reading the Plan again."""

from __future__ import annotations

import inspect
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from engine.core.addresses import find_parameter
from engine.core.errors import ParameterError
from engine.core.event_inlets import read_hand_events
from engine.core.kinds import is_by_message, may_be_picture, policy_of
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.core.signature import Inlet, read_signature
from engine.core.source import Source
from engine.patch.plan import Into, Outlet, Plan, PlannedStep, Wire
from engine.runtime.metrics import (
    route_name,
)
from engine.runtime.schedule.call import caller, caller_of, caller_of_event
from engine.runtime.schedule.outbox import Outbox, OutputPort
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import NOTHING, Emitter, Islands, Read, Slot, Step, reader
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.steps import (
    Arguments,
    EventStep,
    Keeper,
    LaneEventStep,
    LaneStep,
    NodeStep,
    ParameterStep,
    PortStep,
    SourceEventStep,
)

MakeEmitter = Callable[[BoxState, list[Slot], bool], Emitter]
"""Makes the emitter of a box from its state, its slots, and whether it has several outlets."""


class Slots(dict[Outlet, Slot]):
    """The slots of a plan by outlet, made on first access; ``carried`` are reused."""

    def __init__(self, carried: Mapping[Outlet, Slot]) -> None:
        super().__init__()
        self._carried = carried

    def __missing__(self, outlet: Outlet) -> Slot:
        slot = self[outlet] = self._carried.get(outlet) or Slot()
        return slot


class Assembler:
    """Makes the steps of one plan for one engine."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        make_emitter: MakeEmitter,
        *,
        may_leave: Callable[[], bool],
        keeper: Keeper,
        plan: Plan,
        states: Mapping[str, BoxState],
        carried: Mapping[Outlet, Slot],
    ) -> None:
        """``carried`` are the slots of another plan whose last message is valid in this one.

        ``may_leave`` returns whether pictures may leave; it is called before each one. ``keeper``
        keeps what outputs are told while they open.
        """
        self._keeper = keeper
        self.listeners: list[tuple[Wire, Step]] = []
        self._services = services
        self._outbox = outbox
        self._make_emitter = make_emitter
        self._may_leave = may_leave
        self._plan = plan
        self._states = states
        self.slots = Slots(carried)
        self.ports: dict[str, OutputPort] = {}
        self._wires: dict[str, dict[str, Wire]] = defaultdict(dict)
        self._hot: dict[str, Wire] = {}
        for wire in plan.wires:
            if wire.into in (Into.HOT, Into.COLD):
                self._wires[wire.box][wire.name] = wire
            if wire.into is Into.HOT:
                self._hot.setdefault(wire.box, wire)

    def islands(self) -> Islands:
        """Return the slot of every root and the steps downstream of it, by (box, outlet).

        Also set the steps downstream of each emitter.
        """
        islands: dict[tuple[str, str], tuple[Slot, tuple[Step, ...]]] = {}
        downstream: dict[str, list[Step]] = defaultdict(list)
        for name in self._plan.boxes:
            self._make_emitter_of(name)
            self._reach_by_hand(self._states[name])
        for root, island in self._plan.islands.items():
            steps = [(planned, self._step(planned)) for planned in island.steps]
            all_steps = tuple(step for _, step in steps)
            islands[root.box, root.name] = self.slots[root], all_steps
            downstream[root.box] += all_steps
            self._set_downstream(steps)
            self.listeners += [
                (planned.wire or self._hot[planned.box], step) for planned, step in steps
            ]
        for outlet, slot in self.slots.items():
            islands.setdefault((outlet.box, outlet.name), (slot, ()))
        for name, below in downstream.items():
            if emitter := self._states[name].emitter:
                emitter.downstream = tuple(below)
        return islands

    def _make_emitter_of(self, name: str) -> None:
        box = self._plan.boxes[name].box
        if isinstance(box, Source):
            for outlet in box.outlets():
                self.slots[Outlet(name, outlet)]  # made even if no cable begins there
        elif isinstance(box, Node):
            signature = read_signature(type(box))
            names = signature.fields or ("",)
            slots = [self.slots[Outlet(name, outlet)] for outlet in names]
            state = self._states[name]
            state.emitter = self._make_emitter(state, slots, bool(signature.fields))

    def _set_downstream(self, steps: list[tuple[PlannedStep, Step]]) -> None:
        """Set the steps downstream of each box of an island that is called on the loop."""
        fed: dict[str, list[int]] = defaultdict(list)
        called: dict[str, int] = {}
        plain = [planned for planned, _ in steps]
        for place, (planned, _) in enumerate(steps):
            wire = planned.wire or self._hot[planned.box]
            fed[wire.source.box].append(place)
            if planned.wire is None:
                called[planned.box] = place
        for planned, step in steps:
            emitter = self._states[planned.box].emitter
            if planned.wire is None and isinstance(step, NodeStep) and emitter is not None:
                below = _below(planned.box, plain, fed, called)
                emitter.downstream = tuple(steps[place][1] for place in below)

    def _step(self, planned: PlannedStep) -> Step:
        state = self._states[planned.box]
        wire = planned.wire
        if wire is None:
            return self._call_step(state)
        slot = self.slots[wire.source]
        read = reader(slot, wire)
        if wire.into is Into.PORT:
            name = route_name(state.name, wire.name)
            port = OutputPort(state, state.sink, wire.name, self._services.metrics.routes[name])
            self.ports[name] = port
            withheld = may_be_picture(wire.carries) and not state.sink.shows_in_private
            asks = self._may_leave if withheld else None
            return PortStep(
                self._services,
                self._outbox,
                port,
                slot,
                read=read,
                may_leave=asks,
                keeper=self._keeper,
            )
        if wire.into in (Into.EVENT, Into.MORE):
            inlet = wire.name.partition("#")[0]
            return self._event_step(state, inlet, slot, _fitting(state, inlet, read))
        parameter = None if wire.name == "on" else find_parameter(state.parameters, wire.name)
        step = ParameterStep(self._services, state, parameter, slot, read)
        state.cabled[wire.name] = step.again
        return step

    def _reach_by_hand(self, state: BoxState) -> None:
        """Make a step for each event of a box that hands reach: as by a cable of their own."""
        for name, inlet in read_hand_events(type(state.box)).items():
            slot = Slot()
            if isinstance(state.box, Source):
                call = caller_of_event(state.box, inlet.name)
                state.by_hand[name] = SourceEventStep(self._services, state, slot, call)
            else:
                read = partial(getattr, slot, "value")
                state.by_hand[name] = self._event_step(state, inlet.name, slot, read)

    def _event_step(self, state: BoxState, inlet: str, slot: Slot, read: Read) -> Step:
        assert isinstance(state.box, Node)
        if state.lane is None:
            return EventStep(self._services, state, slot, read, caller_of(state.box, inlet))
        return LaneEventStep(self._services, self._outbox, state, slot, read=read, inlet=inlet)

    def _call_step(self, state: BoxState) -> Step:
        assert isinstance(state.box, Node)
        arguments = self._arguments(state)
        if state.lane is None:
            is_generator = read_signature(type(state.box)).is_generator
            return NodeStep(self._services, state, caller(state.box), is_generator, arguments)
        carries = self._hot[state.name].carries
        kind = None if is_by_message(carries) else policy_of(carries)
        return LaneStep(
            self._services, self._outbox, state, arguments, kind=kind, hop=state.box.hop
        )

    def _arguments(self, state: BoxState) -> Arguments:
        wires = self._wires[state.name]
        reads: list[Read] = []
        cold_inputs = []
        for inlet in read_signature(type(state.box)).inlets:
            wire = wires.get(inlet.name)
            default = self._default(state.name, inlet)
            if wire is None:
                reads.append(partial(_same, default))
                continue
            slot = self.slots[wire.source]
            reads.append(reader(slot, wire, default))
            if wire.into is Into.COLD:
                cold_inputs.append((slot, self._services.metrics.skew[state.name, inlet.name]))
        for name in read_signature(type(state.box)).moments:
            wire = wires.get(name)
            reads.append(partial(_same, Ns(0)) if wire is None else self.slots[wire.source].moment)
        return Arguments(self.slots[self._hot[state.name].source], reads, cold_inputs)

    def _default(self, name: str, inlet: Inlet) -> Any:
        constants = self._plan.boxes[name].constants
        if inlet.name in constants:
            return constants[inlet.name]
        return NOTHING if inlet.default is inspect.Parameter.empty else inlet.default


def _below(
    name: str,
    steps: Sequence[PlannedStep],
    fed: Mapping[str, Sequence[int]],
    called: Mapping[str, int],
) -> list[int]:
    """Return the places of the steps of an island that follow from a box, in their order.

    ``fed`` are the places of the steps that each box feeds, ``called`` those at which boxes are
    called. What a box feeds before it is called itself, through a delay, waits for the next tick.
    """
    reached = {name}
    places: set[int] = set()
    ahead = [name]
    while ahead:
        box = ahead.pop()
        for place in fed[box]:
            step = steps[place]
            if box != name and place < called[box]:
                continue
            if step.wire is not None:
                places.add(place)
            elif step.box != name:
                places.add(place)
                if step.box not in reached:
                    reached.add(step.box)
                    ahead.append(step.box)
    return sorted(places)


def _fitting(state: BoxState, inlet: str, read: Read) -> Read:
    """Return what reads a cable into an event: what does not fit there raises ParameterError."""
    parameter = state.parameters.get(inlet)
    found = read_hand_events(type(state.box)).get(inlet)
    if parameter is None or found is None or found.accepts == (Trigger,):
        return read

    def fitting() -> Any:
        try:
            return parameter.from_hand(read())
        except ParameterError as error:
            raise ParameterError(f"{inlet}: {error}") from None

    return fitting


def _same(value: Any) -> Any:
    return value
