"""Swaps the plan of a playing engine; what both plans have plays on untouched.

A box that stays keeps its instance, its thread and its device. Of a new version of the patch that
plays, those parameters are set whose text has changed, and hands keep what else they hold, also of
a box that begins anew. Of another patch of the set all parameters are as its text says, or as hands
held them when it last played. What a removed box or a cut wire fed is reset as after a loss, so
that every note is ended; routes that stay sound on. Who listens by a new cable is given the last
number or switch at once: it may not be said again for hours.

Removed boxes are kept until the next swap, so that this one can be rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Protocol

from engine.core.addresses import overlaps
from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.parameter import ON, Parameter
from engine.core.source import Source
from engine.patch.plan import Into, Outlet, Plan, PlannedBox, Wire
from engine.patch.save import is_alike
from engine.runtime.entries import Rollback, SwapPlan
from engine.runtime.hands import HandsOfSet, Holds, read_holds
from engine.runtime.learn_sweep import LearnSweep
from engine.runtime.reload.diff import (
    cabled_parameters,
    carried_slots,
    changed_parameters,
    cut_wires,
    end_of,
    staying_ends,
    unchanged_boxes,
)
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import Slot
from engine.runtime.schedule.state import BoxState

Ports = dict[str, Wire]
"""The cables into one output, by port."""


class Swappable(Services, Protocol):
    """The engine, as a swap of its plan sees it."""

    @property
    def slots(self) -> Mapping[Outlet, Slot]:
        """The last message of every outlet."""
        ...

    @property
    def learn_sweep(self) -> LearnSweep:
        """The MIDI-learn sweep."""
        ...

    @property
    def elsewhere(self) -> Mapping[str, BoxState]:
        """What is known of the boxes that play on other machines."""
        ...

    @property
    def on_plan(self) -> list[Callable[[], None]]:
        """What to call when another plan has taken over."""
        ...

    def create(self, planned: PlannedBox) -> BoxState:
        """Make the state of a box, and its lane where it has one."""
        ...

    def install_plan(
        self,
        plan: Plan,
        states: Mapping[str, BoxState],
        staying: Collection[str] = (),
        carried: Mapping[Outlet, Slot] = MappingProxyType({}),
    ) -> None:
        """Play this plan from now on."""
        ...

    def reset_removed(self, removed: Iterable[str], cut: Iterable[Wire]) -> None:
        """Reset what removed boxes and cut wires fed."""
        ...

    def give_what_holds(self, is_new: Callable[[Wire], bool]) -> None:
        """Pass the last numbers and switches on to those who listen by new wires."""
        ...

    def is_degraded(self, box: str, parameter: str) -> bool:
        """Whether a parameter has been degraded to keep the deadline."""
        ...


@dataclass(frozen=True)
class PreviousPlan:
    """The previous plan, the states of its boxes that were removed, and what hands held of it.

    ``index`` says which patch of the set it is.
    """

    plan: Plan
    removed: Mapping[str, BoxState]
    index: int
    holds: Holds


@dataclass
class PlanSwapper:
    """Swaps the plan of an engine; ``before`` is what a rollback restores."""

    engine: Swappable
    before: PreviousPlan | None = None
    _generations: dict[str, int] = field(default_factory=dict)
    _hands: HandsOfSet = field(default_factory=HandsOfSet)
    _index: int = 0

    def take_over(self, entry: SwapPlan) -> None:
        """Play another plan from now on."""
        if self.before is not None:
            _forget(self.before.removed)
        self.before = self._swap(entry.plan, {}, entry.index)

    def take_back(self, _: Rollback) -> None:
        """Play the plan before the last swap again; do nothing where there is none."""
        before, self.before = self.before, None
        if before is not None:
            gone = self._swap(before.plan, before.removed, before.index, before.holds)
            _forget(gone.removed)

    def _swap(
        self,
        new: Plan,
        spare: Mapping[str, BoxState],
        index: int | None,
        holds: Holds | None = None,
    ) -> PreviousPlan:
        """Exchange the plan and call ``on_plan``; a MIDI-learn sweep goes on.

        ``holds`` is what hands hold from now on, where that is known.
        """
        sweep = self.engine.learn_sweep
        old, left = self.engine.plan, self._index
        elsewhere = self.engine.elsewhere
        held = {**read_holds(old.whole or old, elsewhere), **read_holds(old, self.engine.states)}
        another = index is not None and index != left
        if index is not None and another:
            kept = self._hands.change(left, held, index, old, new)
            self._index = index
            holds = kept if holds is None else holds
        staying = unchanged_boxes(old, new)
        heard = staying_ends(old, new, staying)
        removed = self._exchange(new, spare, staying, another=another)
        for name, state in self.engine.states.items():
            # A new version leaves in hands what they hold of a box that stays.
            came = name in removed or name in elsewhere
            if name not in spare and (another or came or holds is not None):
                self._hold(state, new.boxes[name], (held if holds is None else holds))
        for name, state in self.engine.elsewhere.items():
            if name in removed:  # it plays on another machine from now on
                self._know(state, new.elsewhere[name], (held if holds is None else holds))
        if sweep.route in self.engine.metrics.routes:
            self.engine.learn_sweep.select(sweep.route, test=sweep.tests, since=sweep.started)
        self.engine.give_what_holds(lambda wire: end_of(wire) not in heard)
        for notify in self.engine.on_plan:
            notify()
        return PreviousPlan(old, removed, left, held)

    def _exchange(
        self, new: Plan, spare: Mapping[str, BoxState], staying: set[str], *, another: bool
    ) -> dict[str, BoxState]:
        """Play a plan, and return the states of the boxes that are removed.

        ``spare`` are the states of boxes of it that are open but did not play.
        """
        engine, old = self.engine, self.engine.plan
        removed = {name: state for name, state in engine.states.items() if name not in staying}
        both = [name for name in new.boxes if name in staying]  # in order: so it can be replayed
        changes = [
            (name, *change) for name in both for change in changed_parameters(old, new, name)
        ]
        switched = [name for name in both if old.boxes[name].on != new.boxes[name].on]
        ports = _ports(old), _ports(new)
        slots = carried_slots(old, new, engine.slots, staying)
        engine.reset_removed(removed, cut_wires(old, new, staying))
        for name in both:
            self._plug(engine.states[name], ports[0][name], ports[1][name])
        self._retire(removed)
        states = {n: self._state(n, new, n in staying, spare) for n in new.boxes}
        engine.install_plan(new, states, staying, slots)
        if another:
            for name in both:
                self._be_as_written(states[name], new)
            return removed
        for name, parameter, value in changes:
            self._rewrite(states[name], parameter, value, new)
        for name in switched:
            engine.enable(states[name], new.boxes[name].on)
            if ON.name not in states[name].cabled:
                states[name].overrides.discard(ON.name)
        return removed

    def _state(self, name: str, plan: Plan, stays: bool, spare: Mapping[str, BoxState]) -> BoxState:
        planned = plan.boxes[name]
        if stays:
            state = self.engine.states[name]
            state.cabled.clear()
            _subscribe(state.box, [w.source.name for w in plan.wires if w.source.box == name])
            planned.box = state.box
            return state
        if name in spare:
            state = spare[name]
            state.cabled.clear()
        else:
            state = self.engine.create(planned)
        if state.lane is not None:
            state.lane.generation = max(state.lane.generation, self._generations.get(name, 0))
        return state

    def _retire(self, removed: Mapping[str, BoxState]) -> None:
        """Clear faults of removed boxes, and discard their late results."""
        for name, state in removed.items():
            self.engine.metrics.clear_faults(name)
            if state.lane is not None:
                self._generations[name] = state.lane.generation + 1

    def _plug(self, state: BoxState, before: Ports, after: Ports) -> None:
        """Plug and unplug the cables of an output that stays; unchanged ones are not touched."""
        for port, wire in before.items():
            if not _same(wire, after.get(port)):
                self._do(state, partial(state.sink.unplug, port))
        for port, wire in after.items():
            if not _same(wire, before.get(port)):
                self._do(state, partial(state.sink.plug, port, wire.carries, wire.options))

    def _do(self, state: BoxState, act: Callable[[], None]) -> None:
        """Call an output, on its own thread where it has one; report errors."""
        if state.out_lane is not None:
            state.out_lane.do(act)
            return
        try:
            act()
        except anything_raised() as error:
            self.engine.tell(state.name, describe_error(error))

    def _be_as_written(self, state: BoxState, plan: Plan) -> None:
        """Have a box that stays be as another patch says: its texts, and its cables."""
        planned = plan.boxes[state.name]
        state.overrides.clear()
        state.held_down.clear()
        cabled = cabled_parameters(plan, state.name)
        for parameter in state.parameters.values():
            wanted = planned.initial[parameter.field]
            if (
                not parameter.fixed
                and parameter.name not in cabled
                and not self.engine.is_degraded(state.name, parameter.name)
                and state.value(parameter) != wanted
            ):
                self._set(state, parameter, wanted)
        for name in sorted(cabled):
            self._be_as_cabled(state, planned, name)
        if ON.name not in cabled and state.on != planned.on:
            self.engine.enable(state, planned.on)

    def _be_as_cabled(self, state: BoxState, planned: PlannedBox, name: str) -> None:
        """Set a parameter to what its cables said last; until they speak, to what is written."""
        parameter = state.parameter(name)
        parts = [again for part, again in state.cabled.items() if overlaps(name, part)]
        if parameter is None:
            return
        if parameter.is_table:  # the parts that no cable writes are in it too
            self._set(state, parameter, planned.initial[parameter.field])
        spoke = [again() for again in parts]  # every part, not only up to the first
        if any(spoke) or parameter.is_table:
            return
        if parameter is ON:
            self.engine.enable(state, planned.on)
        else:
            self._set(state, parameter, planned.initial[parameter.field])

    def _rewrite(self, state: BoxState, parameter: Parameter, value: object, plan: Plan) -> None:
        """Set a parameter that was written anew, which takes it out of the hand that holds it.

        What the hand holds already is left as it is: so it is where that was saved in the patch,
        in fewer digits; of a box with ``keep`` it still goes along to other patches. A hand keeps
        what a cable would write.
        """
        hands = {hand for hand in state.overrides if overlaps(parameter.name, hand)}
        if hands and parameter.name in cabled_parameters(plan, state.name):
            return
        holds_it = bool(hands) and is_alike(state.value(parameter), value)
        if not holds_it:
            self._set(state, parameter, value)
        if not (holds_it and plan.boxes[state.name].keep):
            state.overrides -= hands

    def _hold(self, state: BoxState, planned: PlannedBox, holds: Holds) -> None:
        """Set what hands hold of a box."""
        held = holds.get(state.name)
        for name, value in held.fitting(state, planned) if held else ():
            parameter = state.parameter(name)
            if parameter is ON:
                self.engine.enable(state, bool(value))
            elif parameter is not None:
                self._set(state, parameter, value)
            state.overrides.add(name)

    def _know(self, state: BoxState, planned: PlannedBox, holds: Holds) -> None:
        """Note what hands hold of a box that has gone to another machine."""
        held = holds.get(state.name)
        for name, value in held.fitting(state, planned) if held else ():
            parameter = state.parameter(name)
            if parameter is ON:
                state.on = bool(value)
            elif parameter is not None:
                self._set(state, parameter, value)
            state.overrides.add(name)

    def _set(self, state: BoxState, parameter: Parameter, value: object) -> None:
        try:
            self.engine.set(state, parameter, parameter.from_wire(value))
        except anything_raised() as error:
            self.engine.tell(state.name, f"{parameter.name}: {describe_error(error)}")


def _forget(removed: Mapping[str, BoxState]) -> None:
    """Break the reference cycles of boxes that never play again.

    Why: cycles are only freed by the garbage collector, which does not run during a show.
    """
    for state in removed.values():
        state.emitter = None
        state.cabled.clear()


def _subscribe(box: Box, outlets: Iterable[str]) -> None:
    """Ask a source that stays for what new cables take: a controller that it did not look at."""
    if isinstance(box, Source) and type(box).outlet is not Source.outlet:
        for outlet in outlets:
            box.outlet(outlet)


def _ports(plan: Plan) -> dict[str, Ports]:
    ports: dict[str, Ports] = {name: {} for name in plan.boxes}
    for wire in plan.wires:
        if wire.into is Into.PORT:
            ports[wire.box][wire.name] = wire
    return ports


def _same(wire: Wire, other: Wire | None) -> bool:
    """Whether two wires are the same to the output."""
    return other is not None and (wire.carries, wire.options) == (other.carries, other.options)
