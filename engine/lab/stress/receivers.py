"""OSC receivers that note when which route sent something; they can be closed and stalled."""

from __future__ import annotations

import contextlib
import re
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable

from engine.core.clock import SECOND
from engine.net.access import SenderFilter
from engine.net.rate_limit import RateLimiter
from engine.net.receiver import Receiver
from engine.osc.address import of_port
from engine.osc.parse import Malformed, packet

LOCAL = "127.0.0.1"
_HOLE = re.compile(r"\{[^}]*\}")
OnMessage = Callable[[str, float], None]
"""Called with a route ("out/reach") and the second at which it sent something."""


class RouteFinder:
    """Finds the route by which an address was sent: the one that matches most of it."""

    def __init__(self, names: dict[str, str]) -> None:
        """``names`` maps each port of an output to the name of its route."""
        ports = sorted(names, key=lambda port: len(_HOLE.sub("", of_port(port))), reverse=True)
        self._patterns = [(_pattern(of_port(port)), names[port]) for port in ports]
        self._known: dict[str, str | None] = {}

    def of(self, address: str) -> str | None:
        """Return the route of an address; None where no port sends it."""
        if address not in self._known:
            found = (name for pattern, name in self._patterns if pattern.match(address))
            self._known[address] = next(found, None)
        return self._known[address]


def _pattern(port: str) -> re.Pattern[str]:
    parts = _HOLE.split(port)
    return re.compile("[^/]+".join(re.escape(part) for part in parts) + "(/|$)")


MOST = 1_000_000
"""Messages a second that a receiver accepts: all, so that what is missing was never sent."""


class UdpReceiver:
    """Receives one output by UDP; it may be closed, and opened again on the same port."""

    def __init__(self, ways: RouteFinder, on_message: OnMessage) -> None:
        self._ways = ways
        self._on_message = on_message
        self._receiver = Receiver(self._hear, SenderFilter(LOCAL, None), RateLimiter(MOST, MOST))
        self.port = free_port()
        self.open()

    def open(self) -> None:
        """Start to listen."""
        self._receiver.open(LOCAL, self.port)

    def close(self) -> None:
        """Close the socket: senders are refused."""
        self._receiver.close()

    def _hear(self, address: str, _: list[object], __: str, at: int) -> None:
        if (name := self._ways.of(address)) is not None:
            self._on_message(name, at / SECOND)


class TcpReceiver:
    """Receives one output by TCP; after ``stall`` it reads nothing until ``resume``."""

    def __init__(self, ways: RouteFinder, on_message: OnMessage) -> None:
        self._ways = ways
        self._on_message = on_message
        self._takes = threading.Event()
        self._takes.set()
        self._open = True
        self._server = socket.create_server((LOCAL, 0))
        self._server.settimeout(0.2)
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stall(self) -> None:
        """Stop reading."""
        self._takes.clear()

    def resume(self) -> None:
        """Read again."""
        self._takes.set()

    def close(self) -> None:
        """Close the server and all connections."""
        self._open = False
        self._takes.set()
        self._thread.join()
        self._server.close()

    def _serve(self) -> None:
        waiting: dict[socket.socket, bytes] = {}
        while self._open:
            self._takes.wait()
            ready, _, _ = select.select([self._server, *waiting], [], [], 0.2)
            for each in ready:
                if each is self._server:
                    connection, _ = self._server.accept()
                    connection.setblocking(False)
                    waiting[connection] = b""
                elif piece := _piece(each):
                    waiting[each] = self._read(waiting[each] + piece)
                else:
                    del waiting[each]
                    each.close()
        for connection in waiting:
            connection.close()

    def _read(self, data: bytes) -> bytes:
        """Note every whole packet; return the incomplete rest."""
        now = time.monotonic()
        while len(data) >= 4 and len(data) >= (size := 4 + int.from_bytes(data[:4], "big")):
            with contextlib.suppress(Malformed):  # a show that sends nonsense shows as gaps
                for address, _ in packet(data[4:size]):
                    if (name := self._ways.of(address)) is not None:
                        self._on_message(name, now)
            data = data[size:]
        return data


def _piece(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except OSError:
        return b""


def free_port() -> int:
    """Return a UDP port that is free now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind((LOCAL, 0))
        return int(free.getsockname()[1])


class StatusReceiver:
    """Receives what a show reports of itself: states, and how many ms it is behind."""

    def __init__(self) -> None:
        self.states: list[tuple[float, str, str]] = []
        self.delays: list[tuple[float, float]] = []
        self.alive = threading.Event()
        self._receiver = Receiver(self._hear, SenderFilter(LOCAL, None), RateLimiter(MOST, MOST))
        self.port = free_port()
        self._receiver.open(LOCAL, self.port)

    def close(self) -> None:
        """Close the socket."""
        self._receiver.close()

    def all_running(self, boxes: Iterable[str]) -> bool:
        """Return whether these boxes are all running, by their last reported state."""
        last = {box: state for _, box, state in self.states}
        return all(last.get(box) in ("running", "ended") for box in boxes)

    def _hear(self, address: str, arguments: list[object], _: str, at: int) -> None:
        now = at / SECOND
        match address.strip("/").split("/"), arguments:
            case ["sensorium", "alive"], _:
                self.alive.set()
            case ["sensorium", "delay"], [float(ms)]:
                self.delays.append((now, ms))
            case ["sensorium", *box, "state"], [str(state)]:
                self.states.append((now, "/".join(box), state))
