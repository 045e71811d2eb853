"""The beat that is followed from how likely one is: found, told ahead, lost, doubled and halved."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.beat_tracker import FRAME, BarFilter, BeatTracker


def likely(moments, seconds, bar=0):
    """Give how likely a beat, and a downbeat, is at each frame; ``bar``: every so many is one."""
    times = np.arange(0, seconds, FRAME)
    beat, down = np.full(len(times), 0.02), np.full(len(times), 0.01)
    for number, moment in enumerate(moments):
        near = 0.95 * np.exp(-0.5 * ((times - moment) / 0.02) ** 2)
        beat = np.maximum(beat, near)
        if bar and number % bar == 0:
            down = np.maximum(down, 0.9 * near)
    return times, beat, down


def follow(tracker, times, beat, down, silent=lambda at: False):
    return [
        (at, due)
        for at, one, two in zip(times, beat, down, strict=True)
        if (due := tracker.step(float(at), float(one), float(two), silent(at))) is not None
    ]


@pytest.mark.parametrize("bpm", [70, 93.3, 120, 127.6, 140, 171])
def test_a_steady_beat_is_found_and_told_before_it_comes(bpm):
    moments = np.arange(0.3, 12, 60 / bpm)
    told = follow(BeatTracker(60, 200), *likely(moments, 12))
    assert told[0][1].at < 5
    later = [(at, due) for at, due in told if 5 < due.at < 11.5]
    assert len(later) >= 0.9 * 6.5 * bpm / 60 - 1
    for at, due in later:
        assert due.at > at
        assert due.bpm == pytest.approx(bpm, rel=0.02)
        assert np.abs(moments - due.at).min() < 0.03


def test_beats_stop_soon_after_the_music_does():
    moments = np.arange(0.3, 8, 0.5)
    times, beat, down = likely(moments, 16)
    for silent in (lambda at: False, lambda at: at > 8.2):
        told = follow(BeatTracker(60, 200), times, beat, down, silent)
        assert told
        assert told[-1][1].at < 8 + 4 * 0.5


@pytest.mark.parametrize(("first", "then"), [(0.4, 0.8), (0.35, 0.7), (0.9, 0.45), (0.5, 0.62)])
def test_a_tempo_that_changes_is_found_again(first, then):
    """Halved, doubled, or another; of a halved one the double is as right."""
    moments = [*np.arange(0.3, 8, first), *np.arange(8.3, 24, then)]
    told = follow(BeatTracker(60, 200), *likely(moments, 24))
    last = told[-1][1]
    assert min(abs(last.bpm * then / (60 * ratio) - 1) for ratio in (0.5, 1, 2)) < 0.02


def test_what_comes_at_random_is_hardly_ever_told():
    rng = np.random.default_rng(4)
    told = follow(BeatTracker(60, 200), *likely(np.cumsum(rng.exponential(0.45, 60)), 20))
    assert len(told) < 8


@pytest.mark.parametrize("bar", [3, 4])
def test_the_place_in_the_bar_is_known_after_some_bars(bar):
    moments = np.arange(0.3, 20, 0.5)
    told = follow(BeatTracker(60, 200), *likely(moments, 20, bar))
    for _, due in [each for each in told if each[1].at > 12]:
        number = int(np.abs(moments - due.at).argmin())
        assert (due.place, due.beats) == (number % bar + 1, bar)


def test_where_no_downbeat_is_heard_none_is_told():
    told = follow(BeatTracker(60, 200), *likely(np.arange(0.3, 15, 0.5), 15))
    assert {due.place for _, due in told} == {0}


@pytest.mark.parametrize("ratio", [2.0, 0.5])
def test_a_beat_that_is_doubled_or_halved_stays_so(ratio):
    moments = np.arange(0.3, 24, 0.5)
    times, beat, down = likely(moments, 24)
    tracker = BeatTracker(60, 200)
    half = len(times) // 3
    follow(tracker, times[:half], beat[:half], down[:half])
    tracker.shift(ratio, 0.71)
    told = follow(tracker, times[half:], beat[half:], down[half:])
    assert len(told) > 8
    assert {round(due.bpm / (120 * ratio), 1) for _, due in told} == {1.0}


def test_a_bar_of_a_known_length_is_that_long():
    bar = BarFilter(5)
    for number in range(20):
        bar.advance()
        bar.hear(0.9 if number % 5 == 0 else 0.0)
    assert bar.place() == (5, 5)


def grown(seconds, period, pattern):
    """Give how much eight bands grow in each frame: two strokes by turns, ``pattern`` of a bar."""
    rng = np.random.default_rng(7)
    bands = 0.02 * rng.random((round(seconds / FRAME), 8)).astype(np.float32)
    for number in range(int(seconds / period * 4)):
        stroke = pattern[number % len(pattern)]
        frame = round((0.3 + number * period / 4) / FRAME)
        if stroke != "." and frame < len(bands):
            bands[frame, slice(0, 3) if stroke == "k" else slice(4, 8)] += 1.0
    return bands


@pytest.mark.parametrize("bpm", [72, 81, 90, 100])
@pytest.mark.parametrize("pattern", ["k.h.s.h.k.hks.h.", "k.hhs.h.kkh.s.h."])
def test_a_weak_beat_is_told_where_the_music_repeats_at_its_tempo_and_only_there(bpm, pattern):
    times, beat, down = likely(np.arange(0.3, 9, 60 / bpm), 9)
    weak = 0.3 * beat  # too little to be told alone
    told = {}
    for witness in (None, bpm, bpm / 1.25):
        tracker, told[witness] = BeatTracker(60, 200), []
        bands = grown(9, 60 / (witness or bpm), pattern)
        for frame, at in enumerate(times):
            if witness:
                tracker.listen(bands[frame])
            due = tracker.step(float(at), float(weak[frame]), float(down[frame]), False)
            told[witness] += [due] if due else []
    assert told[None] == []
    ratios = {round(due.bpm / bpm, 1) for due in told[bpm]}
    assert len(told[bpm]) > 2
    assert ratios <= {0.5, 1.0, 2.0}
    assert not [due for due in told[bpm / 1.25] if abs(due.bpm / bpm - 1) < 0.05]
