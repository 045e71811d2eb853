"""The metrics on the page: what a listener waits, rates and drops by route, states, faults."""

from __future__ import annotations

from collections import defaultdict

from msgspec import Struct

from engine.core.clock import SECOND
from engine.core.machine_status import MachineStatus
from engine.core.messages import Ns
from engine.core.source import Remote
from engine.patch.crossing import Arriving, Leaving
from engine.patch.plan import FEEDS, Into, Plan, group_of
from engine.runtime.engine import Engine
from engine.runtime.metrics import Fault, RouteMetrics, route_name

_FAULTS = 12


class Route(Struct, frozen=True):
    """One route: messages a second, recent ms behind and jitter, drops upstream.

    ``behind`` is what a listener waits: from capture until it leaves, and the lag of every window.
    """

    name: str
    origin: str
    sink: str
    rate: float
    behind: float | None
    worst: float | None
    jitter: float | None
    dropped: int


class DeviceHealth(Struct, frozen=True):
    """One source, model or output: its state, messages a second, ms a run, drops."""

    name: str
    state: str
    rate: float | None
    ms: float | None
    dropped: int


class Trouble(Struct, frozen=True):
    """One fault: how often it occurred, how many seconds ago, and the line of the patch."""

    box: str
    text: str
    place: str
    count: int
    ago: float


class HealthSnapshot(Struct, frozen=True):
    """All metrics at one moment; ``given`` lists what gives way now to keep a deadline.

    ``machines`` are the others that play parts of the patch.
    """

    seconds: float
    behind: float | None
    routes: list[Route]
    devices: list[DeviceHealth]
    troubles: list[Trouble]
    given: tuple[str, ...]
    machines: list[MachineStatus] = []


class HealthView:
    """Reads the metrics of an engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._upstream = _upstream(engine.plan)
        # A remote control that runs is not worth a line; of ways to machines these say more.
        states = engine.states.items()
        self._hidden = {n for n, s in states if isinstance(s.box, Remote)}
        self._ways = {n for n, s in states if isinstance(s.box, Arriving | Leaving)}
        self._counts: dict[str, int] = {}
        self._rates: dict[str, float] = {}
        self._then = Ns(0)

    def snapshot(self) -> HealthSnapshot:
        """Return the metrics now."""
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
            self._degraded(),
            list(self._engine.machines()),
        )

    def _degraded(self) -> tuple[str, ...]:
        quality = self._engine.metrics.quality
        return quality.degraded if quality else ()

    def _route(self, name: str, route: RouteMetrics) -> Route:
        upstream = self._upstream.get(name, ())
        metrics = self._engine.metrics
        traced = (metrics.sources.get(box) or metrics.lanes.get(box) for box in upstream)
        dropped = sum(each.dropped for each in traced if each)
        sent = route.messages > 0
        return Route(
            name,
            route.origin,
            upstream[0] if upstream else "",
            self._rates.get(f"route {name}", 0.0),
            route.waited(route.behind.recent_median()) if sent else None,
            route.waited(route.behind.percentile(99)) if sent else None,
            route.jitter.recent_median() if sent else None,
            dropped,
        )

    def _devices(self) -> list[DeviceHealth]:
        metrics = self._engine.metrics
        sources = [
            DeviceHealth(name, source.state, self._rates.get(name), None, source.dropped)
            for name, source in metrics.sources.items()
            if (source.state != "running" or name not in self._hidden) and name not in self._ways
        ]
        lanes = [
            DeviceHealth(
                name, lane.state, self._rates.get(name), lane.ms.recent_median(), lane.dropped
            )
            for name, lane in metrics.lanes.items()
        ]
        outputs = [
            DeviceHealth(name, state, None, None, self._refused(name))
            for name, state in metrics.sinks.items()
            if name not in self._ways
        ]
        return [*sources, *lanes, *outputs]

    def _refused(self, name: str) -> int:
        """Return how much an output could not send; it may have been removed just now."""
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
        """Measure messages a second since the last time, at most once a second."""
        metrics = self._engine.metrics
        counts = {name: source.messages for name, source in metrics.sources.items()}
        counts |= {name: lane.runs for name, lane in metrics.lanes.items()}
        counts |= {f"route {name}": route.messages for name, route in metrics.routes.items()}
        passed = (now - self._then) / SECOND
        if self._counts and passed < 1.0:
            return
        self._rates = {
            name: round((count - self._counts[name]) / passed, 1)
            for name, count in counts.items()
            if name in self._counts
        }
        self._counts, self._then = counts, now


def _upstream(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return for each route its output and the boxes upstream of it."""
    feeds: dict[str, list[str]] = defaultdict(list)
    for wire in plan.wires:
        if wire.into in FEEDS:
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
