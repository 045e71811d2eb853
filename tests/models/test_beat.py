"""The box beat: a drum loop is followed on the beat, and what has none is met with silence."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import soxr

from engine.core.clock import ns
from engine.core.messages import Block, Trigger
from engine.lab.bench.rig.drummer import RATE, drum
from engine.models.beat import BeatModel
from tests.by_night import few
from tests.nodes.sounds import BAD


def rock(seconds, bpm=120.0):
    """Play a kick and a snare in turn, with hats; the first is at half a second."""
    rng, step = np.random.default_rng(1), 30.0 / bpm
    sound = rng.normal(0, 3e-4, round((seconds + 1) * RATE))
    for place in range(int((seconds - 0.5) / step)):
        kinds = ("hat",) if place % 2 else ("hat", "snare" if place % 4 == 2 else "kick")
        for kind in kinds:
            stroke = 0.5 * drum(kind, 0, rng)
            part = sound[round((0.5 + place * step) * RATE) :][: len(stroke)]
            part += stroke[: len(part)]
    return sound[: round(seconds * RATE)]


def told(box, sound, rate=RATE, size=512, press=None):
    """Give the second and the beat of all that is told; ``press``: a second, and what then."""
    found = []
    for start in range(0, len(sound), size):
        block = Block(np.asarray(sound[start : start + size], np.float32), rate, start)
        second = (start + len(block.samples)) / rate
        if press and second >= press[0]:
            press[1](Trigger())
            press = None
        found += [(later.at / 1e9, later.message) for later in box.process(block, ns(second))]
    return found


@pytest.fixture
def box():
    made = BeatModel()
    made.open()
    yield made
    made.close()


@pytest.mark.parametrize(("rate", "size"), few([(48000, 128), (44100, 1000), (16000, 256)], 2))
def test_beats_are_told_on_the_beat_at_any_rate(box, rate, size):
    beats = told(box, soxr.resample(rock(9.0), RATE, rate), rate, size)
    assert 2.0 < beats[0][0] < 5.0
    off = [(at - 0.5 + 0.25) % 0.5 - 0.25 for at, _ in beats]
    assert np.abs(off).max() < 0.04
    assert all(beat.bpm == pytest.approx(120, rel=0.02) for _, beat in beats)
    assert all(0 < beat.confidence <= 1 for _, beat in beats)
    assert all(later - at > 0.4 for (at, _), (later, _) in pairwise(beats))


def test_they_stop_when_the_drums_do_and_come_again(box):
    sound = np.concatenate((rock(8.0), np.zeros(6 * RATE), rock(8.0)))
    moments = [at for at, _ in told(box, sound)]
    assert any(at < 8 for at in moments)
    assert not any(10 < at < 14.5 for at in moments)
    assert any(at > 16 for at in moments)


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_sound_has_no_beat(box, kind):
    assert told(box, np.tile(BAD[kind], 4)) == []


def test_hiss_applause_and_a_held_chord_have_no_beat_that_is_sure(box):
    rng = np.random.default_rng(5)
    time = np.arange(8 * RATE) / RATE
    claps = rng.normal(0, 0.001, len(time))
    for at in rng.integers(0, len(time) - 2400, 1500):
        claps[at : at + 2400] += 0.05 * rng.normal(size=2400) * np.exp(-np.arange(2400) / 300)
    chord = sum(np.sin(2 * np.pi * hz * time) for hz in (220.0, 277.2, 329.6)) / 6
    for sound in (rng.normal(0, 0.1, len(time)), claps, chord):
        box.reset()
        assert all(beat.confidence < 0.6 for _, beat in told(box, sound))
        assert len(told(box, sound[:RATE])) == 0


@pytest.mark.parametrize(("press", "bpm"), [("on_double", 240), ("on_half", 60)])
def test_a_press_doubles_or_halves_it(box, press, bpm):
    beats = told(box, rock(11.0), press=(6.0, getattr(box, press)))
    assert {round(beat.bpm / 120, 1) for at, beat in beats if at < 6} == {1.0}
    assert {round(beat.bpm / bpm, 1) for at, beat in beats if at > 6.5} == {1.0}


def test_a_gap_a_rate_that_changes_and_clipping_are_survived(box):
    told(box, rock(4.0))
    moved = soxr.resample(rock(7.0), RATE, 44100)
    assert told(box, np.clip(8 * moved, -1, 1), 44100)


def test_tempi_are_held_to_what_is_allowed(box):
    box.lowest, box.highest = 130.0, 260.0
    assert {round(beat.bpm / 240, 1) for _, beat in told(box, rock(9.0))} <= {1.0}


def test_a_loop_that_halves_its_tempo_is_followed_at_an_octave_of_it_and_never_at_another(box):
    sound = np.concatenate((rock(8.0, 150.0), rock(10.0, 75.0)))
    beats = told(box, sound)
    assert any(at < 8 for at, _ in beats)
    assert any(at > 13 for at, _ in beats)
    octaves = [np.log2(beat.bpm / 75) for at, beat in beats if at < 8 or at > 11]
    assert max(abs(each - round(each)) for each in octaves) < 0.03
