"""Sets up the counters of the boxes and routes of a Plan, with what feeds each route."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import partial

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.plan import Into, Outlet, Plan, Wire
from engine.runtime.metrics import (
    Counters,
    LaneMetrics,
    Metrics,
    RouteMetrics,
    SourceMetrics,
    route_name,
)
from engine.runtime.schedule.state import BoxState


def prepare_metrics(plan: Plan, metrics: Metrics, states: Mapping[str, BoxState]) -> None:
    """Set up the counters of every box and route, in the order of the patch; keep known ones."""
    before, now = metrics.known(), Counters()
    upstream = _Upstream(plan)
    boxes = dict(states)
    for name, state in states.items():
        condition = state.condition
        if isinstance(state.box, Source):
            now.sources[name] = before.sources.get(name) or SourceMetrics()
            now.sources[name].state = condition
        elif isinstance(state.box, Sink):
            now.sinks[name] = condition
        elif state.lane is not None:
            now.lanes[name] = before.lanes.get(name) or LaneMetrics()
            now.lanes[name].state = condition
            now.lanes[name].follow(state.lane)
    for wire in plan.wires:
        if wire.into is Into.PORT:
            route = route_name(wire.box, wire.name)
            origin = upstream.shown(wire.source)
            now.routes[route] = before.routes.get(route) or RouteMetrics(origin)
            now.routes[route].origin = origin
            now.routes[route].cold_inputs = upstream.cold_inputs(wire.source.box)
            way = upstream.way(wire.source.box)
            now.routes[route].find_lag = partial(_longest_lag, way, boxes)
    metrics.count(now)


Way = tuple[tuple[str, tuple[str, ...]], ...]
"""Boxes, each with those that call it, which stand before it; the last is where it leads."""


def _longest_lag(way: Way, states: Mapping[str, BoxState]) -> float:
    """Return the largest sum of what boxes declare as ``lag`` along a way, in s."""
    sums: dict[str, float] = {}
    for name, causes in way:
        before = max((sums.get(cause, 0.0) for cause in causes), default=0.0)
        sums[name] = before + _lag_of(states[name].box)
    return sums[way[-1][0]]


def _lag_of(box: Box) -> float:
    """Return the lag that a box declares; 0 where it cannot say it."""
    try:
        return float(box.lag) if isinstance(box, Node) else 0.0
    except anything_raised():
        return 0.0


class _Upstream:
    """What feeds each box of a plan, by its first inlet and by others."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._into: dict[str, list[Wire]] = defaultdict(list)
        self._causes: dict[str, list[str]] = defaultdict(list)
        self._feeds: dict[str, Outlet] = {}
        for wire in plan.wires:
            if wire.into in (Into.HOT, Into.EVENT):
                self._causes[wire.box].append(wire.source.box)
            if wire.into in (Into.HOT, Into.COLD):
                self._into[wire.box].append(wire)
            if wire.into is Into.HOT:
                self._feeds.setdefault(wire.box, wire.source)

    def shown(self, outlet: Outlet) -> str:
        """Return the name of the outlet where a cable begins in the patch, without hidden boxes."""
        while self._plan.boxes[outlet.box].hidden:
            outlet = self._feeds[outlet.box]
        return str(outlet).partition("/")[0]

    def cold_inputs(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return (box, inlet) for the cold inlets of a box and of all that feed its hot inlet."""
        found: list[tuple[str, str]] = []
        later: list[tuple[str, str]] = []
        for box in self._chain(name):
            behind_hot: list[tuple[str, str]] = []
            into = found
            for wire in self._into[box]:
                if wire.into is Into.HOT:
                    into = behind_hot
                else:
                    into.append((box, wire.name))
            later += reversed(behind_hot)
        return (*found, *reversed(later))

    def way(self, name: str) -> Way:
        """Return a box and all that it is called by, each behind what it is called by itself."""
        found: list[tuple[str, tuple[str, ...]]] = []
        seen: set[str] = set()
        ahead = [(name, False)]
        while ahead:
            box, is_done = ahead.pop()
            causes = tuple(self._causes[box])
            if is_done:
                found.append((box, causes))
            elif box not in seen:
                seen.add(box)
                ahead += [(box, True), *((cause, False) for cause in causes)]
        return tuple(found)

    def _chain(self, name: str) -> Iterator[str]:
        """Yield a box, and those upstream of it over first inlets, each once."""
        seen: set[str] = set()
        while name not in seen:
            yield name
            seen.add(name)
            if name in self._feeds:
                name = self._feeds[name].box
