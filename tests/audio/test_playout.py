"""Sound on its way to a device, in time that the test makes: no device, no clock."""

from __future__ import annotations

import numpy as np
import pytest

from engine.audio.mixer import SoundMixer
from engine.audio.playout import LONGEST_HOLD_S, RAMP_S, PlayoutBuffer
from engine.dsp.audio.varispeed import DELAY
from tests.by_night import few

RATE = 48_000
BLOCK = 256
CYCLE = 128
SECOND = 1_000_000_000
HOLD = 0.004
HZ = 220.0
STEP = 2 * np.pi * HZ / RATE
"""How far a tone of 1 goes from sample to sample at most."""
RAMP = np.pi / 2 / (RAMP_S * RATE)
"""And how far a ramp goes."""


HISS = np.random.default_rng(3).normal(0, 0.2, 5 * RATE).astype(np.float32)


def tone(seconds, rate=RATE, hz=HZ):
    return np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate).astype(np.float32)


class Stage:
    """A buffer between a source and a device, each with a clock of its own."""

    def __init__(self, hold=HOLD, longest=10.0):
        self.buffer = PlayoutBuffer(RATE, hold, longest, CYCLE)
        self.heard = []
        self.now = 0.0
        self._pulled = 0

    def until(self, moment):
        """Have the device play up to a moment in seconds."""
        while (self._pulled + 1) * CYCLE / RATE <= moment:
            self.heard.append(self.buffer.pull(CYCLE))
            self._pulled += 1

    def live(self, sound, speed=1.0, begin=0.0, stalls=(), start=0):
        """Play sound as it is made by a clock that goes at a speed; a stall is (from, to)."""
        for at in range(0, len(sound) - BLOCK + 1, BLOCK):
            made = begin + (at + BLOCK) / RATE / speed
            comes = next((end for first, end in stalls if first < made < end), made)
            self.until(comes)
            block = sound[at : at + BLOCK]
            self.buffer.push(block, RATE, start + at, round(made * SECOND))

    @property
    def sound(self):
        return np.concatenate(self.heard)


def largest_step(sound):
    return float(np.abs(np.diff(sound)).max())


