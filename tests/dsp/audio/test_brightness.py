"""How bright a sound is, told by tones that are known to be."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.audio.brightness import BRIGHT, DARK, brightness

RATE = 16000


def tone(*hz, rate=RATE, seconds=0.032, fall=1.0, gain=0.1):
    """Add sines, each ``fall`` times as loud as the one before."""
    time = np.arange(round(seconds * rate)) / rate
    parts = (gain * fall**n * np.sin(2 * np.pi * each * time) for n, each in enumerate(hz))
    return sum(parts).astype(np.float32)


@pytest.mark.parametrize("rate", [16000, 44100, 48000])
@pytest.mark.parametrize(
    ("hz", "bright"), [(DARK, 0.0), (500, 0.25), (1000, 0.5), (2000, 0.75), (BRIGHT, 1.0)]
)
def test_an_octave_is_a_quarter(hz, bright, rate):
    assert brightness(tone(hz, rate=rate), rate) == pytest.approx(bright, abs=0.02)


def test_overtones_make_it_brighter_and_loudness_does_not():
    overtones = [200 * n for n in range(1, 20)]
    dark, bright = (brightness(tone(*overtones, fall=fall), RATE) for fall in (0.5, 0.9))
    assert dark + 0.2 < bright
    louder = brightness(tone(*overtones, fall=0.9, gain=0.5), RATE)
    assert louder == pytest.approx(bright, abs=1e-3)


def test_a_hiss_is_bright_and_stays_within_bounds():
    noise = np.random.default_rng(1).normal(0, 0.1, 512).astype(np.float32)
    assert 0.9 < brightness(noise, RATE) <= 1.0
    assert brightness(tone(60), RATE) == 0.0


def test_rumble_and_what_is_higher_than_a_voice_do_not_count():
    both = brightness(tone(20, 500, 12000, rate=48000, seconds=0.2), 48000)
    assert both == pytest.approx(0.25, abs=0.02)


@pytest.mark.parametrize("samples", [[], [0.5], [0.0] * 512, [np.nan] * 512, [np.inf] * 512])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_silence_and_rubbish_have_no_brightness(samples):
    assert brightness(np.array(samples, np.float32), RATE) is None
