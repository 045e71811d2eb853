"""What sounds beside a note that rings on is found by taking that note's period away."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.tuning import hz_of
from engine.dsp.audio.low_pass import ANALYSIS_RATE
from engine.dsp.audio.ringing import pitch_beside

COUNT = 3180
NEW_S = 0.04
TIME = np.arange(COUNT) / ANALYSIS_RATE


def string(note: int, began: float = 0.0, dies: float = 3.0):
    """A plucked string: partials that die, from a second on."""
    hz, since = hz_of(note), np.maximum(TIME - began, 0)
    sound = np.zeros(COUNT)
    for number in range(1, int(2000 / hz) + 1):
        sound += np.exp(-dies * number * since) / number * np.sin(2 * np.pi * number * hz * since)
    return sound


@pytest.mark.parametrize("old", [45, 57, 64])
@pytest.mark.parametrize("step", [-9, -7, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 7, 9])
def test_a_new_string_is_heard_beside_an_old_one(old, step):
    new = old + step
    began = TIME[-1] - NEW_S - 2 / hz_of(new)
    found = pitch_beside(string(old) + string(new, began), ANALYSIS_RATE / hz_of(old))
    assert found is not None
    assert 12 * np.log2(ANALYSIS_RATE / found.lag / hz_of(new)) == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("note", [45, 57, 64, 76])
@pytest.mark.parametrize("dies", [0.0, 3.0, 20.0])
def test_beside_a_string_alone_is_nothing(note, dies):
    assert pitch_beside(string(note, dies=dies), ANALYSIS_RATE / hz_of(note)) is None


@pytest.mark.parametrize("seed", range(8))
def test_beside_a_string_noise_is_no_note(seed):
    noise = np.random.default_rng(seed).normal(0, 1, COUNT)
    assert pitch_beside(string(57) + noise, ANALYSIS_RATE / hz_of(57)) is None
    assert pitch_beside(noise, ANALYSIS_RATE / hz_of(57)) is None
    assert pitch_beside(np.zeros(COUNT), ANALYSIS_RATE / hz_of(57)) is None
