"""The spectrum is that of NumPy, and its powers are those of the sound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from engine.dsp.audio.rfft import rfft
from engine.dsp.audio.spectrum import WINDOW, Spectrum, bins

RATES = [8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000]
LOW, HIGH = (20.0, 250.0), (250.0, 2000.0)


@given(st.integers(2, 400), st.integers(0, 2**32 - 1))
def test_it_is_numpys_transform(size: int, seed: int) -> None:
    samples = np.random.default_rng(seed).standard_normal(size)
    out = np.zeros(size // 2 + 1, np.complex128)
    rfft(samples, out)
    assert_allclose(out, np.fft.rfft(samples), atol=1e-12)


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_lies_in_its_band(rate: int) -> None:
    heard = np.sin(2 * np.pi * 1000 * np.arange(round(WINDOW * rate)) / rate).astype(np.float32)
    low, high = Spectrum().band_powers(heard, rate, (LOW, HIGH))
    assert high == pytest.approx(0.5, rel=0.02)
    assert low < 1e-4


@pytest.mark.parametrize("rate", RATES)
def test_a_band_has_what_its_bins_have(rate: int) -> None:
    rng = np.random.default_rng(rate)
    heard = rng.standard_normal(round(WINDOW * rate)).astype(np.float32)
    bands = ((20.0, 20000.0), LOW, HIGH, (2000.0, rate / 2))
    spectrum = Spectrum()
    powers = spectrum.powers(heard, rate)
    expected = [powers[bins(*band, rate)].sum() for band in bands]
    assert_allclose(spectrum.band_powers(heard, rate, bands), expected)


def test_one_that_is_shorter_begins_with_silence_whatever_was_before() -> None:
    rng = np.random.default_rng(1)
    whole = rng.standard_normal(round(WINDOW * 48000)).astype(np.float32)
    used = Spectrum()
    used.powers(whole, 48000)
    assert_allclose(used.powers(whole[:500], 48000), Spectrum().powers(whole[:500], 48000))
    used.powers(whole[:640], 16000)
    assert_allclose(used.powers(whole, 48000), Spectrum().powers(whole, 48000))


def test_powers_are_kept_when_the_next_are_reckoned() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.standard_normal((2, 1920)).astype(np.float32)
    spectrum = Spectrum()
    first = spectrum.powers(one, 48000)
    kept = first.copy()
    spectrum.powers(other, 48000)
    assert (first == kept).all()
