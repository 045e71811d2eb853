"""One grid of beats by itself, by taps, by ear and by a clock: none twice, none back."""

from __future__ import annotations

import logging
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import SECOND, ns
from engine.core.context import Context
from engine.core.messages import Beat, Ns, Trigger
from engine.nodes.tempo import Tempo

GO = Trigger()


class Show:
    """A grid that is called as the engine does: wake-ups in their order between what comes."""

    def __init__(self, **parameters):
        self.box = Tempo(**parameters)
        self.box.open(Context("grid"))
        self.said = []
        self.now = 0
        self.take(0, self.box.on_wake(Ns(0)))

    def take(self, at, said):
        self.now = max(at, self.now)  # what was due before something late came is said after it
        if said is not None:
            self.said.append((self.now / SECOND, said))

    def until(self, seconds):
        end, last = ns(seconds), -1
        while (due := self.box.wake()) is not None and due <= end:
            assert due >= last
            last = due
            self.take(due, self.box.on_wake(due))

    def give(self, seconds, inlet, message=GO):
        self.until(seconds)
        at = ns(seconds)
        if inlet == "tap":
            said = self.box.process(message, at=at)
        elif inlet == "position":
            said = self.box.on_position(message, at)
        else:
            said = getattr(self.box, f"on_{inlet}")(message, at)
        self.take(at, said)

    def clock(self, begin, bpm, beats, jitter=lambda n: 0.0):
        """Send the pulses of so many beats; return when they end."""
        for pulse in range(round(beats * 24)):
            self.give(begin + pulse * 60 / bpm / 24 + jitter(pulse), "clock")
        return begin + beats * 60 / bpm

    def all(self, outlet):
        return [
            (at, getattr(each, outlet))
            for at, each in self.said
            if getattr(each, outlet) is not None
        ]

    def times(self, outlet="beat", after=0.0):
        return [at for at, _ in self.all(outlet) if at >= after - 1e-9]


def near(moments, within=1e-6):
    return pytest.approx(moments, abs=within)


def test_by_itself_it_beats_exactly():
    show = Show(bpm=90.0, beats=3)
    show.until(600.0)
    beats = show.all("beat")
    assert [at for at, _ in beats] == near([n * 2 / 3 for n in range(len(beats))])
    assert len(beats) == 901
    assert [beat.beat for _, beat in beats] == [n % 3 + 1 for n in range(901)]
    assert {(beat.beats, beat.bpm, beat.confidence) for _, beat in beats} == {(3, 90.0, 1.0)}
    assert show.times("downbeat") == show.times()[::3]


@pytest.mark.parametrize(
    ("outlet", "a_bar"), [("half", 2), ("eighth", 8), ("triplet", 12), ("sixteenth", 16)]
)
def test_a_bar_is_divided_evenly(outlet, a_bar):
    show = Show(bpm=120.0)
    show.until(3.999)
    assert show.times(outlet) == near([n * 2 / a_bar for n in range(2 * a_bar)])


def test_its_phase_grows_from_beat_to_beat():
    show = Show(bpm=60.0, fps=10.0)
    show.until(3.95)
    for outlet, length in (("phase", 1), ("bar", 4)):
        said = show.all(outlet)
        assert [value for _, value in said] == near([at % length / length for at, _ in said], 1e-5)


def test_a_tempo_that_is_set_goes_on_from_where_it_is():
    show = Show(bpm=60.0)
    show.until(2.5)
    show.box.bpm = 120.0
    show.until(4.2)
    assert show.times() == near([0, 1, 2, 2.75, 3.25, 3.75], 0.01)
    assert [bpm for _, bpm in show.all("bpm")] == [60.0, 120.0]


@pytest.mark.parametrize("bpm", [40.0, 97.3, 128.0, 174.0, 280.0])
def test_taps_set_tempo_and_beat(bpm):
    show = Show()
    taps = [1.234 + n * 60 / bpm for n in range(8)]
    for tap in taps:
        show.give(tap, "tap")
    show.until(taps[-1] + 10)
    beats = show.times(after=taps[-1] + 2 * 60 / bpm)
    assert len(beats) > 4
    assert all(abs((at - taps[0]) * bpm / 60 % 1 - 0.5) > 0.499 for at in beats)
    assert show.all("bpm")[-1][1] == pytest.approx(bpm, abs=0.1)


