"""The offset of two clocks, by what packets tell: exact within a millisecond."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from engine.cluster.offsets import ClockOffset
from engine.core.clock import MILLISECOND, SECOND, ns
from engine.core.messages import Ns
from tests.by_night import pairs

HOUR = 3600 * SECOND


class Two:
    """Two clocks, and a network whose ways take at least ``ways`` and up to ``jitter`` more."""

    def __init__(self, offset=0, ppm=0.0, jitter=0, ways=(MILLISECOND, MILLISECOND), seed=1):
        self.offset, self.ppm, self.jitter, self.ways = offset, ppm, jitter, ways
        self.random = Random(seed)
        self.now = 0
        self.estimate = ClockOffset()

    def theirs(self, moment):
        return Ns(moment + self.offset + round(moment * self.ppm * 1e-6))

    def run(self, seconds, watch=None):
        """Let packets go each way; return the largest error in ns."""
        worst, end = 0, self.now + round(seconds * SECOND)
        while self.now < end:
            self.now += self.estimate.pause
            there, back = (way + self.random.randrange(self.jitter + 1) for way in self.ways)
            now = Ns(self.now)
            self.estimate.sent_and_stamped(now, Ns(now - there), self.theirs(now))
            self.estimate.received(now, self.theirs(now - back), now)
            if watch is not None and self.now > watch:
                worst = max(worst, abs(self.error()))
        return worst

    def error(self):
        return self.estimate.at(Ns(self.now))[0] - (self.theirs(self.now) - self.now)


CLOCKS = [*product([-HOUR, 0, HOUR], [-50, 0, 50])]
"""How far apart two are, and how many millionths one is faster."""


@pytest.mark.parametrize(("clock", "seed"), pairs(CLOCKS, [11, 12, 13], 3))
def test_drift_an_hour_and_jitter_leave_a_millisecond(clock, seed):
    offset, ppm = clock
    two = Two(offset, ppm, jitter=20 * MILLISECOND, seed=seed)
    worst = two.run(300, watch=2 * SECOND)
    assert worst < MILLISECOND
    assert two.estimate.jumps == 0


def test_a_calm_network_is_exact_at_once_and_the_drift_is_found():
    two = Two(HOUR, 50)
    two.run(1)
    assert abs(two.error()) < 0.1 * MILLISECOND
    two.run(120)
    assert two.estimate.drift == pytest.approx(50e-6, rel=0.05)
    assert abs(two.error()) < 0.02 * MILLISECOND


@pytest.mark.parametrize("ways", [(MILLISECOND, 9 * MILLISECOND), (9 * MILLISECOND, MILLISECOND)])
def test_ways_that_differ_shift_the_offset_within_what_is_stated(ways):
    two = Two(HOUR, 30, ways=ways)
    two.run(60)
    _, uncertainty, way = two.estimate.at(Ns(two.now))
    assert abs(two.error()) == pytest.approx(4 * MILLISECOND, rel=0.05)
    assert abs(two.error()) <= uncertainty == pytest.approx(5 * MILLISECOND, rel=0.05)
    assert way == uncertainty


@pytest.mark.parametrize("jump", [-HOUR, -SECOND, -50 * MILLISECOND, 50 * MILLISECOND, HOUR])
@pytest.mark.parametrize("jitter", [0, 20 * MILLISECOND])
def test_a_clock_that_jumps_is_noticed_and_right_again_within_two_seconds(jump, jitter):
    two = Two(SECOND, 50, jitter=jitter, seed=7)
    two.run(30)
    two.offset += jump
    jumped = two.now
    two.run(2)
    assert two.estimate.jumps
    assert two.run(60, watch=jumped + 2 * SECOND) < MILLISECOND
    assert two.estimate.is_known


def test_nothing_is_known_before_enough_was_heard():
    estimate = ClockOffset()
    assert not estimate.is_known
    assert estimate.at(ns(1)) == (0, 0, 0)
    estimate.received(ns(1), ns(5), ns(1))
    assert not estimate.is_known
    assert estimate.at(ns(1)) == (0, 0, 0)


def test_a_clock_that_is_not_heard_for_long_is_led_along_its_drift():
    two = Two(HOUR, 50)
    two.run(120)
    two.now += 60 * SECOND
    assert abs(two.error()) < 0.3 * MILLISECOND
