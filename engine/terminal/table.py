"""The live table: rates, ms that a listener waits, drops and states, drawn on its own thread."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from rich.console import Console, Group
from rich.live import Live as Screen
from rich.table import Table
from rich.text import Text

from engine.core.clock import SECOND
from engine.core.machine_status import MachineStatus
from engine.core.text import plain
from engine.patch.plan import Into
from engine.runtime.engine import Engine
from engine.runtime.metrics import route_name

_EVERY = 0.25
_STYLES = {
    "opening": "cyan",
    "running": "green",
    "late": "yellow",
    "lost": "bold red",
    "failed": "bold white on red",
    "ended": "dim",
}
_FAULTS = 5


class LiveTable:
    """Draws the metrics of a show, four times a second, until it is closed."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._engine: Engine | None = None
        self._counts: dict[str, int] = {}
        self._rates: dict[str, float] = {}
        self._then = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._draw, name="table", daemon=True)

    def open(self) -> None:
        """Start to draw."""
        self._thread.start()

    def watch(self, engine: Engine) -> None:
        """Show this engine from now on."""
        self._engine = engine

    def close(self) -> None:
        """Stop drawing."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _draw(self) -> None:
        with Screen(console=self._console, auto_refresh=False, transient=True) as screen:
            while not self._stop.wait(_EVERY):
                if self._engine is not None:
                    screen.update(self._picture(self._engine), refresh=True)

    def _picture(self, engine: Engine) -> Group:
        self._measure(engine)
        parts: list[Table | Text] = [
            Text(engine.plan.title or "Sensorium", style="bold"),
            self._boxes(engine),
            self._routes(engine),
        ]
        if machines := engine.machines():
            parts.insert(1, _machines(machines))
        if engine.metrics.quality and engine.metrics.quality.degraded:
            given = ", ".join(engine.metrics.quality.degraded)
            parts.append(Text(f"gives way to keep the deadline: {given}", style="yellow"))
        for fault in engine.metrics.faults[-_FAULTS:]:
            times = f" ({fault.count} times)" if fault.count > 1 else ""
            parts.append(Text(f"{fault.box}: {fault.text}{times}", style="yellow"))
        parts.append(Text("Ctrl-C ends the show", style="dim"))
        return Group(*parts)

    def _boxes(self, engine: Engine) -> Table:
        table = Table("box", "state", "a second", "ms each", "dropped", box=None, pad_edge=False)
        for name, source in engine.metrics.sources.items():
            rate = self._rates.get(name, 0.0)
            row = _state(source.state), f"{rate:.0f}", "", _count(source.dropped)
            table.add_row(_box(engine, name), *row)
        for name, lane in engine.metrics.lanes.items():
            ms = f"{lane.ms.percentile(50):.1f}"
            rate = self._rates.get(name, 0.0)
            row = _state(lane.state), f"{rate:.0f}", ms, _count(lane.dropped)
            table.add_row(_box(engine, name), *row)
        for name, state in engine.metrics.sinks.items():
            table.add_row(_box(engine, name), _state(state), "", "", "")
        return table

    def _routes(self, engine: Engine) -> Table:
        table = Table("output", "from", "a second", "ms behind", "jitter", box=None, pad_edge=False)
        ports = [wire for wire in engine.plan.wires if wire.into is Into.PORT]
        labels = {route_name(wire.box, wire.name): wire.label for wire in ports}
        for name, route in engine.metrics.routes.items():
            table.add_row(
                _labelled(name, labels.get(name, "")),
                route.origin,
                f"{self._rates.get(name, 0.0):.0f}",
                f"{route.waited(route.behind.percentile(50)):.1f}" if route.messages else "",
                f"{route.jitter.percentile(50):.1f}" if route.messages else "",
            )
        return table

    def _measure(self, engine: Engine) -> None:
        """Measure the messages a second, once a second."""
        now = engine.clock.now()
        metrics = engine.metrics
        counts = {name: source.messages for name, source in metrics.sources.items()}
        counts |= {name: lane.runs for name, lane in metrics.lanes.items()}
        counts |= {name: route.messages for name, route in metrics.routes.items()}
        if self._counts and now - self._then < SECOND:
            return
        passed = (now - self._then) / SECOND
        self._rates = {n: (c - self._counts.get(n, c)) / passed for n, c in counts.items()}
        self._counts, self._then = counts, now


def _machines(machines: Iterable[MachineStatus]) -> Table:
    table = Table(
        *("machine", "state", "boxes", "ms away", "clock, ms", "ms behind", "dropped", "cores"),
        box=None,
        pad_edge=False,
    )
    for each in machines:
        known = each.standing == "plays"
        table.add_row(
            Text(plain(each.name)),
            Text("here" if each.here else each.standing, style=_STYLES[each.state]),
            Text(plain(", ".join(each.boxes))),
            f"{each.delay:.1f}" if known else "",
            f"{each.offset:+.1f} ± {each.uncertainty:.1f}" if known else "",
            f"{each.late:.1f}" if known else "",
            _count(each.dropped),
            _count(each.cores),
        )
    return table


def _box(engine: Engine, name: str) -> Text:
    planned = engine.plan.boxes.get(name)
    return _labelled(name, planned.label if planned else "")


def _labelled(name: str, label: str) -> Text:
    """Return a name, behind what the patch calls it where it says so."""
    if not label:
        return Text(plain(name))
    return Text.assemble(plain(label), (f"  {plain(name)}", "dim"))


def _state(state: str) -> Text:
    return Text(state, style=_STYLES[state])


def _count(number: int) -> str:
    return str(number) if number else ""