def place_of(part, sound):
    """Return where a part of a sound begins in it."""
    return int(np.argmax(np.correlate(sound[: len(sound) // 2], part[:500], "valid")))


def test_live_sound_is_heard_after_what_it_is_held_and_stays_as_it_is():
    stage, sound = Stage(), HISS[:RATE]
    stage.live(sound)
    stage.until(0.99)
    first = int(np.flatnonzero(stage.sound)[0])
    ideal = BLOCK + round(HOLD * RATE) + CYCLE + DELAY
    assert ideal - CYCLE <= first <= ideal + CYCLE
    whole = stage.sound[first + 200 :][:30_000]
    place = place_of(whole, sound)
    assert np.array_equal(whole, sound[place : place + 30_000])
    assert stage.buffer.late == 0


def test_live_sound_begins_and_ends_in_a_ramp():
    stage = Stage()
    stage.live(np.cos(2 * np.pi * HZ * np.arange(RATE) / RATE).astype(np.float32))
    stage.until(1.2)
    assert np.abs(stage.sound).max() > 0.99
    assert largest_step(stage.sound) <= STEP + RAMP


@pytest.mark.parametrize("speed", few([0.9997, 1.0003, 1.001], 2))
def test_clocks_that_differ_tear_nothing_in_a_minute(speed):
    stage = Stage()
    stage.live(tone(60.0), speed)
    assert stage.buffer.late == 0
    after = stage.sound[RATE // 10 :]
    assert largest_step(after) <= 1.003 * STEP
    parts = len(after) // 1000
    loud = np.abs(after[: 1000 * parts]).reshape(parts, 1000).max(axis=1)
    assert loud[:-1].min() > 0.99, "there is no dent in it"


def test_a_show_that_stood_still_is_torn_without_a_click_and_comes_up_again():
    stage = Stage()
    stage.live(tone(6.0), stalls=[(2.0, 2.3)])
    assert stage.buffer.late == 1
    assert largest_step(stage.sound) <= STEP + 2 * RAMP
    quiet = np.abs(stage.sound).reshape(-1, CYCLE).max(axis=1) == 0
    assert 0.25 < quiet[:-1].sum() * CYCLE / RATE - BLOCK / RATE < 0.35
    assert stage.buffer.hold == pytest.approx(2 * HOLD)
    # What waited is skipped, and it is no later than it was but for what it is held longer.
    assert stage.buffer._fill / RATE < 2 * HOLD + 0.035


@pytest.mark.parametrize("cycle", [64, 512, 1024, 2048])
def test_a_device_that_asks_for_much_at_once_tears_nothing(cycle, monkeypatch):
    monkeypatch.setitem(globals(), "CYCLE", cycle)
    stage = Stage()
    stage.live(tone(5.0))
    assert stage.buffer.late == 0
    assert largest_step(stage.sound[RATE // 4 :]) <= 1.003 * STEP


def test_after_a_while_in_time_it_is_held_as_long_as_before_and_nothing_is_torn():
    stage = Stage()
    stage.live(tone(45.0), stalls=[(0.5, 0.7)])
    assert stage.buffer.late == 1
    assert stage.buffer.hold == pytest.approx(HOLD)
    assert largest_step(stage.sound[3 * RATE :]) <= 1.01 * STEP
    assert stage.buffer._fill / RATE < HOLD + 0.02


def test_it_is_never_held_for_longer_than_that():
    stage = Stage()
    stage.live(tone(20.0), stalls=[(at, at + 0.3) for at in range(1, 19, 3)])
    assert stage.buffer.late == 6
    assert stage.buffer.hold == LONGEST_HOLD_S
    assert largest_step(stage.sound) <= STEP + 2 * RAMP


def test_what_is_handed_out_at_once_is_played_whole_and_nothing_beyond_what_may_wait():
    stage = Stage(longest=3.0)
    stage.buffer.push(HISS, RATE, 0, SECOND)
    assert stage.buffer.refused == pytest.approx(2.0, abs=0.01)
    stage.until(3.5)
    loud = np.flatnonzero(stage.sound)
    assert (loud[-1] - loud[0]) / RATE == pytest.approx(3.0, abs=0.01)
    middle = stage.sound[loud[0] + 1000 : loud[-1] - 1000]
    place = place_of(middle, HISS)
    assert np.array_equal(middle, HISS[place : place + len(middle)])


def test_what_does_not_follow_takes_the_place_of_what_waits():
    stage = Stage()
    stage.buffer.push(tone(5.0), RATE, 0, 0)
    stage.until(1.0)
    stage.buffer.push(0.5 * tone(0.5, hz=HZ), RATE, 1_000_000, SECOND)
    stage.until(2.0)
    loud = np.flatnonzero(np.abs(stage.sound) > 1e-4)
    assert loud[-1] / RATE == pytest.approx(1.5, abs=0.02)
    assert np.abs(stage.sound[round(1.02 * RATE) :]).max() <= 0.5
    assert largest_step(stage.sound) <= STEP + 2 * RAMP


def test_nothing_is_no_sound():
    stage = Stage()
    stage.buffer.push(np.zeros(0, np.float32), RATE, 0, 0)
    stage.until(0.1)
    assert not stage.buffer.sounds
    assert not stage.sound.any()


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 96_000])
def test_sound_of_any_rate_is_as_long_and_as_high(rate):
    stage = Stage()
    stage.buffer.push(tone(1.0, rate, 440.0), rate, 0, 0)
    stage.until(1.5)
    loud = np.flatnonzero(np.abs(stage.sound) > 0.01)
    assert (loud[-1] - loud[0]) / RATE == pytest.approx(1.0, abs=0.01)
    part = stage.sound[loud[0] + 5000 : loud[0] + 5000 + 24_000]
    assert np.argmax(np.abs(np.fft.rfft(part))) == 220, "in halves of a hertz"


def mixed(mixer, seconds):
    cycles = round(seconds * RATE / CYCLE)
    return np.concatenate([mixer.mix(CYCLE) for _ in range(cycles)], axis=1)


def playing(volume=1.0, pan=0.0):
    """Return a mixer whose one cable gives nothing but 1, and that has begun."""
    mixer = SoundMixer(RATE, HOLD, 60.0)
    mixer.set_levels(volume, pan, 0.02)
    mixer.play(0, np.ones(2 * RATE, np.float32), RATE, 0, 0)
    mixed(mixer, 0.1)
    return mixer


def test_a_change_of_volume_takes_its_fade_and_never_leaps():
    mixer = playing(1.0)
    mixer.set_levels(0.25, 0.0, 0.1)
    sound = mixed(mixer, 0.2)[0]
    assert sound[0] > 0.99
    assert sound[-1] == np.float32(0.25)
    assert np.flatnonzero(sound > 0.2501)[-1] / RATE == pytest.approx(0.075, abs=0.003)
    assert largest_step(sound) < 1.01 / (0.1 * RATE)


@pytest.mark.parametrize(("pan", "sides"), [(-1, (1, 0)), (0, (1, 1)), (0.5, (0.5, 1))])
def test_pan_takes_away_from_the_other_side(pan, sides):
    mixer = playing(1.0, pan)
    assert tuple(mixed(mixer, 0.05)[:, -1].tolist()) == sides


def test_cables_are_summed_and_too_much_is_held_at_full_scale():
    mixer = playing()
    mixer.play(1, np.full(RATE, -0.75, np.float32), RATE, 0, 0)
    assert mixed(mixer, 0.1)[0, -1] == 0.25
    mixer.play(2, np.full(RATE, 3.0, np.float32), RATE, 0, 0)
    assert mixed(mixer, 0.1)[0, -1] == 1.0
    mixer.play(3, np.full(100, np.inf, np.float32), RATE, 0, 0)
    mixer.play(3, np.full(100, np.nan, np.float32), RATE, 100, 0)
    assert np.isfinite(mixed(mixer, 0.1)).all()
    mixer.silence(2)
    assert mixed(mixer, 0.1)[0, -1] == 0.25
    mixer.silence(-1)
    assert not mixed(mixer, 0.1)[:, -1000:].any()


def test_the_end_is_a_fade_of_20_ms_and_then_told():
    mixer = playing()
    mixer.end()
    mixer.set_levels(1.0, 0.0, 0.0)  # comes too late
    sound = mixed(mixer, 0.05)
    assert np.flatnonzero(sound[0])[-1] / RATE == pytest.approx(0.02, abs=0.003)
    assert largest_step(sound[0]) < 1.01 / (0.02 * RATE)
    assert mixer.ended.is_set()


def test_a_mixer_that_plays_nothing_ends_too():
    mixer = SoundMixer(RATE, HOLD, 60.0)
    mixer.end()
    mixed(mixer, 0.05)
    assert mixer.ended.is_set()
