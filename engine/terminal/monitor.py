"""Shows the traffic of a show: a live table on a terminal, plain lines or JSON into a pipe."""

from __future__ import annotations

import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Final

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from engine.core.clock import SECOND, SystemClock
from engine.core.errors import DeviceError
from engine.core.traffic import Flow, Traffic
from engine.net.access import is_local
from engine.net.traffic import TrafficClient

EVERY: Final = 0.5
"""Seconds from one look to the next."""

PATIENCE: Final = 3.0
"""Seconds in which a show answers, or is not there."""

_NOW: Final = 1.0
_FRAME: Final = 12
"""Lines of a terminal that hold no address."""
_LEAST: Final = 3
"""Addresses that are shown each way, however small the terminal is."""


class Screen(ABC):
    """Where the traffic is shown."""

    @abstractmethod
    def show(self, traffic: Traffic) -> None:
        """Show how it is now."""

    @abstractmethod
    def lost(self, text: str) -> None:
        """Report that the show does not answer any more."""

    @abstractmethod
    def close(self) -> None:
        """Leave what was shown."""


def monitor(
    host: str,
    port: int,
    only: str,
    seconds: float | None,
    screen: Screen,
    *,
    over: threading.Event,
) -> None:
    """Show the traffic of the show at a port until the time is over, or ``over`` is set.

    ``only`` shows what contains a text. Raise DeviceError where no show answers at first; one that
    ends later is waited for.
    """
    client = TrafficClient(host, port)
    clock = SystemClock()
    ends = None if seconds is None else clock.now() + round(seconds * SECOND)
    try:
        traffic = client.ask(PATIENCE)
        if traffic is None:
            raise DeviceError(_nobody(host, port, refused=client.refused))
        answered = True
        while not over.is_set():
            if traffic is not None:
                screen.show(_only(traffic, only))
            elif answered:
                screen.lost(f"the show on port {port} does not answer any more; waiting for it")
            answered = traffic is not None
            if ends is not None and clock.now() >= ends:
                return
            if not over.wait(EVERY):
                traffic = client.ask(PATIENCE)
    finally:
        screen.close()
        client.close()


def make_screen(json: bool) -> Screen:
    """Return where to show it: JSON if asked for, a table on a terminal, else lines."""
    if json:
        return JsonLines()
    return TableScreen(Console()) if sys.stdout.isatty() else Lines()


class Lines(Screen):
    """A line for each address that has said something since the last look."""

    def __init__(self) -> None:
        self._counts: dict[tuple[bool, str, str], int] = {}

    def show(self, traffic: Traffic) -> None:
        """Print what is new."""
        for flow in self._new(traffic):
            print(self.line(flow), flush=True)

    def lost(self, text: str) -> None:
        """Report it beside the lines."""
        print(text, file=sys.stderr, flush=True)

    def close(self) -> None:
        """Leave what was printed."""

    def line(self, flow: Flow) -> str:
        """Return the line of an address."""
        way, peer = ("out", f"to {flow.peer}") if flow.leaves else ("in", f"from {flow.peer}")
        parts = [f"{way:3}", flow.box, flow.name, flow.last, f"{_rate(flow)}/s", peer, flow.note]
        return "  ".join(part for part in parts if part)

    def _new(self, traffic: Traffic) -> Iterator[Flow]:
        for flow in traffic.flows:
            key = flow.leaves, flow.box, flow.name
            if self._counts.get(key) != flow.count:
                self._counts[key] = flow.count
                yield flow


class JsonLines(Lines):
    """The same as an object of JSON a line."""

    def line(self, flow: Flow) -> str:
        """Return the line of an address."""
        return msgspec.json.encode(flow).decode()


