"""Send datagrams to one receiver, without ever blocking."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
from typing import Any

from engine.core.errors import DeviceError
from engine.core.os_errors import os_reason
from engine.osc.tools import LOCAL, Target

_log = logging.getLogger("sensorium")


def resolve(target: Target, kind: socket.SocketKind) -> tuple[socket.AddressFamily, Any]:
    """Return the address of a target; raise DeviceError where its name is not known.

    Why IPv4 first, and "localhost" always so: most tools listen on IPv4 only, while many systems
    look "localhost" up as ::1, where nobody is.
    """
    host = LOCAL if target.host == "localhost" else target.host
    try:
        found = socket.getaddrinfo(host, target.port, type=kind)
    except (OSError, UnicodeError):
        raise DeviceError(f"{target}: no machine of that name") from None
    found.sort(key=lambda entry: entry[0] != socket.AF_INET)
    return found[0][0], found[0][4]


class Udp:
    """A connected socket that does not block.

    ``dropped`` counts what the system would not take, ``refused`` how often nobody listened.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.dropped = 0
        self.refused = 0
        self._socket: socket.socket | None = None
        self._address: Any = None
        self._known_refusals = 0
        self._reported: set[str] = set()

    def open(self) -> None:
        """Open the socket; raise DeviceError where the machine is not known."""
        self.close()
        family, self._address = resolve(self.target, socket.SOCK_DGRAM)
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._connect()

    def send(self, datagram: bytes) -> bool:
        """Send one datagram; return whether the system took it."""
        assert self._socket is not None, "send before open"
        try:
            self._socket.send(datagram)
        except ConnectionRefusedError:
            return self._send_again(datagram)
        except OSError as error:
            return self._drop(error)
        return True

    def was_refused(self) -> bool:
        """Whether nobody took a datagram since it was last asked, as far as machines say so."""
        if self._socket is not None:
            error = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error == errno.ECONNREFUSED:
                self._note_refusal()
        before, self._known_refusals = self._known_refusals, self.refused
        return self.refused > before

    def close(self) -> None:
        """Close the socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send_again(self, datagram: bytes) -> bool:
        """Send again: the refusal was the answer to an earlier datagram."""
        self._note_refusal()
        assert self._socket is not None
        try:
            self._socket.send(datagram)
        except ConnectionRefusedError:
            return True  # the next one asks as well
        except OSError as error:
            return self._drop(error)
        return True

    def _note_refusal(self) -> None:
        self.refused += 1
        self._report(f"nobody listens at {self.target} (yet)")

    def _drop(self, error: OSError) -> bool:
        self.dropped += 1
        if not isinstance(error, BlockingIOError):
            self._report(f"{self.target}: {os_reason(error)}")
            self._connect()  # the network may be another one by now
        return False

    def _connect(self) -> None:
        assert self._socket is not None
        with contextlib.suppress(OSError):
            self._socket.connect(self._address)

    def _report(self, text: str) -> None:
        if text not in self._reported:
            self._reported.add(text)
            _log.warning(text)
