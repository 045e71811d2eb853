"""What a second of sound is like, as numbers that tell classes of sounds apart.

Log-mel bands with their spread and their steps (Davis & Mermelstein 1980), how fast the loudness
moves (speech: 2 to 8 Hz, Houtgast & Steeneken 1985), how much of it repeats and how steady its
pitch is, how tonal and how peaked the spectrum is. None of them depends on how loud it is.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.hops import Samples

RATE: Final = 16000
WINDOW: Final = 16000
"""Samples that are looked at: a second."""
FRAME: Final = 512
STEP: Final = 160
BANDS: Final = 26
_LONGEST: Final = 266
_SHORTEST: Final = 16
"""Lags in samples of 60 and 1000 Hz."""
_DEEPEST: Final = 60.0
"""dB below the loudest band of the window at which nothing more is told apart."""
_LEVEL: Final = 0.1
"""Root mean square that every window is brought to."""
_FLOOR: Final = 1e-10

Features = NDArray[np.float32]


def sound_features(samples: Samples) -> Features:
    """Return the features, float32 (COUNT,), of float32 (WINDOW,) at RATE; all are finite."""
    samples = samples - samples.mean()
    samples = samples * (_LEVEL / (float(np.sqrt(np.mean(samples**2))) + _FLOOR))
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::STEP]
    spectrum = np.fft.rfft(frames * _hann())
    powers = spectrum.real**2 + spectrum.imag**2
    mel = 10 * np.log10(powers @ _mel().T + _FLOOR)
    loudest = float(mel.max())
    mel = np.maximum(mel - loudest, -_DEEPEST)
    level = 10 * np.log10(powers.sum(axis=1) + _FLOOR)
    heard = level > level.max() - 40
    steps = np.abs(np.diff(mel, axis=0))
    repeats, lag = _repeats(powers)
    voiced = heard & (repeats > 0.5)
    return np.concatenate(
        (
            mel.mean(axis=0) / 20,
            mel.std(axis=0) / 10,
            steps.mean(axis=0) / 5,
            _envelope(level),
            _pitch(voiced, repeats, lag, heard),
            _shape(powers, heard),
        )
    ).astype(np.float32)


def _envelope(level: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how the loudness moves: its spread, its rises, its pace, and how peaked it is."""
    bounded = np.maximum(level - level.max(), -_DEEPEST)
    moved = np.abs(np.fft.rfft((bounded - bounded.mean()) * np.hanning(len(bounded)))) ** 2
    pace = np.fft.rfftfreq(len(bounded), STEP / RATE)
    whole = moved[1:].sum() + 1e-6
    bands = ((0.5, 2), (2, 4), (4, 8), (8, 16), (16, 50))
    shares = [moved[(pace >= low) & (pace < high)].sum() / whole for low, high in bands]
    rises = np.diff(bounded)
    above = (bounded > -10).mean()
    return np.array(
        [
            *(bounded.std() / 10, np.maximum(rises, 0).max() / 20, (rises > 6).mean() * 10),
            *(-np.minimum(rises, 0).min() / 20, above, (bounded < -30).mean()),
            *shares,
        ]
    )


def _repeats(powers: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return of each frame how much of it repeats, to 1, and after how many samples."""
    lags = np.fft.irfft(powers)[:, : _LONGEST + 1]
    scaled = lags / (lags[:, :1] + _FLOOR) / _window_lags()
    found = scaled[:, _SHORTEST:]
    best = found.argmax(axis=1)
    return found[np.arange(len(found)), best].clip(0, 1), best + _SHORTEST


def _pitch(
    voiced: NDArray[np.bool_],
    repeats: NDArray[np.float64],
    lag: NDArray[np.intp],
    heard: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return how much is voiced, how surely, in runs how long, and how steady the pitch is."""
    note = 12 * np.log2(RATE / lag)
    pairs = voiced[1:] & voiced[:-1]
    moves = np.abs(np.diff(note))[pairs]
    near = moves[moves < 2]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], voiced, [0]))))
    runs = np.diff(edges)[::2]
    return np.array(
        [
            voiced.mean(),
            repeats[heard].mean(),
            repeats[heard].std(),
            runs.max(initial=0) / len(voiced),
            len(runs) / 10,
            (moves < 0.15).mean() if len(moves) else 0.0,
            (moves >= 2).mean() if len(moves) else 0.0,
            near.mean() if len(near) else 0.0,
            np.median(note[voiced]) / 100 if voiced.any() else 0.0,
            note[voiced].std() / 12 if voiced.any() else 0.0,
        ]
    )


def _shape(powers: NDArray[np.float64], heard: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how flat, how peaked and how high the spectrum is, and how much that moves."""
    used = powers[heard, 2:] + _FLOOR
    whole = used.sum(axis=1)
    flat = np.exp(np.log(used).mean(axis=1)) / used.mean(axis=1)
    peak = used.argmax(axis=1)
    near = np.take_along_axis(
        used, np.clip(peak[:, None] + np.arange(-3, 4), 0, used.shape[1] - 1), axis=1
    ).sum(axis=1)
    pure = near / whole
    centre = (used * np.arange(used.shape[1])).sum(axis=1) / whole / used.shape[1]
    moves = np.abs(np.diff(peak))
    logflat = np.log10(flat + 1e-6)
    return np.array(
        [
            *(logflat.mean(), logflat.std(), pure.mean(), pure.std(), (pure > 0.9).mean()),
            *(centre.mean() * 4, centre.std() * 4, peak.mean() / used.shape[1] * 4),
            (moves <= 1).mean() if len(moves) else 0.0,
            used[:, :5].sum() / whole.sum(),
            used[:, 128:].sum() / whole.sum(),
        ]
    )


@lru_cache(maxsize=1)
def _hann() -> NDArray[np.float64]:
    return np.asarray(np.hanning(FRAME) * (2 / FRAME))


@lru_cache(maxsize=1)
def _window_lags() -> NDArray[np.float64]:
    """Return how much of the window itself is left at each lag."""
    full = np.correlate(_hann(), _hann(), "full")[FRAME - 1 : FRAME + _LONGEST]
    return np.asarray(np.maximum(full / full[0], 0.05))


@lru_cache(maxsize=1)
def _mel() -> NDArray[np.float64]:
    """Return the triangles of the bands, float64 (BANDS, bins), from 60 to 7800 Hz."""
    bins = np.fft.rfftfreq(FRAME, 1 / RATE)
    ends = 2595 * np.log10(1 + np.array([60, 7800]) / 700)
    points = 700 * (10 ** (np.linspace(ends[0], ends[1], BANDS + 2) / 2595) - 1)
    rise = (bins - points[:-2, None]) / np.diff(points)[:-1, None]
    fall = (points[2:, None] - bins) / np.diff(points)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))


COUNT: Final = 3 * BANDS + 11 + 10 + 11
