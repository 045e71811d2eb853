"""How long everything takes, what is lost, what goes wrong: feeds the table, the file, the page.

Why rings: a set plays for weeks. Percentiles are of the last 8192 samples, counts and maxima of
the whole time.
"""

from __future__ import annotations

import logging
from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns
from engine.core.text import plain

LOG = logging.getLogger("sensorium")
RING = 8192
_LATELY = 101
_REPEAT = 10 * SECOND
_DIFFERENT = 20
"""How many different things that go wrong are told of one box: a text may hold a number."""


def route_name(sink: str, port: str) -> str:
    """Name a way out: "out/pose"."""
    return f"{sink}{port}" if port.startswith("/") else f"{sink}/{port}"


class Samples:
    """The newest of a series of durations in ms, and the largest there ever was."""

    def __init__(self) -> None:
        self._ring = array("q", bytes(8 * RING))
        self._count = 0
        self._max = 0

    def add(self, nanoseconds: int) -> None:
        """Add one duration in ns."""
        self._ring[self._count % RING] = nanoseconds
        self._count += 1
        if nanoseconds > self._max:  # noqa: PLR1730 - max() takes as long as all the rest
            self._max = nanoseconds

    def __len__(self) -> int:
        return self._count

    def percentile(self, percent: float) -> float:
        """Give a percentile in ms; 0 where there is no sample."""
        newest = np.frombuffer(self._ring, np.int64)[: min(self._count, RING)]
        return round(float(np.percentile(newest, percent)) / MILLISECOND, 4) if len(newest) else 0.0

    def median_lately(self) -> float:
        """Give the median of the last few in ms, in no time; 0 where there is no sample."""
        end = self._count % RING
        few = min(self._count, _LATELY)
        newest = sorted(self._ring[(end - few + index) % RING] for index in range(few))
        return round(newest[few // 2] / MILLISECOND, 4) if newest else 0.0

    def summary(self, *, largest: bool = True) -> dict[str, float]:
        """Give p50, p99 and the maximum in ms."""
        numbers = {"p50": self.percentile(50), "p99": self.percentile(99)}
        return {**numbers, "max": round(self._max / MILLISECOND, 4)} if largest else numbers


@dataclass
class SourceTrace:
    """What came from one source."""

    state: str = "opening"
    messages: int = 0
    dropped: int = 0
    restarts: int = 0
    settings: int = 0
    """How many parameters it has set or released."""
    coalesced: int = 0
    """How many values were replaced by newer ones before they were looked at."""


@dataclass
class LaneTrace:
    """What one box on a thread of its own did."""

    state: str = "opening"
    runs: int = 0
    dropped: int = 0
    ms: Samples = field(default_factory=Samples)

    def ran(self, took: int) -> None:
        """Count a run that took so many ns."""
        self.runs += 1
        self.ms.add(took)


@dataclass
class RouteTrace:
    """What left by one port of one output; ``lag`` is what the boxes on its way declare, in s."""

    origin: str
    messages: int = 0
    behind: Samples = field(default_factory=Samples)
    jitter: Samples = field(default_factory=Samples)
    ours: Samples = field(default_factory=Samples)
    above: tuple[tuple[str, str], ...] = ()
    lag: float = 0.0
    _last_behind: int | None = None

    def sent(self, at: Ns, cost: int, now: Ns) -> None:
        """Count a message that describes ``at``, of which ``cost`` ns were decoding and models."""
        behind = now - at
        self.messages += 1
        self.behind.add(behind)
        self.ours.add(behind - cost)
        if self._last_behind is not None:
            self.jitter.add(abs(behind - self._last_behind))
        self._last_behind = behind


@dataclass
class Fault:
    """One thing that went wrong, however often."""

    box: str
    text: str
    count: int = 0
    last: Ns | None = None
    told: Ns | None = None


class Trace:
    """Everything counted while a patch plays."""

    def __init__(self) -> None:
        self.started = Ns(0)
        self.sources: dict[str, SourceTrace] = {}
        self.lanes: dict[str, LaneTrace] = {}
        self.sinks: dict[str, str] = {}
        self.routes: dict[str, RouteTrace] = {}
        self.skew: dict[tuple[str, str], Samples] = defaultdict(Samples)
        self._faults: dict[tuple[str, str], Fault] = {}

    def fault(self, box: str, text: str, now: Ns) -> None:
        """Note what went wrong, and say so once, then again at most every 10 s."""
        text = plain(text.replace("\n", "; "))  # it may hold what came from the network
        fault = self._faults.get((box, text)) or self._new_fault(box, text)
        fault.count += 1
        fault.last = now
        if fault.told is None or now - fault.told >= _REPEAT:
            times = f" ({fault.count} times)" if fault.count > 1 else ""
            LOG.warning("%s: %s%s", box, text, times)
            fault.told = now

    def _new_fault(self, box: str, text: str) -> Fault:
        if sum(known == box for known, _ in self._faults) >= _DIFFERENT:
            text = "more goes wrong than is told here"
        return self._faults.setdefault((box, text), Fault(box, text))

    def asked(self, by: str) -> None:
        """Count that a source set or released a parameter."""
        if by in self.sources:
            self.sources[by].settings += 1

    @property
    def faults(self) -> list[Fault]:
        """List what went wrong, in the order in which it first did."""
        return list(self._faults.values())

    def set_state(self, box: str, state: str) -> None:
        """Note how a source, lane or output is."""
        if box in self.sources:
            self.sources[box].state = state
        elif box in self.lanes:
            self.lanes[box].state = state
        else:
            self.sinks[box] = state

    def states(self) -> dict[str, str]:
        """Give the state of every source, lane and output."""
        traced: dict[str, SourceTrace | LaneTrace] = {**self.sources, **self.lanes}
        return {name: trace.state for name, trace in traced.items()} | self.sinks

    def delay_ms(self) -> float:
        """Give the median delay of the slowest route."""
        return max((route.behind.median_lately() for route in self.routes.values()), default=0.0)

    def stats(self, now: Ns) -> dict[str, Any]:
        """Give everything as the ``--stats`` file has it."""
        return {
            "seconds": round((now - self.started) / SECOND, 3),
            "sources": {
                name: {
                    "state": source.state,
                    "messages": source.messages,
                    "dropped": source.dropped,
                    "restarts": source.restarts,
                    "settings": source.settings,
                    "coalesced": source.coalesced,
                }
                for name, source in self.sources.items()
            },
            "lanes": {
                name: {
                    "state": lane.state,
                    "runs": lane.runs,
                    "dropped": lane.dropped,
                    "ms": lane.ms.summary(),
                }
                for name, lane in self.lanes.items()
            },
            "sinks": {name: {"state": state} for name, state in self.sinks.items()},
            "routes": {name: self._route(route) for name, route in self.routes.items()},
            "errors": [
                {"box": fault.box, "error": fault.text, "count": fault.count}
                for fault in self.faults
            ],
        }

    def _route(self, route: RouteTrace) -> dict[str, Any]:
        skew = {f"{box}.{inlet}": self.skew[box, inlet] for box, inlet in route.above}
        return {
            "from": route.origin,
            "messages": route.messages,
            "behind_ms": route.behind.summary(),
            "jitter_ms": route.jitter.summary(largest=False),
            "ours_ms": route.ours.summary(),
            "lag_ms": round(route.lag * 1000, 3),
            "skew_ms": {name: samples.summary() for name, samples in skew.items() if len(samples)},
        }
