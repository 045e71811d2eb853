"""Receive OSC on a UDP port, on a thread of its own, message by message."""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import Any, Final

from engine.net.listener import LARGEST, Listener

_BUFFER: Final = 1 << 20  # a burst of some thousand messages
_PAUSE: Final = 0.5  # seconds until a thread that nobody could wake looks up


class Receiver(Listener):
    """Listens to one UDP port; see Listener."""

    kind = socket.SOCK_DGRAM
    sender: tuple[Any, ...] = ()
    """Who sent the message in hand, as a socket has it: host, port; for ``on_message``."""

    def answer(self, packet: bytes) -> None:
        """Send a packet to whoever sent the message in hand; to be called in ``on_message``."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.sendto(packet, self.sender)

    def _prepare(self, listening: socket.socket) -> None:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        listening.settimeout(_PAUSE)

    def _wake_up(self, listening: socket.socket) -> None:
        address = listening.getsockname()
        local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address[0], address[0])
        with contextlib.suppress(OSError):
            listening.sendto(b"", (local, *address[1:]))

    def _run(self, listening: socket.socket) -> None:
        while not self._stop:
            try:
                datagram, self.sender = listening.recvfrom(LARGEST + 1)
            except TimeoutError:
                continue
            except OSError as error:
                # On Windows, an answer that found nobody comes back here; nothing is lost by it.
                if error.errno in (errno.EBADF, errno.ENOTSOCK):
                    return
                continue
            host, port = self.sender[:2]
            if datagram and self._admits(host):
                self._take(datagram, host, port)
