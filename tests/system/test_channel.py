"""What is sent through a channel arrives, however it was cut; arrays lie in shared memory."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from threading import Thread

import numpy as np
import pytest

from engine.system.channel import CALL, CANCEL, EVENT, SAVED, Channel, HandOvers
from engine.system.frame_pool import SLOTS, FrameStore
from engine.system.shared_memory import SharedBuffer


@pytest.fixture
def ends() -> Iterator[tuple[Channel, Channel]]:
    one, other = socket.socketpair()
    buffers = SharedBuffer(), SharedBuffer()
    shared = [SharedBuffer(os.dup(each.descriptor)) for each in buffers]
    channels = Channel(one, *buffers), Channel(other, shared[1], shared[0], borrows=True)
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


SHAPE = (40, 50, 3)
pooled = pytest.mark.skipif(os.name != "posix", reason="no pool can be shared there")


def _pictures(store: FrameStore, count: int) -> list[np.ndarray]:
    return [store.put(np.full(SHAPE, n, np.uint8)) for n in range(count)]


@pooled
def test_what_lies_in_a_pool_is_lent_until_it_is_shown_no_more(
    ends: tuple[Channel, Channel],
) -> None:
    show, box = ends
    store = FrameStore()
    for number in range(3 * SLOTS):  # more than there are slots, so each comes back
        (picture,) = _pictures(store, 1)
        show.send(CALL, [picture])
        del picture
        received = box.receive()
        assert received is not None
        (shown,) = received[1]
        assert not shown.flags.writeable and not shown.any()
        del received, shown
        show.take_back(box.returned())
        assert show._handed_over == HandOvers(lent=number + 1)
    assert len(_pictures(store, SLOTS)) == SLOTS


@pooled
def test_what_a_box_keeps_stays_as_it_was_and_further_ones_are_copied(
    ends: tuple[Channel, Channel],
) -> None:
    show, box = ends
    store = FrameStore()
    kept = []
    for number in range(3 * SLOTS):
        picture = store.put(np.full(SHAPE, number, np.uint8))
        show.send(CALL, [picture])
        del picture
        received = box.receive()
        assert received is not None
        kept.append(received[1][0])
        del received
        show.take_back(box.returned())
        assert len(show._lender._lent) == 1
    for number, shown in enumerate(kept):
        assert (shown == number).all()
    kept.clear()
    show.take_back(box.returned())
    assert not show._lender._lent


@pooled
def test_what_was_lent_after_an_answer_was_sent_stays_lent(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    first, second = _pictures(FrameStore(), 2)
    show.send(CALL, [first])
    received = box.receive()
    del received
    answer = box.returned()
    show.send(CALL, [second])
    show.take_back(answer)
    assert [*show._lender._lent] == [2]


@pooled
def test_pools_that_are_no_more_are_let_go_at_the_other_end(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    for _ in range(40):
        (picture,) = _pictures(FrameStore(), 1)
        show.send(CALL, [picture, picture[5:]])
        del picture
        received = box.receive()
        assert received is not None
        assert [each.size for each in received[1]] == [6000, 5250]
        del received
        show.take_back(box.returned())
    assert len(box._borrower._pools) == 1  # type: ignore[union-attr]


@pooled
def test_where_a_frame_needs_very_many_pools_some_are_copied(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    pictures = [_pictures(FrameStore(), n + 1)[n] for n in range(12)]
    show.send(CALL, pictures)
    received = box.receive()
    assert received is not None
    for shown, picture in zip(received[1], pictures, strict=True):
        assert bytes(shown) == picture.tobytes()
    assert show._handed_over == HandOvers(lent=8, copied=4)


@pooled
def test_what_cannot_be_sent_is_lent_to_nobody_for_long(ends: tuple[Channel, Channel]) -> None:
    show, box = ends
    (first,), (_, second) = (_pictures(FrameStore(), count) for count in (1, 2))
    with pytest.raises(TypeError):
        show.send(CALL, [first, object()])
    show.send(CALL, [second])
    received = box.receive()
    assert received is not None
    assert bytes(received[1][0]) == second.tobytes()
    del received
    show.take_back(box.returned())
    assert not show._lender._lent
