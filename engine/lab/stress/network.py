"""A private network, a loopback and nothing else, that can be brought down and up.

It is a Linux network namespace (network_namespaces(7)), which only root may create: what is started
within it sees no other network, and no other network is affected.
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
    """The loopback interface of the namespace in which it was created."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def bring_up(self) -> None:
        """Bring the interface up."""
        self._set(self._flags() | _UP)

    def bring_down(self) -> None:
        """Bring the interface down: what is sent arrives nowhere, without an error."""
        self._set(self._flags() & ~_UP)

    def close(self) -> None:
        """Close the control socket; the interface stays as it is."""
        self._socket.close()

    def _flags(self) -> int:
        asked = _REQUEST.pack(_LOOPBACK, 0)
        flags: int = _REQUEST.unpack(fcntl.ioctl(self._socket, _GET_FLAGS, asked))[1]
        return flags

    def _set(self, flags: int) -> None:
        fcntl.ioctl(self._socket, _SET_FLAGS, _REQUEST.pack(_LOOPBACK, flags))


@contextmanager
def own_network() -> Iterator[Network | None]:
    """Move this thread, and the processes it starts, to a private network while the block lasts.

    Yield None, and move nothing, where the system does not support or allow it.
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
        network.bring_up()
        yield network
