"""A network of one's own goes and comes back, and nobody else's goes with it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from engine.lab.stress.network import own_network
from tests.limits import LIMIT

HERE = Path("/proc/thread-self/ns/net")
LOCAL = "127.0.0.1"


@pytest.mark.may_block("it waits for a datagram")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root has one")
def test_it_goes_and_comes_back_and_is_left_again() -> None:
    outside = HERE.stat().st_ino
    with own_network() as network:
        assert network is not None
        assert HERE.stat().st_ino != outside
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind((LOCAL, 0))
            receiver.settimeout(LIMIT)
            assert heard(receiver) == b"there"
            network.bring_down()
            receiver.settimeout(0.2)
            with pytest.raises(TimeoutError):
                heard(receiver)
            network.bring_up()
            receiver.settimeout(LIMIT)
            assert heard(receiver) == b"there"
    assert HERE.stat().st_ino == outside


def heard(receiver: socket.socket) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"there", receiver.getsockname())
    return receiver.recv(16)
