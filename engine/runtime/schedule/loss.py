"""Applies the effects of a loss: resets boxes, notifies them, silences ports.

What a box owes (``let_go``) is told last, when all behind it has begun anew and is silent: it would
be let go with the rest. Then what is lost, and what is reset, comes to rest (``at_rest``). A box
that stands in for what is lost hears nothing of either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from engine.core.box_errors import anything_raised
from engine.core.messages import Message
from engine.core.node import Node
from engine.core.sink import Sink
from engine.patch.plan import Outlet, Plan, Wire
from engine.runtime.schedule.at_rest import AtRest
from engine.runtime.schedule.call import describe_error, events
from engine.runtime.schedule.downstream import LossEffects, LossMap
from engine.runtime.schedule.future import FutureQueue
from engine.runtime.schedule.latecomers import Latecomers
from engine.runtime.schedule.outbox import Outbox
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import Islands, Slot, Ticker
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.steps import NodeStep

Owed = list[tuple[BoxState, list[Message]]]
"""What boxes owe."""


class LossHandler:
    """Handles the loss of boxes and of their inputs, for one plan."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        future: FutureQueue,
        latecomers: Latecomers,
        *,
        plan: Plan,
        slots: Mapping[Outlet, Slot],
        islands: Islands,
        ticker: Ticker,
    ) -> None:
        self._latecomers = latecomers
        self._slots = slots
        self._outlets: dict[str, list[Outlet]] = defaultdict(list)
        for outlet in slots:
            self._outlets[outlet.box].append(outlet)
        self._ticker = ticker
        self._services = services
        self._outbox = outbox
        self._future = future
        self._states = services.states
        self._losses = LossMap(plan)
        self._rest = AtRest(services, slots=slots, islands=islands, ticker=ticker)

    def lose(self, name: str) -> None:
        """Reset everything downstream of a box that went away; silence it if it is an output."""
        self._lose(name, [])

    def switch_off(self, state: BoxState) -> None:
        """Have a box let go that is to be off, and reset everything downstream."""
        self._lose(state.name, [(state, self._let_go(state))])

    def fail(self, state: BoxState) -> None:
        """Reset a box that raised, and everything downstream."""
        owed: Owed = []
        if isinstance(state.box, Node) and state.lane is None:
            owed.append((state, self._let_go(state)))
            self.reset(state)
        self._lose(state.name, owed)

    def end(self, ended: Collection[str]) -> None:
        """Have all boxes let go that hear from sources alone that have ended.

        None of them is reset, for what they have to say by themselves they say to the end.
        """
        over = self._losses.over(ended)
        owed: Owed = []
        for name in over:
            state = self._states[name]
            owed.append((state, self._let_go(state)))
            if state.wakes:
                self._services.ask_wake(state)
        self._tell(owed, ())
        self._rest.bring(self._outlets_of((*ended, *over)), ())

    def over(self, ended: Collection[str]) -> frozenset[str]:
        """Return the boxes that hear from sources alone that have ended."""
        return frozenset(self._losses.over(ended))

    def _lose(self, name: str, owed: Owed) -> None:
        self._future.forget(self._states[name])
        self._forget(name)
        self._apply(self._losses.downstream(name), owed, self._outlets[name])
        if isinstance(self._states[name].box, Sink):
            self.silence(self._states[name], None)

    def break_off(self, name: str, outlet: str) -> None:
        """Reset everything downstream of one outlet of a box; "" is all that it says.

        What is over already is not reset again: a loss that goes round over machines ends here.
        """
        over = {
            there: self._slots[there]
            for there in self._outlets[name]
            if outlet in ("", there.name) and self._slots[there].stands
        }
        for slot in over.values():
            slot.stale = True
        wires = (wire for wire in self._losses.outgoing[name] if wire.source in over)
        self._apply(self._losses.along(wires), [], over)
        for slot in over.values():  # though it shows nobody now
            slot.stale = True

    def reset_removed(self, removed: Iterable[str], cut: Iterable[Wire]) -> None:
        """Reset removed boxes and all that they or cut wires fed; silence removed outputs."""
        names = dict.fromkeys(removed)
        fed = (wire for name in names for wire in self._losses.outgoing[name])
        owed: Owed = []
        for name in names:
            self._begin_anew(name, owed)
        self._apply(self._losses.along([*fed, *cut]), owed, self._outlets_of(names))
        for name in names:
            if isinstance(self._states[name].box, Sink):
                self.silence(self._states[name], None)

    def _apply(self, effects: LossEffects, owed: Owed, lost: Iterable[Outlet]) -> None:
        """Do what a loss does; the outlets that are ``lost`` come to rest before those behind."""
        for name in effects.resets:
            self._begin_anew(name, owed)
        for name in effects.notified:
            self._notify(self._states[name])
        for name, port in effects.ports:
            self.silence(self._states[name], port)
        self._tell(owed, effects.notified)
        outlets = dict.fromkeys((*lost, *self._outlets_of(effects.resets)))
        self._rest.bring(outlets, effects.notified)

    def _outlets_of(self, names: Iterable[str]) -> list[Outlet]:
        return [outlet for name in names for outlet in self._outlets[name]]

    def _begin_anew(self, name: str, owed: Owed) -> None:
        """Reset a box, and add what it owes."""
        self._forget(name)
        owed.append((self._states[name], self._let_go(self._states[name])))
        self.reset(self._states[name])

    def _let_go(self, state: BoxState) -> list[Message]:
        """Return what a box owes."""
        if not isinstance(state.box, Node) or state.lane is not None or not state.up:
            return []
        try:
            return list(events(state.box.let_go(self._services.now)))
        except anything_raised() as error:
            self._services.tell(state.name, f"could not let go: {describe_error(error)}")
            return []

    def _tell(self, owed: Owed, deaf: Collection[str]) -> None:
        """Emit what boxes owe, past those that stand in for what is lost."""
        now = self._services.now
        for state, messages in owed:
            if not (messages and state.on and state.emitter):
                continue
            steps = [
                step
                for step in state.emitter.downstream
                if not (isinstance(step, NodeStep) and step.box in deaf)
            ]
            for message in messages:
                tick = self._ticker.next()
                state.emitter.emit(message, now, 0, tick)
                self._ticker.run(steps, tick)

    def _forget(self, name: str) -> None:
        """Mark what a box said last: nobody who comes later is given it."""
        for outlet in self._outlets[name]:
            self._slots[outlet].stale = True

    def reset(self, state: BoxState) -> None:
        """Reset a box, and cancel its messages for later."""
        self._future.forget(state)
        if state.lane is not None:
            if lost := state.lane.reset():
                self._services.metrics.lanes[state.name].lost(lost)
                self._services.tell(state.name, f"{_dropped(lost)}, as its input was lost")
            return
        try:
            state.box.reset()
        except anything_raised() as error:
            self._services.tell(state.name, f"could not be reset: {describe_error(error)}")
        if state.wakes:
            self._services.ask_wake(state)

    def _notify(self, state: BoxState) -> None:
        """Call ``on_input_lost`` of a box that holds on loss."""
        assert isinstance(state.box, Node)
        try:
            state.box.on_input_lost(self._services.now)
        except anything_raised() as error:
            self._services.tell(state.name, f"could not be told of a loss: {describe_error(error)}")
        if state.wakes:
            self._services.ask_wake(state)

    def silence(self, state: BoxState, port: str | None) -> None:
        """End what sounds on one port of an output, or on all, and what waits to sound there."""
        if not state.up:
            self._latecomers.silence(state, port)
            return
        if state.out_lane is not None:
            state.out_lane.silence(port)
            return
        self._outbox.begin(state, self._services.now, port)
        try:
            state.sink.silence(port)
        except anything_raised() as error:
            self._services.tell(state.name, f"could not be silenced: {describe_error(error)}")

    def silence_all(self) -> None:
        """End everything that sounds, and cancel what was to sound later."""
        self._future.forget_all()
        for state in self._states.values():
            if isinstance(state.box, Sink):
                self.silence(state, None)
            elif isinstance(state.box, Node) and state.box.calls_off:
                self._services.call_off(state)


def _dropped(lost: int) -> str:
    return (
        "a message that waited was let go"
        if lost == 1
        else f"{lost} messages that waited were let go"
    )
