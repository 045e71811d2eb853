"""Receive OSC on a TCP port: a stream from each sender, told apart by length or by SLIP.

One thread reads them all. Nothing is ever sent back.
"""

from __future__ import annotations

import errno
import os
import select
import selectors
import socket
from typing import Final

from engine.core.os_errors import os_reason
from engine.net.listener import LARGEST, Listener
from engine.osc.framing import Deframer, deframer

CONNECTIONS: Final = 32
"""How many may be connected at once."""

_NO_ROOM: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_PAUSE: Final = 0.1  # seconds until somebody else may have given a descriptor back
_AT_ONCE: Final = 4096  # bytes that are read of one before the others have their turn


class _Sender:
    """One connection, and what has come of a packet that is not complete."""

    def __init__(self, connection: socket.socket, host: str, port: int) -> None:
        self.connection = connection
        self.host = host
        self.port = port
        self.stream: Deframer | None = None


class StreamReceiver(Listener):
    """Listens to one TCP port; see Listener. The first byte of each stream says its framing."""

    kind = socket.SOCK_STREAM

    def _prepare(self, listening: socket.socket) -> None:
        if os.name == "posix":  # or a show that begins again would wait for its last connections
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setblocking(False)

    def _bind(self, host: str, port: int) -> socket.socket:
        listening = super()._bind(host, port)
        self._bell, self._rope = socket.socketpair()
        return listening

    def _wake_up(self, listening: socket.socket) -> None:
        self._rope.close()  # which the bell hears; each end is closed by the thread that uses it

    def _run(self, listening: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(listening, selectors.EVENT_READ)
            selector.register(self._bell, selectors.EVENT_READ)
            while not self._stop:
                for key, _ in selector.select():
                    if isinstance(key.data, _Sender):
                        self._read(selector, key.data)
                    elif key.fileobj is listening:
                        self._accept(selector, listening)
            for key in list(selector.get_map().values()):
                if isinstance(key.data, _Sender):
                    key.data.connection.close()
        self._bell.close()

    def _accept(self, selector: selectors.BaseSelector, listening: socket.socket) -> None:
        try:
            connection, (host, port, *_) = listening.accept()
        except OSError as error:
            if error.errno in _NO_ROOM:  # it would be asked again at once
                self._at = self._clock.now()
                self._report(f"nobody more can connect: {os_reason(error)}")
                select.select([self._bell], [], [], _PAUSE)
            return  # otherwise whoever it was has gone
        self._at = self._clock.now()
        if not self._admits(host):
            connection.close()
        elif len(selector.get_map()) - 2 >= CONNECTIONS:
            self._report(f"{host} is not heard: {CONNECTIONS} are connected already")
            connection.close()
        else:
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, _Sender(connection, host, port))

    def _read(self, selector: selectors.BaseSelector, sender: _Sender) -> None:
        try:
            data = sender.connection.recv(_AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data and sender.stream is None:
            sender.stream = deframer(data[0], LARGEST)
        if data and sender.stream is not None:
            for packet in sender.stream.feed(data):
                if isinstance(packet, bytes):
                    self._take(packet, sender.host, sender.port)
                else:
                    self._at = self._clock.now()
                    self._not_osc(sender.host, str(packet))
        if not data or (sender.stream is not None and sender.stream.lost):
            selector.unregister(sender.connection)
            sender.connection.close()
