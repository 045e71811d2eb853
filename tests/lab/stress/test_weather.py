from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.contents import without_numbers
from engine.core.messages import Block, Note, Person, Pitch, Pose
from engine.lab.stress import faults
from engine.lab.stress.faults import Injection
from engine.lab.stress.weather import TIMES, Jumps, looped, weathered
from engine.runtime.schedule.finite import is_finite

SECOND = 1_000_000_000
NEVER = Jumps([], 0.0)
POSE = Pose((Person(1, 1, np.ones((17, 3), np.float32)),), 1.5)


def tape(count=10):
    """A number each second."""
    return [(second * SECOND, "value", float(second)) for second in range(count)]


def through(fault, at=3.0, lasts=2.0, jumps=NEVER):
    said = weathered(tape(), [Injection(fault.name, "tape", at, lasts)], jumps)
    return [(at / SECOND, message) for at, _, message in said]


def test_without_a_strike_everything_passes():
    assert list(weathered(tape(), [], NEVER)) == tape()


def test_a_source_that_is_gone_says_nothing():
    said = [message for _, message in through(faults.SOURCE_GONE) if message is not None]
    assert said == [0, 1, 2, 5, 6, 7, 8, 9]


def test_a_source_that_stalls_says_all_of_it_afterwards():
    said = through(faults.SOURCE_STALLS, lasts=1.5)
    assert said[:6] == [(0, 0), (1, 1), (2, 2), (4.5, 3), (4.5, 4), (5, 5)]


def test_a_source_without_numbers_says_none():
    said = through(faults.SOURCE_NO_NUMBERS)
    assert [at for at, message in said if math.isnan(message)] == [3.0, 4.0]


def test_a_burst_says_everything_many_times():
    said = [message for _, message in through(faults.SOURCE_BURST)]
    assert [said.count(value) for value in (2.0, 3.0, 4.0, 5.0)] == [1, TIMES, TIMES, 1]


def test_when_the_clock_jumps_everything_is_later():
    jumps = Jumps([4.5], 3600.0)
    assert [at for at, _ in through(faults.BURST, jumps=jumps)][3:6] == [3.0, 4.0, 3605.0]


@given(st.lists(st.floats(0, 1000), unique=True, max_size=5), st.floats(1, 1e5), st.floats(0, 1e3))
def test_what_passed_is_what_was_played(at, seconds, played):
    jumps = Jumps(at, seconds)
    assert jumps.played(jumps.passed(played)) == pytest.approx(played, abs=1e-6)


@pytest.mark.parametrize(
    "message",
    [1.0, Pitch(440.0, 69.0, 1.0, True), Block(np.zeros(64, np.float32), 48000, 0), POSE],
    ids=lambda message: type(message).__name__,
)
def test_what_is_poisoned_cannot_be_used(message):
    assert is_finite(message)
    assert not is_finite(without_numbers(message))


def test_a_loop_counts_its_samples_on_and_ends_its_notes():
    sound = np.zeros(48000, np.float32)
    events = [(0, "sound", Block(sound, 48000, 0)), (5, "note", Note(60, 90))]
    said = looped([*events, (2 * SECOND, "note", Note(61, 90))], 1.0)
    told = [next(said) for _ in range(6)]
    assert [message.start for _, outlet, message in told if outlet == "sound"] == [0, 48000]
    notes = [(at, m.note, m.velocity) for at, outlet, m in told if outlet == "note"]
    assert notes == [
        (5, 60, 90),
        (SECOND, 60, 0),
        (SECOND + 5, 60, 90),
        (2 * SECOND, 60, 0),
    ]
