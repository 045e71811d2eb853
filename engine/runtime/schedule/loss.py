"""Applies the effects of a loss: resets boxes, notifies them, silences ports."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from engine.core.box_errors import anything_raised
from engine.core.node import Node
from engine.core.sink import Sink
from engine.patch.plan import Outlet, Plan, Wire
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.downstream import LossEffects, LossMap
from engine.runtime.schedule.future import FutureQueue
from engine.runtime.schedule.latecomers import Latecomers
from engine.runtime.schedule.outbox import Outbox
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import Slot
from engine.runtime.schedule.state import BoxState


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
    ) -> None:
        self._latecomers = latecomers
        self._slots: dict[str, list[Slot]] = defaultdict(list)
        self._slots_of = slots
        for outlet, slot in slots.items():
            self._slots[outlet.box].append(slot)
        self._services = services
        self._outbox = outbox
        self._future = future
        self._states = services.states
        self._losses = LossMap(plan)

    def lose(self, name: str) -> None:
        """Reset everything downstream of a box that went away; silence it if it is an output."""
        self._future.forget(self._states[name])
        self._forget(name)
        self._apply(self._losses.downstream(name))
        if isinstance(self._states[name].box, Sink):
            self.silence(self._states[name], None)

    def break_off(self, name: str, outlet: str) -> None:
        """Reset everything downstream of one outlet of a box; "" is all that it says.

        What is over already is not reset again: a loss that goes round over machines ends here.
        """
        over = {
            there: slot
            for there, slot in self._slots_of.items()
            if there.box == name and outlet in ("", there.name) and slot.stands
        }
        for slot in over.values():
            slot.stale = True
        self._apply(self._losses.along(w for w in self._losses.outgoing[name] if w.source in over))

    def reset_removed(self, removed: Iterable[str], cut: Iterable[Wire]) -> None:
        """Reset removed boxes and all that they or cut wires fed; silence removed outputs."""
        names = dict.fromkeys(removed)
        fed = (wire for name in names for wire in self._losses.outgoing[name])
        for name in names:
            self._forget(name)
            self.reset(self._states[name])
        self._apply(self._losses.along([*fed, *cut]))
        for name in names:
            if isinstance(self._states[name].box, Sink):
                self.silence(self._states[name], None)

    def _apply(self, effects: LossEffects) -> None:
        for name in effects.resets:
            self._forget(name)
            self.reset(self._states[name])
        for name in effects.notified:
            self._notify(self._states[name])
        for name, port in effects.ports:
            self.silence(self._states[name], port)

    def _forget(self, name: str) -> None:
        """Mark what a box said last: nobody who comes later is given it."""
        for slot in self._slots[name]:
            slot.stale = True

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
