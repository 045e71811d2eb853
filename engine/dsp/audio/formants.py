"""The resonances of a mouth, by linear prediction of a sung or spoken vowel.

The autocorrelation method (Markel & Gray, *Linear Prediction of Speech*, 1976), on the part of the
spectrum where a mouth has its first resonances (selective linear prediction: Makhoul, Proc. IEEE
63, 1975). Where the overtones are far apart nothing lies between them, and a peak is an overtone
rather than a resonance: above ``HIGHEST`` nothing is answered.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.hops import Samples

WINDOW: Final = 0.04
"""Seconds of sound that are looked at."""
TOP: Final = 5000.0
"""Hz up to which a mouth is modelled."""
ORDER: Final = 12
"""Two coefficients a resonance, of which there is one a kHz, and two for voice and lips."""
LOWEST: Final = 70.0
HIGHEST: Final = 290.0
"""Hz: pitches between which an answer can be trusted."""
VOICED: Final = 0.6
"""How alike two periods of a voice are at least, 0 to 1."""
QUIET: Final = 1e-4
"""RMS, -80 dB of full scale, below which there is no voice."""

_SHORTEST: Final = 1 / 1200
_LONGEST: Final = 1 / LOWEST
_SAME: Final = 0.9
_RICH: Final = 1e-3
_FIRST: Final = (200.0, 1100.0)
_SECOND: Final = (550.0, 2900.0)
_WIDEST: Final = 400.0
_APART: Final = 150.0
_EMPHASIS: Final = 0.97
_FLOOR: Final = 1e-6

Floats = NDArray[np.float64]


class Resonances(NamedTuple):
    """The first two formants in Hz."""

    first: float
    second: float


def find_formants(samples: Samples, rate: int) -> Resonances | None:
    """Return the formants of ``WINDOW`` seconds of sound; None where they cannot be known.

    ``samples``: float32, shape (n,), at ``rate`` Hz, at least 8000. They cannot be known of
    silence, hiss, a pitch above ``HIGHEST`` and a tone without overtones.
    """
    sound = np.asarray(samples, np.float64)
    sound = sound - sound.mean()
    if rate < 2 * _SECOND[1] or np.sqrt(np.mean(sound**2)) < QUIET:
        return None
    size = 1 << (2 * len(sound) - 1).bit_length()
    powers = np.abs(np.fft.rfft(sound * _hann(len(sound)), size)) ** 2
    hz = _pitch(powers, len(sound), size, rate)
    if hz is None or not LOWEST <= hz <= HIGHEST or not _is_rich(powers, hz, size, rate):
        return None
    return _resonances(powers, size, rate)


def _pitch(powers: Floats, count: int, size: int, rate: int) -> float | None:
    """Return the pitch by the first lag at which the sound is as like itself as anywhere."""
    alike = np.fft.irfft(powers)[: size // 2] / _own(count, size)
    first, last = int(rate * _SHORTEST), min(int(rate * _LONGEST) + 2, count // 2)
    alike = alike[:last] / alike[0]
    here = alike[first:-1]
    peaks = np.flatnonzero((here >= alike[first - 1 : -2]) & (here >= alike[first + 1 :])) + first
    if not len(peaks) or (best := alike[peaks].max()) < VOICED:
        return None
    return float(rate / peaks[np.argmax(alike[peaks] >= _SAME * best)])


def _is_rich(powers: Floats, hz: float, size: int, rate: int) -> bool:
    """Return whether there are overtones that a mouth could shape."""
    place = size / rate
    overtones = powers[int(1.5 * hz * place) : int(TOP * place)]
    return bool(overtones.sum() > _RICH * powers.sum())


def _resonances(powers: Floats, size: int, rate: int) -> Resonances | None:
    top = min(TOP, rate / 2)
    part = powers[: int(top * size / rate) + 1]
    turn = np.linspace(0.0, np.pi, len(part))
    part = part * (1 + _EMPHASIS**2 - 2 * _EMPHASIS * np.cos(turn))
    products: Floats = np.fft.irfft(part)[: ORDER + 1]
    products[0] *= 1 + _FLOOR
    roots = np.roots(_predictor(products))
    roots = roots[roots.imag > 0]
    hz = np.angle(roots) * top / np.pi
    widths = -np.log(np.abs(roots)) * 2 * top / np.pi
    found = sorted(hz[(widths < _WIDEST) & (hz > _FIRST[0])].tolist())
    first = next((one for one in found if one <= _FIRST[1]), None)
    if first is None:
        return None
    low, high = max(_SECOND[0], first + _APART), _SECOND[1]
    second = next((one for one in found if low <= one <= high), None)
    return None if second is None else Resonances(first, second)


def _predictor(products: Floats) -> Floats:
    """Return 1 and the coefficients that predict best, negated (Levinson and Durbin)."""
    found = np.zeros(len(products))
    found[0], left = 1.0, products[0]
    for order in range(1, len(products)):
        reflected = -(found[:order] @ products[order:0:-1]) / left
        found[: order + 1] += reflected * found[order::-1]
        left *= 1 - reflected**2
    return found


@lru_cache(maxsize=8)
def _hann(count: int) -> Floats:
    return np.asarray(np.hanning(count + 2)[1:-1], np.float64)


@lru_cache(maxsize=8)
def _own(count: int, size: int) -> Floats:
    """Return how alike the window is to itself, which is divided out."""
    alike = np.fft.irfft(np.abs(np.fft.rfft(_hann(count), size)) ** 2)[: size // 2]
    return np.asarray(np.maximum(alike, alike[0] * 1e-3), np.float64)
