"""How the show goes: ms behind, rates and drops by route, states of devices, what went wrong."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.core.source import Remote
from engine.patch.plan import Into, Plan
from engine.runtime.engine import Engine
from engine.runtime.metrics import Fault, RouteMetrics, route_name
from engine.web.drawing import group_of

_FAULTS = 12


class Route(Struct, frozen=True):
    """One way out: messages a second, ms behind of late and jitter, drops on the way there."""

    name: str
    origin: str
    sink: str
    rate: float
    behind: float | None
    worst: float | None
    jitter: float | None
    dropped: int


class Device(Struct, frozen=True):
    """One source, network or output: its state, how often a second it speaks, what it lost."""

    name: str
    state: str
    rate: float | None
    ms: float | None
    dropped: int


class Trouble(Struct, frozen=True):
    """One thing that went wrong, how often, how many seconds ago, and where to mend it."""

    box: str
    text: str
    place: str
    count: int
    ago: float


class HealthSnapshot(Struct, frozen=True):
    """All of it at one moment; ``degraded`` is what gives way now to keep a deadline."""

    seconds: float
    behind: float | None
    routes: list[Route]
    devices: list[Device]
    troubles: list[Trouble]
    given: tuple[str, ...]


class HealthView:
    """Looks at the trace of a playing patch."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._above = _above(engine.plan)
        # A remote control that runs is nothing to look at.
        self._quiet = {n for n, s in engine.states.items() if isinstance(s.box, Remote)}
        self._counts: dict[str, int] = {}
        self._rates: dict[str, float] = {}
        self._then = Ns(0)

    def glance(self) -> HealthSnapshot:
        """Say how it goes now."""
        now = self._engine.clock.now()
        self._measure(now)
        routes = [self._route(name, route) for name, route in self._engine.metrics.routes.items()]
        behind = [route.behind for route in routes if route.behind is not None]
        return HealthSnapshot(
            round((now - self._engine.metrics.started) / SECOND, 1),
            max(behind, default=None),
            routes,
            self._devices(),
            self._troubles(now),
            self._given(),
        )

    def _given(self) -> tuple[str, ...]:
        quality = self._engine.metrics.quality
        return quality.degraded if quality else ()

    def _route(self, name: str, route: RouteMetrics) -> Route:
        above = self._above.get(name, ())
        trace = self._engine.metrics
        traced = (trace.sources.get(box) or trace.lanes.get(box) for box in above)
        dropped = sum(each.dropped for each in traced if each)
        sent = route.messages > 0
        return Route(
            name,
            route.origin,
            above[0] if above else "",
            self._rates.get(f"route {name}", 0.0),
            route.behind.recent_median() if sent else None,
            route.behind.percentile(99) if sent else None,
            route.jitter.recent_median() if sent else None,
            dropped,
        )

    def _devices(self) -> list[Device]:
        trace = self._engine.metrics
        sources = [
            Device(name, source.state, self._rates.get(name), None, source.dropped)
            for name, source in trace.sources.items()
            if source.state != "running" or name not in self._quiet
        ]
        lanes = [
            Device(name, lane.state, self._rates.get(name), lane.ms.recent_median(), lane.dropped)
            for name, lane in trace.lanes.items()
        ]
        outputs = [
            Device(name, state, None, None, self._refused(name))
            for name, state in trace.sinks.items()
        ]
        return [*sources, *lanes, *outputs]

    def _refused(self, name: str) -> int:
        """Say how much an output could not send; it may have been taken away just now."""
        state = self._engine.states.get(name)
        return getattr(state.box, "dropped", 0) if state else 0

    def _troubles(self, now: Ns) -> list[Trouble]:
        newest = sorted(self._engine.metrics.faults, key=lambda fault: fault.last or 0)[-_FAULTS:]
        return [self._trouble(fault, now) for fault in reversed(newest)]

    def _trouble(self, fault: Fault, now: Ns) -> Trouble:
        planned = self._engine.plan.boxes.get(fault.box)
        file, line = planned.place if planned else (None, None)
        place = f"{file.name}:{line}" if file and line else ""
        box = group_of(fault.box) if planned else fault.box
        return Trouble(
            box, fault.text, place, fault.count, round((now - (fault.last or now)) / SECOND, 1)
        )

    def _measure(self, now: Ns) -> None:
        """Find how many messages a second there were since the last time."""
        trace = self._engine.metrics
        counts = {name: source.messages for name, source in trace.sources.items()}
        counts |= {name: lane.runs for name, lane in trace.lanes.items()}
        counts |= {f"route {name}": route.messages for name, route in trace.routes.items()}
        passed = (now - self._then) / SECOND
        if self._counts and passed < 1.0:
            return
        self._rates = {
            name: round((count - self._counts[name]) / passed, 1)
            for name, count in counts.items()
            if name in self._counts
        }
        self._counts, self._then = counts, now


def _above(plan: Plan) -> dict[str, tuple[str, ...]]:
    """List for each route its output, and the boxes that what leaves there came through."""
    feeds: dict[str, list[str]] = defaultdict(list)
    for wire in plan.wires:
        if wire.into is Into.HOT:
            feeds[wire.box].append(wire.source.box)
    found: dict[str, tuple[str, ...]] = {}
    for wire in plan.wires:
        if wire.into is Into.PORT:
            boxes = {wire.box: None}
            ahead = [wire.source.box]
            while ahead:
                box = ahead.pop()
                if box not in boxes:
                    boxes[box] = None
                    ahead += feeds[box]
            found[route_name(wire.box, wire.name)] = tuple(boxes)
    return found
