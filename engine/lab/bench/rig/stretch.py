"""Plays a patch live and measures it in stretches of time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.core.box import Box
from engine.lab.bench.rig.cpu_time import cpu_seconds
from engine.patch.compile import compile_patch
from engine.patch.load import load, parse
from engine.patch.plan import Plan
from engine.registry import Registry
from engine.runtime.live import Live
from engine.runtime.metrics import LaneMetrics, Metrics, RouteMetrics
from engine.runtime.samples import Samples


@dataclass
class MeasuredStretch:
    """One stretch of a show: delays of a route in ms, run times of a model, seconds and CPU.

    ``runs`` is how often each box on a lane answered.
    """

    behind: Samples
    jitter: Samples
    ours: Samples
    network: Samples
    cpu: float
    seconds: float
    runs: dict[str, int]


def plan_of(patch: str | Path, own: Mapping[str, type[Box]] | None = None) -> Plan:
    """Return the Plan of a patch, its text or its file; ``own`` are boxes that only a bench has."""
    shipped = Registry(Path.cwd())
    own = own or {}
    document = load(patch) if isinstance(patch, Path) else parse(patch)
    return compile_patch(document, lambda use: own.get(use) or shipped.find(use))


async def play(
    plan: Plan, lengths: Sequence[float], route: str = ""
) -> tuple[list[MeasuredStretch], Metrics]:
    """Play a patch for stretches of so many seconds, and measure one route: its only one if "".

    The first stretch begins with the first message that leaves. The metrics are of the whole show.
    """
    show = Live(plan)
    metrics = show.engine.metrics
    playing = asyncio.create_task(show.play())
    way = metrics.routes[route] if route else next(iter(metrics.routes.values()))
    lane = next(iter(metrics.lanes.values()), LaneMetrics())
    while not way.messages and not playing.done():
        await asyncio.sleep(0.01)
    stretches = [await _measure(metrics, way, lane, seconds) for seconds in lengths]
    show.stop()
    await playing
    return stretches, metrics


async def _measure(
    metrics: Metrics, route: RouteMetrics, lane: LaneMetrics, seconds: float
) -> MeasuredStretch:
    """Measure a route and a lane for so many seconds, with fresh samples."""
    before = {name: each.runs for name, each in metrics.lanes.items()}
    route.behind, route.jitter, route.overhead, lane.ms = Samples(), Samples(), Samples(), Samples()
    cpu, wall = await asyncio.to_thread(cpu_seconds), time.monotonic()
    await asyncio.sleep(seconds)
    taken = await asyncio.to_thread(cpu_seconds) - cpu
    return MeasuredStretch(
        route.behind,
        route.jitter,
        route.overhead,
        lane.ms,
        taken,
        time.monotonic() - wall,
        {name: each.runs - before.get(name, 0) for name, each in metrics.lanes.items()},
    )
