"""Tones whose pitch is known at each sample: the truth for what listens to one voice.

Six kinds, as simple as they can be while each is hard in its own way: a sine has one partial, a
square and a reed have odd ones only, a saw all of them, a pluck dies, and a voice has formants.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from engine.synthetic.voice_timbre import cycle

Samples = NDArray[np.float64]
Kind = Literal["sine", "square", "reed", "saw", "pluck", "voice"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
FADE: Final = 0.004
"""Seconds in which a tone begins and ends."""
_VOWELS: Final = "aeiou"


class Truth(NamedTuple):
    """A sound, and what is true of it.

    ``samples`` is float64 (n,), ``hz`` the same shape: the pitch at each sample, 0 where there is
    none and NaN where nothing is said, as of a string that rings on. ``onsets`` are the samples at
    which a tone begins.
    """

    samples: Samples
    hz: Samples
    onsets: tuple[int, ...]


def overtones(hz: float, rate: int, *, odd: bool = False) -> Samples:
    """Return the numbers of the partials below 0.45 of ``rate``; odd ones only, if asked."""
    last = max(1, int(0.45 * rate / hz))
    return np.arange(1.0, last + 1, 2 if odd else 1)


def partials(numbers: Samples, amplitudes: Samples, phase: Samples) -> Samples:
    """Return the sum of sines at multiples of a phase in radians, float64 of the phase's shape."""
    sound = np.zeros(len(phase))
    for number, amplitude in zip(numbers, amplitudes, strict=True):
        sound += amplitude * np.sin(number * phase)
    return sound


def wave(kind: Kind, hz: Samples, rate: int, seed: int = 0) -> Samples:
    """Return a tone of that kind with the pitch ``hz`` (n,), of peak 1, that fades in and out.

    ``seed`` draws the vowel of a voice. ``hz`` may glide; its middle decides how many partials
    there are.
    """
    middle = float(np.median(hz))
    phase = 2 * np.pi * np.cumsum(hz) / rate
    time = np.arange(len(hz)) / rate
    every, odd = overtones(middle, rate), overtones(middle, rate, odd=True)
    match kind:
        case "sine":
            sound = np.sin(phase)
        case "square":
            sound = partials(odd, 1 / odd, phase)
        case "reed":
            # A closed cylinder that is blown: odd partials, from 1.5 kHz on by 12 dB an octave.
            sound = partials(odd, 1 / (odd * (1 + (odd * middle / 1500) ** 2) ** 0.5), phase)
        case "saw":
            sound = partials(every, 1 / every, phase)
        case "pluck":
            # Plucked at a fifth of its length; each partial dies faster than the one below.
            sound = np.zeros(len(hz))
            for number in every[every < 40]:
                loud = np.sin(np.pi * number / 5) / number**1.5
                sound += loud * np.exp(-time * (2.5 + 0.8 * number)) * np.sin(number * phase)
        case "voice":
            vowel = _VOWELS[seed % len(_VOWELS)]
            table = cycle(vowel, round(69 + 12 * np.log2(middle / 440)))
            at = (phase / (2 * np.pi) % 1.0) * (len(table) - 1)
            sound = np.interp(at, np.arange(len(table)), table)
    sound *= fade(len(hz), rate)
    loudest: float = np.abs(sound).max()
    return sound / loudest


def fade(count: int, rate: int, seconds: float = FADE) -> Samples:
    """Return an envelope (count,) that rises and falls within ``seconds``, as half a cosine."""
    edge = max(1, min(round(seconds * rate), count // 2))
    shape = np.ones(count)
    shape[:edge] = 0.5 - 0.5 * np.cos(np.pi * (np.arange(edge) + 0.5) / edge)
    shape[-edge:] = shape[:edge][::-1]
    return shape


def tone(
    kind: Kind,
    hz: float,
    rate: int = 48000,
    *,
    seconds: float = 0.6,
    rests: tuple[float, float] = (0.15, 0.15),
    level: float = 0.3,
    seed: int = 0,
) -> Truth:
    """Return a tone of peak ``level`` between two rests."""
    before, count, after = (round(part * rate) for part in (rests[0], seconds, rests[1]))
    pitch = np.full(count, float(hz))
    samples = np.pad(level * wave(kind, pitch, rate, seed), (before, after))
    return Truth(samples, np.pad(pitch, (before, after)), (before,))


def with_noise(truth: Truth, decibels: float, seed: int) -> Truth:
    """Return a sound under white noise, so many dB below the power of what is tone in it."""
    sounds = truth.samples[np.nan_to_num(truth.hz) > 0]
    scale = np.sqrt(np.mean(sounds**2)) * 10 ** (-decibels / 20)
    noise = np.random.default_rng(seed).normal(0, scale, len(truth.samples))
    return truth._replace(samples=truth.samples + noise)
