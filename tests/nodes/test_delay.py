"""What acts later or less often: delay, throttle, empty, every."""

from __future__ import annotations

import math
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import Overrun
from engine.core.messages import Note, Trigger
from engine.nodes.delay import MOST, Delay
from engine.nodes.empty import Empty
from engine.nodes.throttle import Throttle
from engine.sources.every import Every

moments = st.lists(st.integers(0, 10**9), min_size=1, max_size=60).map(sorted)


def play(node, script, until=math.inf):
    """Feed (at, value) and wake the node whenever it asks to be; give (at, value) as they come."""
    given = []

    def take(at, answer):
        several = answer if hasattr(answer, "__next__") else [answer]
        given.extend((at, each) for each in several if each is not None)

    def wake_until(moment):
        while (due := node.wake()) is not None and due <= moment:
            take(due, node.on_wake(due))

    for at, value in script:
        wake_until(at)
        take(at, node.process(value, at))
    wake_until(until)
    return given


@given(moments, st.integers(1, 10**9))
def test_a_delay_keeps_order_and_rhythm(ats, later):
    script = list(enumerate_at(ats))
    given = play(Delay(time=later / 1e9 + 0.001), script)
    shift = ns(later / 1e9 + 0.001)
    assert given == [(at + shift, value) for at, value in script]


def enumerate_at(ats):
    return ((at, index) for index, at in enumerate(ats))


@given(moments, st.lists(st.floats(0.001, 2), min_size=60, max_size=60))
def test_a_delay_keeps_the_order_while_its_time_is_turned(ats, times):
    delay, given = Delay(), []
    for index, at in enumerate(ats):
        delay.time = times[index]
        while (due := delay.wake()) is not None and due <= at:
            given += delay.on_wake(due)
        assert list(delay.process(index, at)) == []
    while (due := delay.wake()) is not None:
        given += delay.on_wake(due)
    assert given == list(range(len(ats)))


def test_a_late_wake_lets_out_all_that_is_due():
    delay = Delay(time=0.1)
    for index in range(5):
        delay.process(index, ns(index * 0.1))
    assert list(delay.on_wake(ns(0.35))) == [0, 1, 2]
    assert list(delay.on_wake(ns(0.35))) == []


def test_a_delay_that_feeds_itself_is_loud():
    delay = Delay(time=10)
    with pytest.raises(Overrun):
        for index in range(MOST + 1):
            delay.process(index, ns(0))
    delay.reset()
    assert delay.wake() is None


def test_a_delay_breaks_cycles_and_never_answers_at_once():
    assert Delay.breaks_cycle
    delay = Delay()
    delay.time = 0
    delay.process(1, ns(1))
    assert delay.wake() > ns(1)


@given(moments, st.integers(1, 3 * 10**8), st.booleans())
def test_a_throttle_never_exceeds_its_rate(ats, time, last):
    given = play(Throttle(time=time / 1e9, last=last), enumerate_at(ats))
    times = [at for at, _ in given]
    assert all(b - a >= ns(time / 1e9) for a, b in pairwise(times))
    values = [value for _, value in given]
    assert values == sorted(set(values))
    assert given[0] == (ats[0], 0)
    if last:
        assert values[-1] == len(ats) - 1


def test_without_last_what_came_too_soon_is_gone():
    throttle = Throttle(time=2, last=False)
    fired = play(throttle, [(ns(at), Trigger(at)) for at in (0.0, 0.5, 1.9, 2.0, 2.5)])
    assert [trigger.value for _, trigger in fired] == [0.0, 2.0]


def test_with_last_a_fader_arrives_where_it_was_left():
    moves = [(ns(index / 100), index / 100) for index in range(11)]
    given = play(Throttle(time=0.04), moves)
    assert given == [
        (ns(0), 0.0),
        (ns(0.04), 0.03),
        (ns(0.08), 0.07),
        (ns(0.12), 0.1),
    ]


def test_the_end_of_a_note_always_passes():
    script = [(ns(0), Note(60, 90)), (ns(0.01), Note(60, 0))]
    assert play(Throttle(time=1), script) == script


def test_a_wake_that_comes_too_early_sends_nothing():
    throttle = Throttle(time=1)
    throttle.process(1.0, ns(0))
    throttle.process(2.0, ns(0.1))
    assert throttle.on_wake(ns(0.5)) is None
    throttle.reset()
    assert throttle.wake() is None
    assert throttle.process(3.0, ns(0.6)) is None


def test_empty_falls_back_when_nobody_is_there():
    empty = Empty(to=0.0, after=2, fade=1)
    given = play(empty, [(ns(0), 0.2), (ns(0.5), 0.8)])
    assert given[:2] == [(ns(0), 0.2), (ns(0.5), 0.8)]
    times, values = zip(*given[2:], strict=True)
    assert times[0] == ns(2.5)
    assert times[-1] == pytest.approx(ns(3.5), abs=ns(1 / 59))
    assert values[-1] == 0.0
    assert list(values) == sorted(values, reverse=True)
    assert 55 <= len(values) <= 63
    middle = values[len(values) // 2]
    assert middle == pytest.approx(0.4, abs=0.02)
    assert empty.wake() is None


def test_empty_without_fade_jumps():
    assert play(Empty(to=0.5, after=1), [(ns(0), 1.0)]) == [(ns(0), 1.0), (ns(1), 0.5)]


def test_whoever_comes_back_is_there_at_once():
    empty = Empty(to=0.0, after=1, fade=1)
    given = play(empty, [(ns(0), 1.0), (ns(1.5), 0.9)], until=ns(2.4))
    assert given[-1] == (ns(1.5), 0.9)
    assert any(0 < value < 0.9 for _, value in given)
    assert empty.wake() == ns(2.5)


def test_before_anybody_came_it_says_nothing():
    empty = Empty()
    assert empty.wake() is None
    assert empty.on_wake(ns(1)) is None


def test_a_lost_camera_is_nobody_unless_told_otherwise():
    assert Empty().holds_on_loss  # so it is not reset, and falls back
    empty = Empty(to=0.0, after=1, when_lost=False)
    assert empty.holds_on_loss is None
    empty.process(1.0, ns(0))
    empty.reset()
    assert empty.wake() is None


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.floats(0, 5), st.floats(0, 2))
def test_the_way_to_rest_stays_between_its_ends_and_arrives(value, to, after, fade):
    given = [each for _, each in play(Empty(to=to, after=after, fade=fade), [(ns(0), value)])]
    slack = 1e-9 * max(abs(value), abs(to))
    assert all(min(value, to) - slack <= each <= max(value, to) + slack for each in given)
    assert given[-1] == to


def test_a_metronome_ticks_evenly_from_the_start():
    ticks = list(islice(Every(time=0.5).events(), 4))
    assert ticks == [(ns(index * 0.5), "tick", Trigger()) for index in range(4)]
    assert Every.endless


def test_a_metronome_that_is_turned_counts_from_its_last_tick():
    every = Every(time=1.0)
    events = every.events()
    next(events), next(events)
    every.time = 0.25
    assert [at for at, _, _ in islice(events, 2)] == [ns(1.25), ns(1.5)]
    every.time = 0.0
    assert next(events)[0] > ns(1.5)
