"""Receive OSC on a UDP port, on a thread of its own, message by message."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import threading
from collections.abc import Callable
from typing import Any, Final

from engine.core.clock import SECOND, SystemClock
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.core.text import plain
from engine.net.access import SenderFilter, is_local
from engine.net.rate_limit import RateLimiter
from engine.osc.parse import read

OnMessage = Callable[[str, list[Any], str, Ns], None]
"""Called with a message's address, its arguments, the sender's host, and when it came, in ns."""

LARGEST: Final = 16_384
"""Bytes that a packet may have: more than any desk sends, and less than can hurt."""

LONG: Final = 1024
"""Bytes of a packet that count as one message more, since reading them takes as long."""

TOGETHER: Final = 2
"""How many times the due of one sender all senders together have."""

_BUFFER: Final = 1 << 20  # a burst of some thousand messages
_PAUSE: Final = 0.5  # seconds until a thread that nobody could wake looks up

_log = logging.getLogger("sensorium")


class OverDue(Exception):
    """More than a sender, or all together, may say."""


class Receiver:
    """Listens to one UDP port. ``malformed`` counts what was not OSC, and what was too much.

    ``on_message`` is called on the thread that listens; what it raises is reported like a malformed
    message, and the next one is received. ``senders`` says who may send, ``limiter`` how much each
    of them; all together have TOGETHER times as much.
    """

    def __init__(self, on_message: OnMessage, senders: SenderFilter, limiter: RateLimiter) -> None:
        self.malformed = 0
        self._on_message = on_message
        self._senders = senders
        self._limiter = limiter
        self._together = RateLimiter(TOGETHER * limiter.rate, TOGETHER * limiter.burst)
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
        self._socket = _bind(host, port)
        self._stop = False
        self._thread = threading.Thread(
            target=self._run, args=(self._socket,), name=f"osc {port}", daemon=True
        )
        self._thread.start()

    def pay(self, count: int) -> None:
        """Count a message as so many more; raise OverDue. To be called within ``on_message``."""
        if not self._limiter.take(self._speaker, self._at, count):
            raise OverDue(f"says more than {self._limiter.rate:.0f} things a second")
        if not self._together.take("", self._at, count):
            raise OverDue(f"and others say more than {self._together.rate:.0f} things a second")

    def close(self) -> None:
        """Stop listening; may be called twice."""
        if self._socket is None or self._thread is None:
            return
        self._stop = True
        self._wake_up()
        self._thread.join()
        self._socket.close()
        self._socket = self._thread = None

    def _wake_up(self) -> None:
        assert self._socket is not None
        address = self._socket.getsockname()
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])
        with contextlib.suppress(OSError):
            self._socket.sendto(b"", (local, *address[1:]))

    def _run(self, listening: socket.socket) -> None:
        while not self._stop:
            try:
                datagram, sender = listening.recvfrom(LARGEST + 1)
            except TimeoutError:
                continue
            except OSError as error:
                # On Windows, an answer that found nobody comes back here; nothing is lost by it.
                if error.errno in (errno.EBADF, errno.ENOTSOCK):
                    return
                continue
            if datagram:
                self._admit(datagram, sender)

    def _admit(self, datagram: bytes, sender: tuple[Any, ...]) -> None:
        host: str = sender[0]
        if self._senders.admits(host):
            self._take(datagram, host, f"{host}:{sender[1]}")
        elif report := self._senders.reject(host):
            _log.warning("port %d: %s", self.port, report)

    def _take(self, datagram: bytes, host: str, program: str) -> None:
        self._at = at = self._clock.now()
        # On this machine each program has a limit of its own; elsewhere their number is unknown.
        self._speaker = program if is_local(host) else host
        try:
            self.pay(1 + len(datagram) // LONG)
            if len(datagram) > LARGEST:
                self._report(f"from {host} came what is not OSC: it has more than {LARGEST} bytes")
                return
            messages, faults = read(datagram)
            for fault in faults:
                self._report(f"from {host} came what is not OSC: {fault}")
            self.pay(max(0, len(messages) - 1))
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


def _bind(host: str, port: int) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise DeviceError(f"{host}: no address of this machine ({error})") from None
    family, _, _, _, address = found[0]
    listening = socket.socket(family, socket.SOCK_DGRAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        listening.settimeout(_PAUSE)
        listening.bind(address)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise DeviceError(f"port {port} is in use by another program or box") from None
        raise DeviceError(f"{host}:{port}: {error.strerror}") from None
    return listening
