"""Sines, hollow spectra and basses below a voice are right, or silent; none is another note."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.tuning import hz_of
from tests.by_night import few, pairs
from tests.truth.hearing import Heard, cents, hear, spectrum

SETTLED = 0.2
HARMONICS = np.arange(1, 41)
ODD = HARMONICS % 2

SINES = [
    (40, 0.5, 48000),
    (45, 0.1, 44100),
    (52, 0.02, 48000),
    (57, 0.4, 32000),
    (60, 0.005, 48000),
    (66, 0.9, 44100),
    (69, 0.4, 32000),
    (76, 0.03, 96000),
    (81, 0.3, 48000),
    (88, 0.1, 16000),
    (95, 0.2, 48000),
]
"""Note, peak, rate: from the low E of a guitar to a whistle, down to -46 dB of full scale."""
HOLLOW = {
    "square": ODD / HARMONICS,
    "clarinet": ODD / HARMONICS / (1 + (HARMONICS / 9) ** 2),
    "clarinet, chalumeau": ODD * [1.0, 0, 0.75, 0, 0.5, 0, 0.14, 0, 0.5, 0, *[0.1] * 30],
    "stopped pipe": ODD / HARMONICS**2,
    "quintaton": ODD * [0.4, 0, 1.0, 0, 0.1, *[0.0] * 35],
    "two odd partials": ODD * [1.0, 0, 1.0, *[0.0] * 37],
}
HOLLOW_AT = [(57, 32000), (69, 32000), (50, 48000), (64, 44100), (76, 48000)]
BASSES = {
    "plucked string": 1 / HARMONICS**1.4,
    "saw": 1 / HARMONICS,
    "fundamental at -20 dB": np.where(HARMONICS == 1, 0.1, 1 / HARMONICS),
    "no fundamental": np.where(HARMONICS == 1, 0.0, 1 / HARMONICS),
    "sine": np.where(HARMONICS == 1, 1.0, 0.0),
    "sub and its octave": np.where(HARMONICS <= 2, 1.0, 0.0),
    "hollow": ODD / HARMONICS,
    "through a small speaker": np.where(HARMONICS < 3, 0.05, 1 / HARMONICS),
    "dark": 1 / HARMONICS**3,
    "stiff string": 1 / HARMONICS**1.2,
}
BASS_NOTES = [23, 28, 31]
"""B0 of a bass of five strings, E1, G1."""


def alone(heard: Heard, note: int) -> None:
    """Say that a note was played, once, and nothing else."""
    assert heard.numbers() == [note]


@pytest.mark.parametrize(("note", "peak", "rate"), few(SINES, 6))
def test_a_sine_has_a_pitch_and_plays_one_note(tmp_path, note, peak, rate) -> None:
    heard = hear(tmp_path, peak * spectrum(hz_of(note), [1.0], 1.0, rate), rate)
    assert heard.share(SETTLED, 0.98) >= 0.9
    assert np.all(np.abs(cents(heard.sounding(SETTLED), hz_of(note))) < 17)
    alone(heard, note)


@pytest.mark.parametrize(("kind", "tone"), pairs(HOLLOW, HOLLOW_AT, 6))
def test_a_hollow_spectrum_is_no_twelfth(tmp_path, kind, tone) -> None:
    note, rate = tone
    sound = 0.4 * spectrum(hz_of(note), np.asarray(HOLLOW[kind], float), 0.7, rate)
    heard = hear(tmp_path, sound, rate, 512)
    assert heard.share(SETTLED, 0.68) >= 0.9
    assert np.all(np.abs(cents(heard.sounding(), hz_of(note))) < 50)
    assert np.all(np.abs(cents(heard.sounding(SETTLED), hz_of(note))) < 17)
    alone(heard, note)


def bass(kind: str, note: int) -> Any:
    """Return a bass note that dies within a second and a half, as a string's does."""
    stiff = 3e-4 if kind == "stiff string" else 0.0
    sound = spectrum(hz_of(note), BASSES[kind], 1.2, 32000, stiff)
    return 0.4 * sound * np.exp(-np.arange(len(sound)) / 32000 / 0.8)


@pytest.mark.parametrize(("kind", "note"), pairs(BASSES, BASS_NOTES, 6))
def test_a_bass_below_a_voice_is_right_or_silent(tmp_path, kind, note) -> None:
    """Stiff partials make a string sharp by some cents: that much is true of it."""
    heard = hear(tmp_path, bass(kind, note), 32000, 512)
    assert np.all(np.abs(cents(heard.sounding(), hz_of(note))) < 60)
    assert set(heard.numbers()) <= {note}


def test_a_bass_is_heard_and_not_only_left_out(tmp_path) -> None:
    said = [hear(tmp_path, bass(kind, 28), 32000, 512).numbers() for kind in BASSES]
    assert sum(map(bool, said)) >= 8
