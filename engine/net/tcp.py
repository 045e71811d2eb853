"""A stream to one receiver: every packet behind its length, as OSC 1.0 says for TCP.

Why not SLIP, which OSC 1.1 recommends: liblo, Eos (as it comes) and most others read lengths.

This may wait, so it belongs on a thread of its own: what comes meanwhile waits before it, by the
rule of its kind. A receiver that takes nothing for half a second is late; one that goes on so is
given up. It connects again by itself, waiting longer every time; meanwhile everything is dropped,
for a show has no use for old values.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

from engine.core.clock import ns
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.net.udp import resolve
from engine.osc.tools import Target

CONNECT: Final = 1.0
"""How long a connection may take, in seconds."""

STALL: Final = 0.5
"""How long a receiver may take nothing before it is late, in seconds."""

STALLS: Final = 3
"""How often in a row, before it is given up."""

FIRST: Final = 0.25
LONGEST: Final = 5.0
"""How long to wait before connecting again, in seconds: first, and at most."""

Hear = Callable[[str, str], None]
"""Told how the connection is, "running", "late" or "lost", and why."""


def _to_nobody(state: str, why: str) -> None:
    """Leave it unheard."""


class Tcp:
    """A connection that is made again when it breaks; ``dropped`` counts what found none."""

    def __init__(self, target: Target, hear: Hear = _to_nobody) -> None:
        self.target = target
        self._hear = hear
        self.dropped = 0
        self._socket: socket.socket | None = None
        self._next = Ns(0)
        self._wait = FIRST
        self._told = "running", ""

    def open(self) -> None:
        """Get ready; the first packet makes the connection."""
        self.close()
        self._next, self._wait, self._told = Ns(0), FIRST, ("running", "")

    def send(self, frames: bytes, now: Ns) -> bool:
        """Send packets, each behind its length; tells whether the system took them all."""
        if self._socket is None or self._has_gone():
            self._connect(now)
        if self._socket is None:
            self.dropped += 1
            return False
        try:
            self._send_all(self._socket, frames)
        except OSError as error:
            # A part of a packet may be on its way, so that only a new connection makes sense.
            stalled = isinstance(error, TimeoutError)
            self._lose(now, "takes nothing" if stalled else "went away")
            self.dropped += 1
            return False
        self._tell("running", "")
        return True

    def _send_all(self, connection: socket.socket, frames: bytes) -> None:
        """Wait until the system took it all; raises TimeoutError for a receiver that stalls."""
        left = memoryview(frames)
        stalls = 0
        while left:
            try:
                left = left[connection.send(left) :]
            except TimeoutError:
                stalls += 1
                if stalls == STALLS:
                    raise
                self._tell("late", "takes nothing")

    def close(self) -> None:
        """Give the socket back."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _has_gone(self) -> bool:
        """Look for the end of the stream, which a send would notice one packet too late."""
        assert self._socket is not None
        try:
            self._socket.settimeout(0)
            while self._socket.recv(4096):
                pass  # what a receiver says back is not for us
        except BlockingIOError:
            self._socket.settimeout(STALL)
            return False
        except OSError:
            pass
        self._tell("lost", "went away")
        self.close()
        return True

    def _connect(self, now: Ns) -> None:
        if now < self._next:
            return
        try:
            family, address = resolve(self.target, socket.SOCK_STREAM)
            connection = socket.socket(family, socket.SOCK_STREAM)
            try:
                connection.settimeout(CONNECT)
                connection.connect(address)
            except OSError:
                connection.close()
                raise
        except (OSError, DeviceError):
            self._lose(now, "nobody takes a connection")
            return
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(STALL)
        self._socket = connection
        self._wait = FIRST

    def _lose(self, now: Ns, why: str) -> None:
        self.close()
        self._next = Ns(now + ns(self._wait))
        self._wait = min(2 * self._wait, LONGEST)
        self._tell("lost", why)

    def _tell(self, state: str, why: str) -> None:
        """Say how it is, where that is news."""
        if (state, why) != self._told:
            self._told = state, why
            self._hear(state, why)
