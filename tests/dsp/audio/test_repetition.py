"""How well music repeats at each tempo: the true one and its octaves best, noise at none."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.repetition import LEAST, Repetition

FRAME = 0.020
PERIODS = np.arange(0.3, 1.0, 0.01)


def heard(bands):
    repetition = Repetition(FRAME)
    for frame in bands.astype(np.float32):
        repetition.add(frame)
    return repetition


def strokes(seconds, period, pattern="k.h.k.hh", parts=2):
    bands = np.zeros((round(seconds / FRAME), 8))
    for number in range(int(seconds / period * parts)):
        if pattern[number % len(pattern)] != ".":
            low = pattern[number % len(pattern)] == "k"
            bands[round(number * period / parts / FRAME) % len(bands), 4 * (not low)] += 1.0
    return bands


@pytest.mark.parametrize("period", [0.36, 0.44, 0.5, 0.62])
def test_the_period_that_repeats_is_the_best_or_an_octave_of_it(period):
    fits = heard(strokes(6, period)).of(PERIODS)
    best = float(PERIODS[fits.argmax()])
    assert abs((np.log2(best / period) + 0.5) % 1.0 - 0.5) < 0.04
    assert fits.max() > 0.4


def test_octaves_are_worth_the_same():
    repetition = heard(strokes(6, 0.5))
    of = repetition.of(np.array([0.25, 0.5, 1.0, 2.0]))
    assert of == pytest.approx(of[0])


@pytest.mark.parametrize("seed", range(4))
def test_noise_repeats_at_no_tempo(seed):
    noise = np.random.default_rng(seed).random((300, 8))
    assert heard(noise).of(PERIODS).max() < 0.2


@pytest.mark.parametrize("bands", [np.zeros((300, 8)), np.full((300, 8), 0.3), np.zeros((0, 8))])
def test_what_does_not_move_repeats_not(bands):
    assert not heard(bands).of(PERIODS).any()


def test_too_little_says_nothing():
    few = strokes(6, 0.5)[: int(LEAST / FRAME) - 1]
    assert not heard(few).of(PERIODS).any()
