"""A stream to one receiver: every packet behind its length, as OSC 1.0 says for TCP.

Why not SLIP, which OSC 1.1 recommends: liblo, Eos (as it comes) and most others read lengths.

This may wait, so it belongs on a thread of its own. It connects again by itself, waiting longer
every time; meanwhile everything is dropped, for a show has no use for old values.
"""

from __future__ import annotations

import logging
import socket
from typing import Final

from engine.core.clock import ns
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.net.udp import resolve
from engine.osc.tools import Target

CONNECT: Final = 1.0
"""How long a connection may take, in seconds."""

STALL: Final = 0.5
"""How long a receiver may take nothing before it is given up, in seconds."""

FIRST: Final = 0.25
LONGEST: Final = 5.0
"""How long to wait before connecting again, in seconds: first, and at most."""

_log = logging.getLogger("sensorium")


class Tcp:
    """A connection that is made again when it breaks; ``dropped`` counts what found none."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.dropped = 0
        self._socket: socket.socket | None = None
        self._next = Ns(0)
        self._wait = FIRST
        self._told = ""

    def open(self) -> None:
        """Get ready; the first packet makes the connection."""
        self.close()
        self._next, self._wait, self._told = Ns(0), FIRST, ""

    def send(self, frames: bytes, now: Ns) -> bool:
        """Send packets, each behind its length; tells whether the system took them all."""
        if self._socket is None or self._has_gone():
            self._connect(now)
        if self._socket is None:
            self.dropped += 1
            return False
        try:
            self._socket.sendall(frames)
        except OSError as error:
            # A part of a packet may be on its way, so that only a new connection makes sense.
            stalled = isinstance(error, TimeoutError)
            self._lose(now, "takes nothing" if stalled else "went away")
            self.dropped += 1
            return False
        return True

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
        self._tell("went away")
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
        if self._told:
            _log.warning("%s: connected", self.target)
        self._wait, self._told = FIRST, ""

    def _lose(self, now: Ns, why: str) -> None:
        self.close()
        self._next = Ns(now + ns(self._wait))
        self._wait = min(2 * self._wait, LONGEST)
        self._tell(why)

    def _tell(self, why: str) -> None:
        if why != self._told:
            self._told = why
            _log.warning("%s: %s; trying again", self.target, why)