def test_taps_by_hand_are_evened_out():
    show = Show()
    for n, off in enumerate([0, 0.02, -0.015, 0.01, -0.02, 0.015, 0.0, -0.01]):
        show.give(1 + n * 0.5 + off, "tap")
    assert show.all("bpm")[-1][1] == pytest.approx(120, abs=2.5)


@pytest.mark.parametrize(
    "taps",
    [
        [1.0],
        [1.0, 1.5],
        [1.0, 61.0, 121.0, 181.0],
        [n * 2.5 for n in range(1, 9)],
        [1.0, 1.02, 1.04, 1.06],
        [1.0, 1.3, 2.2, 2.4, 3.9, 4.1],
    ],
    ids=["one", "two", "a minute apart", "too slow", "a bounce", "no time at all"],
)
def test_what_is_no_tempo_changes_nothing(taps):
    show = Show(bpm=133.0)
    for tap in taps:
        show.give(tap, "tap")
    show.until(190)
    assert [bpm for _, bpm in show.all("bpm")] == [133.0]
    assert show.times() == near([n * 60 / 133 for n in range(len(show.times()))])


@pytest.mark.parametrize("stray", [2.7, 3.2, 3.3, 3.52, 3.8])
def test_a_tap_off_the_beat_is_left_out(stray):
    show = Show()
    for tap in sorted([1.0, 1.5, 2.0, 2.5, 3.0, stray, 3.5, 4.0, 4.5]):
        show.give(tap, "tap")
    assert show.all("bpm")[-1][1] == pytest.approx(120, abs=1.5)


def test_a_missing_tap_is_no_other_tempo():
    show = Show(bpm=100)
    for tap in (1.0, 1.5, 2.0, 2.5, 3.5, 4.0, 4.5):
        show.give(tap, "tap")
    assert show.all("bpm")[-1][1] == pytest.approx(120, abs=0.1)


@pytest.mark.parametrize("bpm", [60, 90, 150, 240])
def test_another_tempo_is_taken_with_its_third_tap(bpm):
    show = Show()
    for tap in (1.0, 1.5, 2.0, 2.5, 3.0):
        show.give(tap, "tap")
    for n in range(1, 4):
        show.give(3.0 + n * 60 / bpm, "tap")
    assert show.all("bpm")[-1][1] == pytest.approx(bpm, abs=1)


@pytest.mark.parametrize("bpm", [30.0, 77.0, 120.0, 141.7, 300.0])
def test_a_clock_is_followed_to_the_beat(bpm):
    show = Show(bpm=111.0)
    show.give(1.1, "start")
    end = show.clock(1.1, bpm, 40)
    beats = show.all("beat")
    after = 1.1 + 8 * 60 / bpm
    later = [(at, beat) for at, beat in beats if after <= at < end - 1e-3]
    for at, beat in later:
        count = (at - 1.1) * bpm / 60
        assert count == pytest.approx(round(count), abs=0.003 * bpm / 60)
        assert beat.beat == round(count) % 4 + 1
    assert len(later) == pytest.approx(32, abs=1)
    assert show.all("bpm")[-1][1] == pytest.approx(bpm, abs=0.1)
    assert show.all("locked")[-1][1] is True


@pytest.mark.parametrize("fault", ["jitter", "burst", "stall"])
def test_a_clock_that_stutters_keeps_its_beats(fault):
    def late(pulse):
        match fault:
            case "jitter":
                return (pulse * 7919 % 13) * 0.0005
            case "burst":
                return (8 - pulse % 8) * 60 / 125 / 24 if pulse > 200 and pulse % 64 < 8 else 0.0
        return (12 - pulse + 300) * 60 / 125 / 24 if 300 <= pulse < 312 else 0.0

    show = Show()
    show.give(1.0, "start")
    end = show.clock(1.0, 125, 40, late)
    beats = [at for at in show.times(after=5.0) if at < end]
    off = [abs((at - 1.0) * 125 / 60 - round((at - 1.0) * 125 / 60)) for at in beats]
    assert len(beats) == pytest.approx((end - 5.0) * 125 / 60, abs=1)
    assert max(off) < (0.02 if fault == "jitter" else 0.15)
    assert {round((b - a) * 125 / 60) for a, b in pairwise(beats)} == {1}


