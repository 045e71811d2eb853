"""Ports of the loopback that are free until a test opens them."""

from __future__ import annotations

import itertools
import os
import random
import socket
from typing import Final

PORTS: Final = range(11_000, 16_000)
"""Linux, macOS and Windows give none of these to who asks for just any, as each client does: such a
port would now and then be taken between the moments in which a test finds it and opens it."""

_workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
_ours = PORTS[int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) :: _workers]
"""What this worker may have: of two that find the same port, one is late to open it."""
_ports = itertools.cycle(random.Random().sample(_ours, len(_ours)))
"""In an order of its own in each process, for several runs may go on at a time."""


def find_port() -> int:
    """Return a port of the loopback that is free for UDP and for TCP; each time another."""
    for port in _ports:
        with (
            socket.socket(type=socket.SOCK_STREAM) as tcp,
            socket.socket(type=socket.SOCK_DGRAM) as udp,
        ):
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("they are tried again and again")
