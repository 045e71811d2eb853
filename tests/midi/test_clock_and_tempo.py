"""A clock's pulses are even, and its tempo is read back from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.midi.clock_out import FASTEST, PER_BEAT, SLOWEST, ClockPulses
from engine.midi.decode import MidiDecoder
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


def beaten(beats, until):
    """Give the moments of the pulses of (moment, bpm) beats, each as it is due."""
    pulses, sent = ClockPulses(), []
    for at, bpm, end in zip(
        *zip(*beats, strict=True), [*[b[0] for b in beats[1:]], until], strict=True
    ):
        pulses.beat(bpm, at)
        while (due := pulses.due()) is not None and max(due, at) < end:
            sent.append(max(due, at))
            pulses.sent(max(due, at))
    return sent


def test_a_beat_has_24_pulses_at_even_times():
    half = SECOND // 2
    sent = beaten([(n * half, 120.0) for n in range(100)], 100 * half)
    assert len(sent) == 2400
    assert max(abs(at - n * half / 24) for n, at in enumerate(sent)) <= 1


@given(st.lists(st.tuples(st.floats(0.06, 3.0), st.floats(20.0, 400.0)), min_size=1, max_size=30))
def test_from_beat_to_beat_there_are_24_pulses_whatever_the_tempo_does(steps):
    at, beats = 0, []
    for pause, bpm in steps:
        beats.append((at, bpm))
        at += round(pause * SECOND)
    sent = beaten(beats, at + 60 * SECOND)
    assert sent == sorted(sent)
    assert len(sent) == 24 * len(steps)
    for number, (moment, _) in enumerate(beats):
        late = sent[24 * number] - moment
        assert late == 0


def test_a_start_leaves_out_what_was_left_of_a_beat():
    pulses = ClockPulses()
    pulses.beat(120.0, 0)
    for _ in range(5):
        pulses.sent(0)
    pulses.start()
    assert pulses.due() is None
    pulses.beat(120.0, 1000)
    assert pulses.due() == 1000
    pulses.sent(1000)
    assert pulses.due() == pytest.approx(1000 + SECOND / 48, abs=1)


def test_where_no_beat_comes_the_clock_waits():
    sent = beaten([(0, 120.0)], 60 * SECOND)
    assert len(sent) == 24
    assert sent[-1] < SECOND / 2


def test_a_clock_by_number_goes_on_from_one_by_beats():
    pulses = ClockPulses()
    pulses.beat(120.0, 0)
    pulses.sent(0)
    pulses.set(60.0, 1000)
    assert pulses.due() == 1000
    pulses.sent(1000)
    assert pulses.due() == pytest.approx(1000 + SECOND / 24, abs=1)
    pulses.set(0.0, 2000)
    assert pulses.due() is None


@pytest.mark.parametrize(
    ("sixteenths", "pulses"), [(0, 1), (4, 1), (6, 13), (7, 7), (16383, 7), (1, 19)]
)
def test_a_continue_counts_from_where_the_song_is(sixteenths, pulses):
    decoder = MidiDecoder()
    heard = [each.name.kind for _ in range(30) for each in decoder.decode(b"\xf8", Ns(0))]
    position = bytes((0xF2, sixteenths & 0x7F, sixteenths >> 7))
    heard = [each.name.kind for each in decoder.decode(position + b"\xfb", Ns(0))]
    assert heard == ["position", "continue"]
    count = 0
    while True:
        count += 1
        if "beat" in [each.name.kind for each in decoder.decode(b"\xf8", Ns(count * 10**7))]:
            break
    assert count == pulses
