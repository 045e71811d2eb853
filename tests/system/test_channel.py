"""What is sent through a channel arrives, however it was cut; arrays lie in shared memory."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest

from engine.system.channel import CALL, CANCEL, EVENT, SAVED, Channel
from engine.system.shared_memory import SharedBuffer


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    one, other = socket.socketpair()
    buffers = SharedBuffer(), SharedBuffer()
    shared = [SharedBuffer(os.dup(each.descriptor)) for each in buffers]
    channels = Channel(one, *buffers), Channel(other, shared[1], shared[0])
    yield channels
    for each in channels:
        each.close()


def test_arrays_of_any_size_arrive(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    small, large = np.arange(10, dtype=np.uint8), np.arange(4_000_000, dtype=np.uint8)
    for _ in range(3):
        show.send(CALL, [small, large, large[::2].copy(), "text"])
        received = box.receive()
        assert received is not None
        kind, (first, second, third, text) = received
        assert (kind, text) == (CALL, "text")
        assert bytes(first) == small.tobytes()
        assert bytes(second) == large.tobytes()
        assert bytes(third) == large[::2].tobytes()
        box.send(EVENT, large)
        assert show.receive() is not None


def test_what_came_together_is_received_one_by_one(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    assert not box.has_more()
    show.send(CALL, [1.0])
    show.send(CANCEL)
    assert box.receive() == (CALL, [1.0])
    assert box.has_more()
    assert box.receive() == (CANCEL, None)
    assert not box.has_more()


def test_a_large_state_arrives_whole(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    data = os.urandom(1 << 16) * 400  # 26 MB: more than a device may write at once
    sender = Thread(target=show.send, args=(SAVED, ["weights.npz", data]))
    sender.start()
    received = box.receive()
    sender.join()
    assert received == (SAVED, ["weights.npz", data])


def test_the_end_of_the_other_is_the_end(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    show.send(CALL, [1.0])
    show._socket.shutdown(socket.SHUT_RDWR)
    assert box.receive() == (CALL, [1.0])
    assert box.receive() is None
    with pytest.raises(OSError, match="Broken pipe"):
        box.send(EVENT)


def test_what_is_no_plain_data_is_refused(ends: tuple[Channel, Channel]) -> None:
    with pytest.raises(TypeError):
        ends[0].send(CALL, [object()])
    ends[0].send(CALL, [1.0])
    assert ends[1].receive() == (CALL, [1.0])
