"""Delays, counts and faults of a show, for the table, the statistics file and the page."""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.core.secrets import hide_secrets
from engine.core.status import Status
from engine.core.text import plain
from engine.runtime.quality.quality import Quality
from engine.runtime.samples import Samples

T = TypeVar("T")
LOG = logging.getLogger("sensorium")
_REPEAT = 10 * SECOND
_LONGEST_REPEAT = 600 * SECOND
"""The pauses in which a lasting fault is told double, up to this one."""
_REMEMBERED = 100
MORE = "more goes wrong than is told here"
_DIFFERENT = 20
"""How many different faults are kept of one box: a text may hold a changing number."""


REMOVED = "removed"
"""The state of a box or route that the patch no longer has."""


def route_name(sink: str, port: str) -> str:
    """Return the name of a route: "out/pose"."""
    return f"{sink}{port}" if port.startswith("/") else f"{sink}/{port}"


@dataclass
class SourceMetrics:
    """Counts of one source."""

    state: str = "opening"
    messages: int = 0
    dropped: int = 0
    restarts: int = 0
    settings: int = 0
    """How many parameters it has set or released."""
    coalesced: int = 0
    """How many values were replaced by newer ones before they were read."""


@dataclass
class LaneMetrics:
    """Counts of the boxes of one name on lanes; ``lane`` is the lane of the last one.

    ``jobs`` counts the jobs submitted, ``dropped_before`` what the lanes before it dropped.
    """

    state: str = "opening"
    lane: object = None
    jobs: int = 0
    dropped_before: int = 0
    runs: int = 0
    dropped: int = 0
    skipped: int = 0
    """How many pictures were skipped on purpose, to keep a deadline."""
    replaced: int = 0
    """How often it hung and was replaced."""
    ms: Samples = field(default_factory=Samples)
    chosen: dict[str, int] = field(default_factory=dict)
    """What its frame rate has chosen, such as the size of what is painted."""

    def follow(self, lane: object) -> None:
        """Count for this lane from now on."""
        if lane is not self.lane:
            self.lane, self.dropped_before = lane, self.dropped

    def offered(self, dropped: int) -> None:
        """Count a job submitted to the lane, which has dropped so many jobs by now."""
        self.jobs += 1
        self.dropped = self.dropped_before + dropped

    def lost(self, count: int = 1) -> None:
        """Count messages that were lost although their kind must never be."""
        self.dropped_before += count
        self.dropped += count

    def ran(self, took: int) -> None:
        """Count a run of ``took`` ns."""
        self.runs += 1
        self.ms.add(took)


@dataclass
class RouteMetrics:
    """Counts of one route; ``find_lag`` returns the sum of what its boxes declare now, in seconds.

    ``behind``, ``jitter`` and ``overhead`` are samples in ns; ``cold_inputs`` are the other inlets
    of its boxes, as (box, inlet).
    """

    origin: str
    messages: int = 0
    behind: Samples = field(default_factory=Samples)
    jitter: Samples = field(default_factory=Samples)
    overhead: Samples = field(default_factory=Samples)
    cold_inputs: tuple[tuple[str, str], ...] = ()
    find_lag: Callable[[], float] = float
    withheld: int = 0
    """How many pictures were withheld because the show is private."""
    _last_behind: int | None = None

    def waited(self, behind: float) -> float:
        """Return what a listener waits for a message that is so many ms behind its capture.

        It is 0 as long as there was none.
        """
        return round(behind + 1000 * self.find_lag(), 4) if self.messages else 0.0

    def sent(self, at: Ns, cost: int, now: Ns) -> None:
        """Count a message that describes ``at``; decoding and models took ``cost`` ns."""
        behind = now - at
        self.messages += 1
        self.behind.add(behind)
        self.overhead.add(behind - cost)
        if self._last_behind is not None:
            self.jitter.add(abs(behind - self._last_behind))
        self._last_behind = behind


@dataclass
class Fault:
    """One fault of a box, and how often it occurred."""

    box: str
    text: str
    count: int = 0
    last: Ns | None = None
    reported: Ns | None = None
    pause: int = _REPEAT
    """How long it is not told again, in ns."""


@dataclass
class Counters:
    """The counts of each box and route, by name."""

    sources: dict[str, SourceMetrics] = field(default_factory=dict)
    lanes: dict[str, LaneMetrics] = field(default_factory=dict)
    sinks: dict[str, str] = field(default_factory=dict)
    routes: dict[str, RouteMetrics] = field(default_factory=dict)


def _without(was: dict[str, T], now: dict[str, T]) -> dict[str, T]:
    return {name: each for name, each in was.items() if name not in now}


