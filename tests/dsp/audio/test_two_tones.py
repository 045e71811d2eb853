"""Two tones in tune are told from one, whatever that one lacks."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.lag_products import STEP, LagProducts
from engine.dsp.audio.low_pass import ANALYSIS_RATE
from engine.dsp.audio.two_tones import two_tones

NUMBERS = np.arange(1, 31)
FALLS = 1.0 / NUMBERS
SEED = 1616


def heard(sound) -> LagProducts:
    products = LagProducts()
    for at in range(0, len(sound) - STEP + 1, STEP):
        products.push(np.asarray(sound[at : at + STEP], np.float32))
    return products


def tone(hz: float, amplitudes):
    time = np.arange(round(0.15 * ANALYSIS_RATE)) / ANALYSIS_RATE
    at = [number * hz for number in NUMBERS]
    rng = np.random.default_rng([SEED, round(hz)])
    parts = [
        amplitude * np.sin(2 * np.pi * each * time + rng.uniform(0, 2 * np.pi))
        for each, amplitude in zip(at, amplitudes, strict=False)
        if amplitude and each < 4000
    ]
    sound = np.sum(parts, axis=0)
    return sound / np.std(sound)


def noisy(sound, part: float):
    """Add noise of so much power, through the low-pass as the box hears it."""
    noise = np.convolve(np.random.default_rng(SEED).normal(size=len(sound)), np.hanning(12), "same")
    return sound + np.sqrt(part) * np.std(sound) / np.std(noise) * noise


ONE = {
    "sine": [1.0],
    "saw": FALLS,
    "even": np.ones(10),
    "hollow": NUMBERS % 2 / NUMBERS,
    "first and third": [1.0, 0.0, 1.0],
    "first and second": [1.0, 1.0],
    "first two weak": np.where(NUMBERS < 3, 0.05, FALLS),
    "first lacks": np.where(NUMBERS < 2, 0.0, FALLS),
    "first two lack": np.where(NUMBERS < 3, 0.0, FALLS),
    "second lacks": np.where(NUMBERS == 2, 0.0, FALLS),
    "second and third strong": [0.3, 1.0, 1.0, 0.5, 0.1],
    "dark": FALLS**3,
}
HZ = [61.0, 110.0, 247.0, 520.0]


@pytest.mark.parametrize("noise", [0.0, 0.03])
@pytest.mark.parametrize("hz", HZ)
@pytest.mark.parametrize("kind", ONE)
def test_one_tone_is_one(kind, hz, noise) -> None:
    sound = heard(noisy(tone(hz, ONE[kind]), noise))
    assert not two_tones(sound, ANALYSIS_RATE / hz, noise)


@pytest.mark.parametrize("louder", [0.4, 1.0, 2.5])
@pytest.mark.parametrize("noise", [0.0, 0.03])
@pytest.mark.parametrize("common", HZ[:3])
@pytest.mark.parametrize(
    "ratio", [(2, 3), (3, 4), (3, 5), (4, 5), (5, 6), (5, 8), (2, 5), (3, 8), (4, 9), (5, 16)]
)
def test_two_tones_in_tune_are_two(ratio, common, noise, louder) -> None:
    if noise and ratio[1] > 9:
        pytest.skip("what hardly leaves anything of one tone is only told apart without noise")
    lower, upper = (tone(common * number, FALLS) for number in ratio)
    sound = heard(noisy(lower + louder * upper, noise))
    assert two_tones(sound, ANALYSIS_RATE / common, noise)


@pytest.mark.parametrize("semitones", [3, 4, 5, 7, 8, 9, 16, 17])
def test_tempered_intervals_count_as_well(semitones) -> None:
    """A period that they nearly have in common leaves something, and two tones leave less."""
    ratio = {3: (5, 6), 4: (4, 5), 5: (3, 4), 7: (2, 3), 8: (5, 8), 9: (3, 5), 16: (2, 5),
             17: (3, 8)}[semitones]  # fmt: skip
    lower = 220.0
    upper = lower * 2 ** (semitones / 12)
    common = (lower / ratio[0] + upper / ratio[1]) / 2
    sound = heard(tone(lower, FALLS) + tone(upper, FALLS))
    assert two_tones(sound, ANALYSIS_RATE / common, 0.03)
