"""Who hears what outputs send over the network."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.limits import LIMIT


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    """Give a UDP socket of the loopback that waits ten seconds for what comes."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(LIMIT)
        yield listening
