"""Time, real and virtual."""

from __future__ import annotations

from engine.core.clock import SECOND, SystemClock, VirtualClock, ns
from engine.core.messages import Ns


def test_seconds_become_whole_nanoseconds() -> None:
    assert [ns(0), ns(1), ns(0.02), ns(1e-9), ns(1 / 3)] == [0, SECOND, 20_000_000, 1, 333_333_333]


def test_the_machines_clock_never_goes_back() -> None:
    clock = SystemClock()
    moments = [clock.now() for _ in range(100)]
    assert moments == sorted(moments)


def test_a_virtual_clock_stands_until_it_is_moved_and_never_goes_back() -> None:
    clock = VirtualClock()
    assert clock.now() == clock.now() == 0
    clock.move_to(Ns(5))
    clock.move_to(Ns(3))
    assert clock.now() == 5