@pytest.mark.parametrize("bpm", [63, 140, 187.5])
def test_a_clock_that_ends_is_gone_on_without_and_that_is_said(bpm, caplog):
    show = Show()
    show.give(1.0, "start")
    end = show.clock(1.0, bpm, 16)
    with caplog.at_level(logging.WARNING):
        show.until(end + 20)
    beats = show.times(after=6.0)
    assert [b - a for a, b in pairwise(beats)] == near([60 / bpm] * (len(beats) - 1), 0.002)
    assert show.all("locked")[-1][1] is False
    assert caplog.messages == [f"the clock ended; goes on at {bpm:.1f} beats a minute"]
    assert show.all("beat")[-1][1].confidence < 1


def test_a_clock_that_stops_and_continues_goes_on_from_there():
    show = Show()
    show.give(1.0, "start")
    end = show.clock(1.0, 120, 6)
    show.give(end - 0.001, "stop")
    show.until(end + 3)
    assert not show.times(after=end)
    show.clock(end + 0.5, 120, 5)  # the pulses of a clock that stands go on
    show.give(end + 3.0, "position", 9.5)
    show.give(end + 3.001, "continue")
    show.clock(end + 3.01, 120, 8)
    beats = [(at, beat.beat) for at, beat in show.all("beat") if at > end]
    assert beats[0] == (pytest.approx(end + 3.26, abs=0.01), 10 % 4 + 1)
    assert [beat for _, beat in beats[:5]] == [3, 4, 1, 2, 3]
    assert show.all("position")[-1] == (beats[0][0], 10.0)  # sequencers go along from a beat
    assert len(show.all("stopped")) == 1
    assert [on for _, on in show.all("running")] == [True, False, True]


def test_a_start_just_after_a_beat_means_that_one_and_sequencers_come_along_from_the_next():
    show = Show(bpm=120)
    show.give(2.05, "start")
    show.until(6)
    beats = [beat.beat for at, beat in show.all("beat") if at > 1.9]
    assert beats == [1, 2, 3, 4, 1, 2, 3, 4, 1][: len(beats)]
    assert not show.all("started")
    ((at, position),) = show.all("position")
    assert (at, position) == (pytest.approx(2.55), 1.0)
    assert [moment for moment, _ in show.all("continued")] == [at]


@pytest.mark.parametrize("stands", [True, False])
def test_a_start_between_beats_is_the_first(stands):
    show = Show(bpm=120)
    if stands:
        show.give(1.9, "stop")
    show.give(2.3, "start")
    show.until(4)
    beats = [(at, beat.beat) for at, beat in show.all("beat") if at > 2.0]
    assert beats[:3] == [(pytest.approx(t), n) for t, n in ((2.3, 1), (2.8, 2), (3.3, 3))]
    assert [at for at, _ in show.all("started")] == [2.3]


@pytest.mark.parametrize("jump", [0.05, 0.2, 0.31, 1.2])
def test_a_clock_that_jumps_is_followed_after_a_while(jump):
    show = Show()
    show.give(1.0, "start")
    end = show.clock(1.0, 120, 12)
    begin = end + jump
    last = show.clock(begin, 120, 12)
    beats = [at for at in show.times(after=begin + 4) if at < last]
    assert all(abs((at - begin) * 2 - round((at - begin) * 2)) < 0.01 for at in beats)
    steps = [b - a for a, b in pairwise(show.times(after=1.5))]
    assert min(steps) > 0.24
    assert max(steps) < 1.01


@pytest.mark.parametrize("bpm", [80.0, 160.0])
def test_a_clock_whose_tempo_jumps_is_followed(bpm):
    show = Show()
    show.give(1.0, "start")
    end = show.clock(1.0, 120, 8)
    last = show.clock(end, bpm, 16)
    beats = [at for at in show.times(after=end + 6 * 60 / bpm) if at < last - 1e-3]
    assert len(beats) == pytest.approx(10, abs=1)
    assert all(abs((at - end) * bpm / 60 % 1 - 0.5) > 0.49 for at in beats)
    places = [beat.beat for at, beat in show.all("beat") if 1.0 < at < last - 1e-3]
    assert places == [(n + 1) % 4 + 1 for n in range(len(places))]


