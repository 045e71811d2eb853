"""A clock's pulses are even, and its tempo is read back from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.midi.clock_out import FASTEST, PER_BEAT, SLOWEST, ClockPulses
from engine.midi.tempo import TempoFollower


def moments(pulses, count, late=0):
    for _ in range(count):
        due = pulses.due()
        yield due
        pulses.sent(due + late)


@pytest.mark.parametrize("late", [0, 3_000_000])
def test_pulses_that_are_sent_late_do_not_drift(late):
    pulses = ClockPulses()
    pulses.set(120.0, 1000)
    sent = list(moments(pulses, 10 * PER_BEAT + 1, late))
    assert sent[0] == 1000
    assert sent[-1] - sent[0] == pytest.approx(5 * SECOND, abs=10)


def test_without_a_tempo_there_are_none():
    pulses = ClockPulses()
    assert pulses.due() is None
    for bpm in (0.0, -1.0, float("nan")):
        pulses.set(120.0, 0)
        pulses.set(bpm, 5)
        assert pulses.due() is None
        pulses.sent(6)


def test_a_clock_that_slept_does_not_rush():
    pulses = ClockPulses()
    pulses.set(120.0, 0)
    pulses.sent(60 * SECOND)
    assert pulses.due() > 60 * SECOND


def test_a_new_tempo_moves_the_next_pulse():
    pulses = ClockPulses()
    pulses.set(60.0, 0)
    pulses.sent(0)
    pulses.set(120.0, 1)
    assert pulses.due() == pytest.approx(SECOND / 48, abs=1)


@given(st.floats(SLOWEST, FASTEST))
def test_a_tempo_is_read_back_from_its_pulses(bpm):
    pulses, tempo = ClockPulses(), TempoFollower()
    pulses.set(bpm, 0)
    heard = [tempo.pulse(Ns(at)) for at in moments(pulses, 3 * PER_BEAT)]
    beats = [index for index, (beat, _) in enumerate(heard) if beat]
    assert beats == [0, 24, 48]
    if bpm > 60 / PER_BEAT * 1.1:
        assert heard[48][1] == pytest.approx(bpm, rel=1e-4)


def test_a_start_makes_the_next_pulse_a_beat_and_a_pause_forgets_the_tempo():
    tempo = TempoFollower()
    for count in range(30):
        tempo.pulse(Ns(count * 20_000_000))
    tempo.start()
    beat, bpm = tempo.pulse(Ns(30 * 20_000_000))
    assert beat
    assert bpm == pytest.approx(125.0)
    tempo.start()
    assert tempo.pulse(Ns(10 * SECOND)) == (True, None)