class Metrics:
    """Everything measured while a patch plays.

    ``sources``, ``lanes``, ``sinks`` and ``routes`` are those of the plan that plays. They are
    replaced as a whole, because other threads read them.
    """

    def __init__(self) -> None:
        self.started = Ns(0)
        self.sources: dict[str, SourceMetrics] = {}
        self.lanes: dict[str, LaneMetrics] = {}
        self.sinks: dict[str, str] = {}
        self.routes: dict[str, RouteMetrics] = {}
        self.skew: dict[tuple[str, str], Samples] = defaultdict(Samples)
        self.quality: Quality | None = None
        self._faults: dict[tuple[str, str], Fault] = {}
        self._cleared: deque[Fault] = deque(maxlen=_REMEMBERED)
        self._removed = Counters()

    def fault(self, box: str, text: str, now: Ns) -> None:
        """Note a fault, and log it: once, then after pauses that grow from 10 s to 10 minutes."""
        text = plain(hide_secrets(text.replace("\n", "; ")))  # it may contain text from the network
        fault = self._faults.get((box, text)) or self._new_fault(box, text)
        fault.count += 1
        fault.last = now
        if fault.reported is None or now - fault.reported >= fault.pause:
            if fault.reported is not None:
                fault.pause = min(2 * fault.pause, _LONGEST_REPEAT)
            times = f" ({fault.count} times)" if fault.count > 1 else ""
            LOG.warning("%s: %s%s", box, text, times)
            fault.reported = now

    def _new_fault(self, box: str, text: str) -> Fault:
        if sum(known == box for known, _ in self._faults) >= _DIFFERENT:
            text = MORE
        return self._faults.setdefault((box, text), Fault(box, text))

    def count(self, now: Counters) -> None:
        """Replace the counters; those of removed boxes are kept for the statistics."""
        was = self.known()
        self._removed = Counters(
            _without(was.sources, now.sources),
            _without(was.lanes, now.lanes),
            _without(was.sinks, now.sinks),
            _without(was.routes, now.routes),
        )
        self.sources, self.lanes = now.sources, now.lanes
        self.sinks, self.routes = now.sinks, now.routes

    def known(self) -> Counters:
        """Return all counters, those of removed boxes too."""
        removed = self._removed
        return Counters(
            removed.sources | self.sources,
            removed.lanes | self.lanes,
            removed.sinks | self.sinks,
            removed.routes | self.routes,
        )

    def clear_faults(self, box: str) -> bool:
        """Clear the faults of a box; return whether there were any. New ones are reported anew."""
        cleared = [key for key in self._faults if key[0] == box]
        self._cleared += [self._faults[key] for key in cleared]
        self._faults = {key: each for key, each in self._faults.items() if key not in cleared}
        return bool(cleared)

    def count_setting(self, by: str) -> None:
        """Count that a source has set or released a parameter."""
        if by in self.sources:
            self.sources[by].settings += 1

    @property
    def faults(self) -> list[Fault]:
        """The present faults, by first occurrence."""
        return list(self._faults.values())

    def set_state(self, box: str, state: str) -> None:
        """Set the state of a source, lane or output."""
        if box in self.sources:
            self.sources[box].state = state
        elif box in self.lanes:
            self.lanes[box].state = state
        elif box in self.sinks:
            self.sinks = {**self.sinks, box: state}

    def state(self, box: str) -> str:
        """Return the state of a source, lane or output; "" for a box without one."""
        counted = self.sources.get(box) or self.lanes.get(box)
        return counted.state if counted else self.sinks.get(box, "")

    def states(self) -> dict[str, str]:
        """Return the states of all sources, lanes and outputs, by name."""
        counted: dict[str, SourceMetrics | LaneMetrics] = {**self.sources, **self.lanes}
        return {name: metrics.state for name, metrics in counted.items()} | self.sinks

    def delay_ms(self) -> float:
        """Return what a listener of the slowest route waits, by the median of late, in ms."""
        waits = (route.waited(route.behind.recent_median()) for route in self.routes.values())
        return max(waits, default=0.0)

    def status(self, patch: str, now: Ns, private: bool = False) -> Status:
        """Return a summary of the show; ``patch`` is its title."""
        quality = self.quality
        return Status(
            patch,
            (now - self.started) / SECOND,
            self.delay_ms(),
            self.states(),
            sum(fault.count for fault in self.faults),
            quality.value if quality else None,
            quality.last_step if quality else "",
            private,
        )

    def stats(self, now: Ns) -> dict[str, Any]:
        """Return everything in the form of the ``--stats`` file."""
        known = self.known()
        return {
            "seconds": round((now - self.started) / SECOND, 3),
            "sources": {
                name: {
                    "state": source.state if name in self.sources else REMOVED,
                    "messages": source.messages,
                    "dropped": source.dropped,
                    "restarts": source.restarts,
                    "settings": source.settings,
                    "coalesced": source.coalesced,
                }
                for name, source in known.sources.items()
            },
            "lanes": {
                name: {
                    "state": lane.state if name in self.lanes else REMOVED,
                    "runs": lane.runs,
                    "dropped": lane.dropped,
                    "skipped": lane.skipped,
                    "replaced": lane.replaced,
                    "ms": lane.ms.summary(),
                    **({"chosen": lane.chosen} if lane.chosen else {}),
                }
                for name, lane in known.lanes.items()
            },
            "sinks": {
                name: {"state": state if name in self.sinks else REMOVED}
                for name, state in known.sinks.items()
            },
            "routes": {name: self._route(route) for name, route in known.routes.items()},
            **({"quality": self.quality.stats()} if self.quality else {}),
            "errors": [
                {"box": fault.box, "error": fault.text, "count": fault.count}
                for fault in (*self._cleared, *self.faults)
            ],
        }

    def _route(self, route: RouteMetrics) -> dict[str, Any]:
        skew = {f"{box}.{inlet}": self.skew[box, inlet] for box, inlet in route.cold_inputs}
        behind = route.behind.summary()
        return {
            "from": route.origin,
            "messages": route.messages,
            "behind_ms": behind,
            "waited_ms": {name: route.waited(ms) for name, ms in behind.items()},
            "jitter_ms": route.jitter.summary(largest=False),
            "ours_ms": route.overhead.summary(),
            "lag_ms": round(route.find_lag() * 1000, 3),
            **({"withheld": route.withheld} if route.withheld else {}),
            "skew_ms": {name: samples.summary() for name, samples in skew.items() if len(samples)},
        }