def test_the_ear_is_followed_with_its_bars():
    show = Show(bpm=100)
    for n in range(24):
        show.give(1.07 + n * 0.5, "beat", Beat(n % 3 + 1, 3, 120.0, 0.8))
    show.until(13.2)
    beats = [(at, beat) for at, beat in show.all("beat") if at > 5]
    for at, beat in beats:
        count = (at - 1.07) / 0.5
        assert count == pytest.approx(round(count), abs=0.01)
        assert (beat.beat, beat.beats, beat.confidence) == (round(count) % 3 + 1, 3, 0.8)


def test_what_the_ear_is_not_sure_of_changes_nothing():
    show = Show(bpm=100)
    for n in range(20):
        show.give(1.07 + n * 0.4, "beat", Beat(0, 0, 150.0, 0.1))
    assert [bpm for _, bpm in show.all("bpm")] == [100.0]


def test_the_ear_that_hears_no_more_is_told(caplog):
    show = Show(bpm=100)
    for n in range(8):
        show.give(1.0 + n * 0.5, "beat", Beat(0, 0, 120.0, 0.9))
    with caplog.at_level(logging.WARNING):
        show.until(20)
    assert caplog.messages == ["the beat that was heard ended; goes on at 120.0 beats a minute"]
    assert [on for _, on in show.all("locked")] == [False, True, False]


def test_taps_are_believed_rather_than_the_ear_and_a_clock_rather_than_taps():
    show = Show()
    for n in range(6):
        show.give(1.0 + n * 0.5, "beat", Beat(0, 0, 120.0, 0.9))
    for n in range(4):
        show.give(4.0 + n * 0.4, "tap")
        show.give(4.1 + n * 0.4, "beat", Beat(0, 0, 120.0, 0.9))
    assert show.all("bpm")[-1][1] == pytest.approx(150, abs=0.1)
    show.clock(6.0, 90, 4)
    show.give(8.65, "tap")
    assert show.all("bpm")[-1][1] == pytest.approx(90, abs=0.2)


@pytest.mark.parametrize("at", [2.05, 2.2, 2.4])
def test_the_one_is_where_it_is_said(at):
    show = Show(bpm=120)
    show.give(at, "downbeat")
    show.until(12)
    beats = [(moment, beat) for moment, beat in show.all("beat") if moment > at + 1]
    for moment, beat in beats:
        count = (moment - at) / 0.5
        assert count == pytest.approx(round(count), abs=0.001)
        assert beat.beat == round(count) % 4 + 1


EVENTS = st.lists(
    st.tuples(
        st.floats(0, 1.5, allow_subnormal=False),
        st.sampled_from(
            [
                "tap",
                "beat",
                "clock",
                "clock",
                "clock",
                "start",
                "stop",
                "continue",
                "downbeat",
                "position",
                "bpm",
                "late",
                "lost",
            ]
        )
        | st.sampled_from(["fast clock", "slow clock"]),
        st.floats(0, 1),
    ),
    max_size=25,
)


@given(EVENTS)
def test_whatever_comes_no_beat_comes_twice_and_none_goes_back(events):
    show = Show()
    at = 0.0
    for pause, event, value in events:
        at += pause
        match event:
            case "beat":
                show.give(at, "beat", Beat(int(value * 5), 4, 30 + 300 * value, value))
            case "late":
                show.until(at)
                show.take(ns(at), show.box.on_beat(Beat(1, 4, 120.0, 0.9), ns(max(at - 0.3, 0))))
            case "position":
                show.give(at, "position", value * 100)
            case "fast clock" | "slow clock":
                at = show.clock(at, 60 + value * (300 if event.startswith("fast") else 20), 2)
            case "bpm":
                show.box.bpm = 20 + 380 * value
            case "lost":
                show.until(at)
                show.box.on_input_lost(ns(at))
            case _:
                show.give(at, event)
    show.until(at + 3)
    moments = [moment for moment, _ in show.said]
    assert moments == sorted(moments)
    beats = [(moment, said) for moment, said in show.said if said.beat is not None]
    forced = {moment for moment, said in show.said if said.started or said.continued}
    for (a, _), (b, _) in pairwise(beats):
        if b not in forced:  # what stood begins with a beat, whenever it is started
            assert (b - a) > 60 / 400 * 0.24
    for outlet in ("phase", "bar"):
        assert all(0 <= value < 1 for _, value in show.all(outlet))
    assert all(1 <= said.beat.beat <= said.beat.beats for _, said in beats)
    assert all(20 <= said.beat.bpm <= 400 for _, said in beats)
    assert all(said.downbeat is None or said.beat is not None for _, said in show.said)
