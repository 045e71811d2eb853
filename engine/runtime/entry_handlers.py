"""What entries do that come from sources, lanes, outputs and the clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.core.box_errors import anything_raised
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.sink import Sink
from engine.runtime.entries import (
    Arrival,
    LaneFailure,
    LaneResult,
    LaneSent,
    StateChange,
    WakeUp,
)
from engine.runtime.metrics import route_name
from engine.runtime.quality.controller import QualityController
from engine.runtime.quality.frame_rate import FrameRateController
from engine.runtime.schedule.call import events
from engine.runtime.schedule.emission import Emission
from engine.runtime.schedule.endings import ENDED, Endings
from engine.runtime.schedule.outbox import Outbox
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import Islands
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.health import Health


class EntryHandlers:
    """Handles entries for one engine; ``by_type`` is the handler of each.

    ``own_wakes`` are the parts of the engine that request wake-ups, by name.
    """

    def __init__(
        self,
        services: Services,
        emission: Emission,
        outbox: Outbox,
        *,
        health: Health,
        endings: Endings,
        quality: QualityController,
        frame_rate: FrameRateController,
        report_failure: Callable[[BoxState, str], None],
        own_wakes: Mapping[str, Callable[[Ns], None]],
    ) -> None:
        self._services = services
        self._emission = emission
        self._outbox = outbox
        self._health = health
        self._endings = endings
        self._quality = quality
        self._frame_rate = frame_rate
        self._report_failure = report_failure
        self._own_wakes = own_wakes
        self._islands: Islands = {}
        self.by_type: dict[type, Callable[[Any], None]] = {
            Arrival: self._arrival,
            LaneResult: self._lane_result,
            LaneFailure: self._lane_failure,
            LaneSent: self._lane_sent,
            StateChange: self._state_change,
            WakeUp: self._wake_up,
        }

    def install(self, islands: Islands) -> None:
        """Take the islands of a plan that begins to play."""
        self._islands = islands

    def start(self, state: BoxState) -> None:
        """Have a box called that speaks though nothing has come."""
        if state.up and isinstance(state.box, Node) and state.box.self_starting:
            self._services.wakes.call(state.name, self._services.now)

    def _arrival(self, entry: Arrival) -> None:
        name = entry.source
        source = self._services.metrics.sources[name]
        source.messages += 1
        if source.state == "lost":
            return  # too late: everything downstream has been reset
        island = self._islands.get((name, entry.outlet))
        state = self._services.states[name]
        if island is not None and state.on and self._emission.is_valid(state, entry.message):
            slot, steps = island
            ticker = self._emission.ticker
            tick = ticker.next()
            slot.write(entry.message, entry.at, entry.cost, tick)
            ticker.run(steps, tick)

    def _lane_result(self, entry: LaneResult) -> None:
        state = self._services.states.get(entry.box)
        if state is None or state.lane is None:
            return
        if not entry.more:
            self._services.metrics.lanes[entry.box].ran(entry.took)
            self._frame_rate.ran(entry.box, entry.took)
        if state.lane.generation != entry.generation:
            return
        self._health.recovered(state)
        if entry.result is not None:
            self._emission.emit(state, (entry.result,), entry.at, entry.cost)
        self._endings.spoke(entry.box)

    def _lane_failure(self, entry: LaneFailure) -> None:
        state = self._services.states.get(entry.box)
        if state is None:
            return
        lanes = self._services.metrics.lanes
        if entry.box in lanes and not entry.more:
            lanes[entry.box].ran(entry.took)
        if isinstance(state.box, Sink) or (
            state.lane is not None and state.lane.generation == entry.generation
        ):
            self._report_failure(state, entry.error)

    def _lane_sent(self, entry: LaneSent) -> None:
        state = self._services.states[entry.box]
        self._health.recovered(state)
        for port, at, cost in entry.sent:
            route = self._services.metrics.routes.get(route_name(entry.box, port))
            if route is None:
                continue  # its cable has been taken away since
            if at < state.opened:
                route.messages += 1
            else:
                route.sent(at, cost, entry.now)
                self._quality.sent(route, entry.now - at)

    def _state_change(self, entry: StateChange) -> None:
        state = self._services.states[entry.box]
        self._health.change(state, entry)
        if entry.state == "running":
            self.start(state)
        elif entry.state == ENDED:
            self._endings.ended()

    def _wake_up(self, _: WakeUp) -> None:
        for due, name in self._services.wakes.due(self._services.now):
            if name in self._own_wakes:
                self._own_wakes[name](due)
                continue
            state = self._services.states[name]
            try:
                if isinstance(state.box, Node):
                    self._emission.emit(state, events(state.box.on_wake(due)), due, 0)
                elif isinstance(state.box, Sink):
                    self._outbox.begin(state, due)
                    state.box.on_wake(due)
            except anything_raised() as error:
                self._services.failed(state, error)
            self._services.ask_wake(state, due)
