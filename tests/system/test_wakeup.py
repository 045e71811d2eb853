"""A bell wakes who waits, however it was rung."""

from __future__ import annotations

import threading

from engine.system.wakeup import Wakeup
from tests.limits import LIMIT


def test_it_may_be_rung_before_anybody_waits_and_more_than_once() -> None:
    bell = Wakeup()
    bell.set()
    bell.set()
    bell.wait()
    heard = threading.Event()
    waiting = threading.Thread(target=lambda: (bell.wait(), heard.set()), daemon=True)
    waiting.start()
    assert not heard.is_set()
    bell.set()
    assert heard.wait(LIMIT)


def test_nothing_that_was_left_before_a_ring_is_overlooked() -> None:
    bell = Wakeup()
    left: list[int] = []
    taken: list[int] = []

    def take() -> None:
        while len(taken) < 4000:
            bell.wait()
            while left:
                taken.append(left.pop())

    def leave() -> None:
        for number in range(1000):
            left.append(number)
            bell.set()

    taker = threading.Thread(target=take, daemon=True)
    taker.start()
    leavers = [threading.Thread(target=leave) for _ in range(4)]
    for each in leavers:
        each.start()
    for each in leavers:
        each.join()
    taker.join(LIMIT)
    assert sorted(taken) == sorted([*range(1000)] * 4)
