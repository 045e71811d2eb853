"""The timbre of a voice: one cycle of a vowel, and the hiss of consonants and breath.

A vowel is a source whose overtones fall by 6 dB an octave, as radiated from the lips, filtered by
the resonances of the vocal tract (Fant 1960; formants of Peterson & Barney 1952).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.tuning import hz_of

Samples = NDArray[np.float64]

RATE: Final = 48000
"""Samples a second."""
CYCLE: Final = 2048
"""Samples of one cycle; one more repeats the first, so that interpolation never wraps."""
LOOP: Final = 1 << 16
"""Samples of a stretch of noise that is looped."""
_FORMANTS: Final = {
    "a": (730.0, 1090.0, 2440.0),
    "e": (530.0, 1840.0, 2480.0),
    "i": (270.0, 2290.0, 3010.0),
    "o": (570.0, 840.0, 2410.0),
    "u": (300.0, 870.0, 2240.0),
    "m": (250.0, 1100.0, 2200.0),
}
_WIDTHS: Final = (80.0, 100.0, 140.0, 220.0)
_FOURTH: Final = 3500.0
_HISSES: Final = {"s": (6500.0, 3000.0), "sh": (3000.0, 1500.0), "t": (4500.0, 3500.0)}
_MORE_HISSES: Final = {"k": (1900.0, 1000.0), "breath": (1500.0, 1800.0)}


@lru_cache(maxsize=128)
def cycle(vowel: str, note: int) -> Samples:
    """Return one cycle of mean square 1: float64, shape (CYCLE + 1,), read-only."""
    hz = hz_of(note)
    # A glide may rise four semitones while the lower note's cycle is still used.
    count = max(1, min(CYCLE // 4, int(0.45 * RATE / (hz * 1.26))))
    overtones = np.arange(1.0, count + 1)
    spectrum = np.zeros(CYCLE // 2 + 1, complex)
    # Fixed phases that spread the energy over the cycle, as a vocal tract does.
    phases = np.exp(1j * 0.7 * overtones**1.5)
    spectrum[1 : count + 1] = _mouth(vowel, overtones * hz) / overtones * phases
    wave = np.fft.irfft(spectrum)
    wave /= np.sqrt(np.mean(wave**2))
    wave = np.append(wave, wave[0])
    wave.flags.writeable = False
    return wave


def _mouth(vowel: str, hz: Samples) -> Samples:
    gain = np.ones_like(hz)
    for centre, width in zip((*_FORMANTS[vowel], _FOURTH), _WIDTHS, strict=True):
        gain *= centre**2 / np.hypot(centre**2 - hz**2, width * hz)
    return gain


@lru_cache(maxsize=16)
def hiss(kind: str, seed: int) -> Samples:
    """Return loopable noise of mean square 1: float64, shape (LOOP,), read-only.

    ``kind`` is a consonant, "breath", or "room", which falls by 3 dB an octave.
    """
    rng = np.random.default_rng([seed, 79, sum(kind.encode())])
    spectrum = rng.normal(size=LOOP // 2 + 1) + 1j * rng.normal(size=LOOP // 2 + 1)
    hz = np.fft.rfftfreq(LOOP, 1 / RATE)
    if kind == "room":
        spectrum *= np.sqrt(20.0 / np.maximum(hz, 20.0)) * (hz > 20.0)
    else:
        centre, width = {**_HISSES, **_MORE_HISSES}[kind]
        spectrum *= 1.0 / (1.0 + ((hz - centre) / width) ** 2) * (hz > 100.0)
    noise = np.fft.irfft(spectrum)
    noise /= np.sqrt(np.mean(noise**2))
    noise.flags.writeable = False
    return noise
