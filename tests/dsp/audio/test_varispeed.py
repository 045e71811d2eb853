"""A stream played a little faster or slower."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.varispeed import DELAY, Varispeed

RATE = 48_000


def played(sound, speed, size=256):
    varispeed = Varispeed(RATE, RATE)
    return np.concatenate(
        [varispeed.feed(sound[at : at + size], speed) for at in range(0, len(sound), size)]
    )


@pytest.mark.parametrize("size", [1, 7, 256, 4096])
def test_at_its_own_speed_it_is_what_went_in_to_the_bit(size):
    sound = np.random.default_rng(1).normal(0, 0.3, 4000).astype(np.float32)
    out = played(sound, 1.0, size)
    assert len(out) == len(sound)
    assert np.array_equal(out[DELAY:], sound[:-DELAY])


@pytest.mark.parametrize("speed", [0.998, 0.9999, 1.0003, 1.002])
@pytest.mark.parametrize("hz", [440.0, 10_000.0])
def test_a_tone_is_the_same_tone_a_bit_faster(speed, hz):
    sound = np.sin(2 * np.pi * hz * np.arange(RATE) / RATE).astype(np.float32)
    out = played(sound, speed)
    assert abs(len(out) - RATE / speed) <= 1
    turns = 2 * np.pi * hz * speed * np.arange(len(out)) / RATE
    waves = np.stack([np.sin(turns), np.cos(turns)], axis=1)[100:]
    found = np.linalg.lstsq(waves, out[100:], rcond=None)[0]
    assert np.hypot(*found) == pytest.approx(1.0, abs=1e-3)
    assert np.std(out[100:] - waves @ found) < 1e-4, "80 dB below"


def test_pieces_make_no_difference():
    sound = np.random.default_rng(2).normal(0, 0.3, 5000).astype(np.float32)
    whole, pieces = played(sound, 1.0007, 5000), played(sound, 1.0007, 33)
    assert np.allclose(whole, pieces[: len(whole)], atol=1e-4)


@pytest.mark.parametrize("rate", [8000, 22_050, 24_000, 44_100, 96_000])
def test_another_rate_is_the_same_tone_in_pieces_without_a_seam(rate):
    tone = np.sin(2 * np.pi * 1000 * np.arange(rate) / rate).astype(np.float32)
    stream = Varispeed(rate, RATE)
    out = np.concatenate([stream.feed(tone[at : at + 500]) for at in range(0, rate, 500)])
    assert abs(len(out) - RATE) <= 1
    turns = 2 * np.pi * 1000 * np.arange(len(out)) / RATE
    waves = np.stack([np.sin(turns), np.cos(turns)], axis=1)[1000:]
    found = np.linalg.lstsq(waves, out[1000:], rcond=None)[0]
    assert np.hypot(*found) == pytest.approx(1.0, abs=1e-3)
    assert np.std(out[1000:] - waves @ found) < 1e-4


def test_what_the_lower_rate_cannot_hold_is_gone():
    tone = np.sin(2 * np.pi * 30_000 * np.arange(96_000) / 96_000).astype(np.float32)
    assert np.abs(Varispeed(96_000, RATE).feed(tone)[100:-100]).max() < 1e-3


def test_nothing_gives_nothing():
    stream = Varispeed(22_050, RATE)
    assert len(stream.feed(np.zeros(0, np.float32))) == 0
    assert len(stream.feed(np.zeros(441, np.float32))) == 960
