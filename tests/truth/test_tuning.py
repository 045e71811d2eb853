"""A tuner may trust it: within 5 cents at any rate, block, spectrum and note."""

from __future__ import annotations

import numpy as np
import pytest

from tests.by_night import pairs
from tests.truth.hearing import cents, hear, spectrum

HARMONICS = np.arange(1, 31)
SPECTRA = {
    "four partials": np.where(HARMONICS <= 5, 1 / HARMONICS, 0),
    "sine": np.where(HARMONICS == 1, 1.0, 0.0),
    "saw": 1 / HARMONICS,
    "hollow": HARMONICS % 2 / HARMONICS,
    "bright": np.where(HARMONICS <= 12, 1.0, 0.0),
}
TONES = [
    (440.0, 32000, 512),
    (440.0, 48000, 128),
    (440.0, 44100, 64),
    (440.0, 96000, 256),
    (440.0, 192000, 2048),
    (440.0, 8000, 64),
    (440.0, 16000, 100),
    (442.0, 48000, 333),
    (415.3, 22050, 512),
    (466.16, 48000, 2048),
    (82.41, 48000, 128),
    (110.7, 44100, 256),
    (196.0, 88200, 512),
    (987.77, 48000, 128),
    (1479.98, 44100, 64),
    (2217.46, 48000, 256),
]


@pytest.mark.parametrize(("kind", "tone"), pairs(SPECTRA, TONES, 8))
def test_every_reading_is_within_five_cents(tmp_path, kind, tone) -> None:
    hz, rate, block = tone
    heard = hear(tmp_path, 0.4 * spectrum(hz, SPECTRA[kind], 0.6, rate), rate, block)
    settled = heard.sounding(0.2, 0.58)
    assert heard.share(0.2, 0.58) >= 0.9
    assert np.all(np.abs(cents(settled, hz)) < 5)


@pytest.mark.parametrize("off", [-40.0, -12.5, 3.0, 25.0, 49.0])
def test_a_string_that_is_out_of_tune_is_read_as_far_out_as_it_is(tmp_path, off) -> None:
    hz = 220.0 * 2 ** (off / 1200)
    heard = hear(tmp_path, 0.3 * spectrum(hz, 1 / HARMONICS, 0.6, 48000))
    assert np.all(np.abs(cents(heard.sounding(0.2, 0.58), hz)) < 5)


def test_under_noise_the_mean_is_in_tune(tmp_path) -> None:
    sound = 0.3 * spectrum(220.0, 1 / HARMONICS, 1.0, 48000)
    noise = np.random.default_rng(5).normal(0, 0.3 * np.sqrt(np.mean(sound**2)), len(sound))
    heard = hear(tmp_path, sound + noise)
    assert abs(np.median(cents(heard.sounding(0.2, 0.98), 220.0))) < 5