class TableScreen(Screen):
    """A live table on a terminal."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False)
        self._traffic = Traffic("", ())

    def show(self, traffic: Traffic) -> None:
        """Draw the table."""
        self._traffic = traffic
        self._draw("")

    def lost(self, text: str) -> None:
        """Report it below the table, which stays."""
        self._draw(text)

    def close(self) -> None:
        """Leave the last table on the terminal."""
        self._live.stop()

    def _draw(self, lost: str) -> None:
        if not self._live.is_started:
            self._live.start()
        room = self._live.console.size.height - _FRAME
        self._live.update(picture(self._traffic, lost, room), refresh=True)


def picture(traffic: Traffic, lost: str = "", room: int = 1 << 30) -> RenderableType:
    """Return the traffic as tables of ``room`` lines in all; what goes nowhere is never left out.

    Each way has half of the room, and what the other does not need.
    """
    came = [flow for flow in traffic.flows if not flow.leaves]
    left = [flow for flow in traffic.flows if flow.leaves]
    half = room // 2
    for_came = max(half, room - len(left))
    parts: list[RenderableType] = [
        Text(traffic.title or "Sensorium", style="bold"),
        *_part("What comes in", came, for_came),
        *_part("What leaves", left, max(half, room - len(came))),
    ]
    if traffic.left_out:
        parts.append(Text(f"and {traffic.left_out} messages to more addresses", style="yellow"))
    parts.append(Text(lost, style="bold red") if lost else Text("Ctrl-C ends this", style="dim"))
    return Group(*parts)


def _part(title: str, flows: list[Flow], room: int) -> Iterator[RenderableType]:
    room = max(room, _LEAST)
    yield Text(f"\n{title}", style="bold")
    kept = sorted(flows, key=lambda flow: not flow.unheard)[:room]
    shown = [flow for flow in flows if flow in kept]
    yield _table(shown, leaves=title == "What leaves") if flows else Text("nothing yet", "dim")
    if more := len(flows) - len(shown):
        hint = "name a part of what you look for, as in: sensorium monitor wrist"
        yield Text(f"and {more} more; {hint}", style="dim")


def _table(flows: list[Flow], *, leaves: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=bool(flows))
    for title in ("box", "address", "value", "a second", "last", "to" if leaves else "from"):
        table.add_column(title, overflow="fold" if title == "address" else "ellipsis")
    table.add_column("" if leaves else "goes to")
    for flow in flows:
        style = "yellow" if flow.unheard else "" if flow.ago < _NOW else "dim"
        cells = flow.box, flow.name, flow.last, _rate(flow), _ago(flow), flow.peer, flow.note
        table.add_row(*(Text(cell, style=style) for cell in cells))
    return table


def _only(traffic: Traffic, text: str) -> Traffic:
    word = text.casefold()
    flows = tuple(
        flow
        for flow in traffic.flows
        if word in f"{flow.box} {flow.name} {flow.peer} {flow.note}".casefold()
    )
    return Traffic(traffic.title, flows, traffic.left_out)


def _rate(flow: Flow) -> str:
    return "-" if flow.rate is None else f"{flow.rate:g}"


def _ago(flow: Flow) -> str:
    return "now" if flow.ago < _NOW else f"{flow.ago:.0f} s ago"


def _nobody(host: str, port: int, *, refused: bool) -> str:
    where = f"port {port}" if is_local(host) else f"port {port} of {host}"
    if refused and not is_local(host):
        return (
            f"no show plays on {where}, or it listens to its own machine only: begin one with "
            "sensorium play, name its port with --port, and let its osc_control hear this machine: "
            'host = "0.0.0.0" and allow = ["192.168.1.20"]'
        )
    if refused:
        return (
            f"no show plays on {where}; begin one with sensorium play, or name its port with "
            "--port: a show whose port is taken says which one it has"
        )
    if is_local(host):
        return f"what listens on {where} is no show that answers; name another with --port"
    return (
        f"no show answers on {where}: either none plays there, or its osc_control does not name "
        'this machine, as in host = "0.0.0.0" and allow = ["192.168.1.20"]'
    )
