"""A stream of packets to one receiver, told apart as that receiver does it.

It may block, so it belongs on a thread of its own: what comes meanwhile waits in its mailbox, by
the rule of its kind. A receiver that takes nothing for half a second is late; one that goes on so
is given up. It reconnects by itself, waiting longer every time, also while there is nothing to
send; meanwhile everything is dropped, for a show has no use for old values.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Final

from engine.core.clock import ns
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.net.udp import resolve
from engine.osc.framing import FRAME
from engine.osc.tools import Target

CONNECT: Final = 1.0
"""Seconds that a connection may take."""

STALL: Final = 0.5
"""Seconds that a receiver may take nothing before it is late."""

STALLS: Final = 3
"""How many stalls in a row before it is given up."""

FIRST: Final = 0.25
LONGEST: Final = 5.0
"""Seconds to wait before reconnecting: at first, and at most."""

LOOK: Final = 1.0
"""Seconds between two looks whether the receiver is still there."""

OnState = Callable[[str, str], None]
"""Called with the state of the connection, "running", "late" or "lost", and why."""


def _ignore(state: str, why: str) -> None:
    """Do nothing."""


class Tcp:
    """A connection that is remade when it breaks; ``dropped`` counts what found none."""

    def __init__(self, target: Target, on_state: OnState = _ignore) -> None:
        self.target = target
        self._on_state = on_state
        self.dropped = 0
        self._socket: socket.socket | None = None
        self._next = self._looked = Ns(0)
        self._wait = FIRST
        self._reported = "running", ""

    @property
    def due(self) -> Ns | None:
        """When to ``look``; None before the first packet."""
        if self._socket is not None:
            return Ns(self._looked + ns(LOOK))
        return self._next if self._reported[0] == "lost" else None

    def look(self, now: Ns) -> None:
        """Notice a receiver that went, and connect again where one is missing."""
        self._looked = now
        if self._socket is not None and not self._has_gone():
            return
        self._connect(now)
        if self._socket is not None:
            self._report("running", "")

    def open(self) -> None:
        """Reset; the first packet makes the connection."""
        self.close()
        self._next, self._wait, self._reported = Ns(0), FIRST, ("running", "")

    def send(self, packet: bytes, now: Ns) -> bool:
        """Send a packet; return whether the system took all of it."""
        if self._socket is None or self._has_gone():
            self._connect(now)
        if self._socket is None:
            self.dropped += 1
            return False
        try:
            self._send_all(self._socket, FRAME[self.target.framing](packet))
        except OSError as error:
            # A part of a packet may be on its way, so that only a new connection makes sense.
            stalled = isinstance(error, TimeoutError)
            self._lose(now, "takes nothing" if stalled else "went away")
            self.dropped += 1
            return False
        self._report("running", "")
        return True

    def _send_all(self, connection: socket.socket, frames: bytes) -> None:
        """Wait until the system took it all; raise TimeoutError for a receiver that stalls."""
        left = memoryview(frames)
        stalls = 0
        while left:
            try:
                left = left[connection.send(left) :]
            except TimeoutError:
                stalls += 1
                if stalls == STALLS:
                    raise
                self._report("late", "takes nothing")

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _has_gone(self) -> bool:
        """Whether the stream ended, which a send would notice one packet too late."""
        assert self._socket is not None
        try:
            self._socket.settimeout(0)
            while self._socket.recv(4096):
                pass  # what a receiver answers is not for us
        except BlockingIOError:
            self._socket.settimeout(STALL)
            return False
        except OSError:
            pass
        self._report("lost", "went away")
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
        self._wait, self._looked = FIRST, now

    def _lose(self, now: Ns, why: str) -> None:
        self.close()
        self._next = Ns(now + ns(self._wait))
        self._wait = min(2 * self._wait, LONGEST)
        self._report("lost", why)

    def _report(self, state: str, why: str) -> None:
        """Report the state, where it changed."""
        if (state, why) != self._reported:
            self._reported = state, why
            self._on_state(state, why)
