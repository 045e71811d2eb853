"""Who hears what outputs send over the network."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.limits import LIMIT
from tests.ports import find_port


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """Give a UDP socket of the loopback whose port nobody takes once it is closed."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", find_port()))
        listening.settimeout(LIMIT)
        yield listening
