"""A network of one's own, a loopback and nothing else, that can go and come back.

It is a network namespace of Linux (namespaces(7)), which only root may make: what is begun from
within it knows no other network, and nobody else's goes with it.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

_NEWNET: Final = 0x40000000
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_REQUEST: Final = struct.Struct("16sh22x")
_LOOPBACK: Final = b"lo"


class Network:
    """The loopback of the namespace in which it was made."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def begin(self) -> None:
        """Have it there."""
        self._set(self._flags() | _UP)

    def end(self) -> None:
        """Have it gone: what is sent arrives nowhere, and nobody is told."""
        self._set(self._flags() & ~_UP)

    def close(self) -> None:
        """Leave it as it is."""
        self._socket.close()

    def _flags(self) -> int:
        asked = _REQUEST.pack(_LOOPBACK, 0)
        flags: int = _REQUEST.unpack(fcntl.ioctl(self._socket, _GET_FLAGS, asked))[1]
        return flags

    def _set(self, flags: int) -> None:
        fcntl.ioctl(self._socket, _SET_FLAGS, _REQUEST.pack(_LOOPBACK, flags))


@contextmanager
def own_network() -> Iterator[Network | None]:
    """Have this thread, and all that it begins, in a network of its own while the block lasts.

    Gives None, and leaves it where it is, where the system does not know or allow such a thing.
    """
    if sys.platform != "linux":
        yield None
        return
    library = ctypes.CDLL(None, use_errno=True)
    with ExitStack() as stack:
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        stack.callback(os.close, before)
        if library.unshare(_NEWNET) != 0:
            yield None
            return
        stack.callback(library.setns, before, _NEWNET)
        network = Network()
        stack.callback(network.close)
        network.begin()
        yield network
