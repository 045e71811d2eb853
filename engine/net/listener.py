"""What listens to a port for OSC: who is heard, how much of it, and what is told of the rest."""

from __future__ import annotations

import errno
import logging
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final

from engine.core.clock import SECOND, SystemClock
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.core.os_errors import os_reason
from engine.core.text import plain
from engine.net.access import SenderFilter, is_local
from engine.net.rate_limit import RateLimiter
from engine.osc.parse import read

OnMessage = Callable[[str, list[Any], str, Ns], None]
"""Called with a message's address, its arguments, the sender's host, and when it came, in ns."""

LARGEST: Final = 16_384
"""Bytes that a packet may have: more than any desk sends, and less than can hurt."""

LONG: Final = 64
"""Bytes of a packet that count as one message, since reading them takes as long."""

TOGETHER: Final = 2
"""How many times the due of one sender all senders together have."""

RESERVED: Final = 100
"""Messages a second, and at once, that a sender is heard with where all together say too much."""

_log = logging.getLogger("sensorium")


class OverDue(Exception):
    """More than a sender, or all together, may say."""


class Listener(ABC):
    """Listens to one port. ``malformed`` counts what was not OSC, and what was too much.

    ``on_message`` is called on the thread that listens; what it raises is reported like a malformed
    message, and the next one is received. ``senders`` says who may send, ``limiter`` how much each
    of them. All together have TOGETHER times as much; beyond that each has RESERVED, so that many
    who flood do not silence one who does not.
    """

    kind: socket.SocketKind

    def __init__(self, on_message: OnMessage, senders: SenderFilter, limiter: RateLimiter) -> None:
        self.malformed = 0
        self._on_message = on_message
        self._senders = senders
        self._limiter = limiter
        self._together = RateLimiter(TOGETHER * limiter.rate, TOGETHER * limiter.burst)
        self._reserved = RateLimiter(min(RESERVED, limiter.rate), min(RESERVED, limiter.burst))
        self._speaker, self._at = "", Ns(0)
        self._clock = SystemClock()
        self._next_report = Ns(0)
        self._unreported = 0
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._stop = False

    @property
    def port(self) -> int:
        """The port that is listened to; 0 while closed."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    def open(self, host: str, port: int) -> None:
        """Begin; raise DeviceError where the port is in use or the host is not this machine's."""
        self.close()
        self._socket = self._bind(host, port)
        self._stop = False
        self._thread = threading.Thread(
            target=self._run, args=(self._socket,), name=f"osc {port}", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening; may be called twice."""
        if self._socket is None or self._thread is None:
            return
        self._stop = True
        self._wake_up(self._socket)
        self._thread.join()
        self._socket.close()
        self._socket = self._thread = None

    def pay(self, count: int) -> None:
        """Count a message as so many more; raise OverDue. To be called within ``on_message``."""
        who, at = self._speaker, self._at
        if not self._limiter.take(who, at, count):
            raise OverDue(f"says more than {self._limiter.rate:.0f} things a second")
        if not self._together.take("", at, count) and not self._reserved.take(who, at, count):
            raise OverDue(f"and others say more than {self._together.rate:.0f} things a second")

    @abstractmethod
    def _run(self, listening: socket.socket) -> None:
        """Receive until ``_stop``."""

    @abstractmethod
    def _wake_up(self, listening: socket.socket) -> None:
        """Have ``_run`` look at ``_stop``."""

    def _admits(self, host: str) -> bool:
        """Whether a sender may send; tell of each stranger once."""
        if self._senders.admits(host):
            return True
        if report := self._senders.reject(host):
            _log.warning("port %d: %s", self.port, report)
        return False

    def _take(self, packet: bytes, host: str, port: int) -> None:
        """Hear a packet from ``port`` of a sender."""
        self._at = at = self._clock.now()
        # On this machine each program has a limit of its own; elsewhere their number is unknown.
        self._speaker = f"{host}:{port}" if is_local(host) else host
        try:
            self.pay(paid := 1 + len(packet) // LONG)
            if len(packet) > LARGEST:
                self._not_osc(host, f"it has more than {LARGEST} bytes")
                return
            messages, faults = read(packet)
            for fault in faults:
                self._not_osc(host, fault)
            self.pay(max(0, len(messages) + len(faults) - paid))
        except OverDue as error:
            self._report(f"{host} {error}; the rest is left out")
            return
        for address, arguments in messages:
            try:
                self._on_message(address, arguments, host, at)
            except OverDue as error:
                self._report(f"{host} {error}; the rest is left out")
            except Exception as error:
                self._report(f"from {host}: {error}")

    def _not_osc(self, host: str, why: str) -> None:
        self._report(f"from {host} came what is not OSC: {why}")

    def _report(self, text: str) -> None:
        """Log it, once a second at most: who sends nonsense sends much of it."""
        at = self._at
        self.malformed += 1
        if at < self._next_report:
            self._unreported += 1
            return
        more = f" (and {self._unreported} more before)" if self._unreported else ""
        _log.warning("port %d: %s%s", self.port, plain(text), more)
        self._next_report = Ns(at + SECOND)
        self._unreported = 0

    def _bind(self, host: str, port: int) -> socket.socket:
        try:
            found = socket.getaddrinfo(host, port, type=self.kind, flags=socket.AI_PASSIVE)
        except (OSError, UnicodeError):
            raise DeviceError(f"{host}: no address of this machine") from None
        family, _, _, _, address = found[0]
        listening = socket.socket(family, self.kind)
        try:
            self._prepare(listening)
            listening.bind(address)
            if self.kind is socket.SOCK_STREAM:
                listening.listen()
        except OSError as error:
            listening.close()
            if error.errno == errno.EADDRINUSE:
                raise DeviceError(f"port {port} is in use by another program or box") from None
            raise DeviceError(f"{host}:{port}: {os_reason(error)}") from None
        return listening

    @abstractmethod
    def _prepare(self, listening: socket.socket) -> None:
        """Set the options of a socket before it is bound."""
