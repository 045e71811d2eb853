"""The sounds of the pitch bench: which tones and instruments, drawn by seeds of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from engine.lab.bench.rig.fluidsynth import missing
from engine.lab.bench.rig.instruments import INSTRUMENTS, RATE, played
from engine.synthetic.tones import KINDS, Truth, tone, with_noise

SEED: Final = 16_000
"""Nothing was tuned on sounds of this seed."""
REGISTERS: Final = {"low": (41.0, 110.0), "mid": (110.0, 900.0), "high": (900.0, 1800.0)}
"""From and up to Hz."""
NOISY: Final = {"clean": None, "10 dB": 10.0}
NOISES: Final = {"white noise": 0.0, "pink noise": 0.5, "brown noise": 1.0}
"""By which power of the frequency the amplitude falls."""
TONES, TONES_UP, PLAYED = "tones", "tones from 110 Hz", "18 instruments"


class Sound(NamedTuple):
    """A sound and the lines of the table that it counts for."""

    cases: tuple[str, ...]
    truth: Truth


def tones(each: int) -> Iterator[Sound]:
    """Yield ``each`` tones of every kind and register, clean and under noise."""
    for noise, decibels in NOISY.items():
        for kind in KINDS:
            for number, (register, (lowest, highest)) in enumerate(REGISTERS.items()):
                rng = np.random.default_rng([SEED, KINDS.index(kind), number])
                for index in range(each):
                    hz = lowest * (highest / lowest) ** rng.uniform()
                    truth = tone(kind, hz, RATE, level=10 ** rng.uniform(-1.2, -0.2), seed=index)
                    if decibels is not None:
                        truth = with_noise(truth, decibels, int(rng.integers(1 << 30)))
                    together = [f"{TONES_UP}, {noise}"] if lowest >= 110 else []
                    cases = [*together, f"{TONES}, {register}, {noise}", f"{kind}, {noise}"]
                    yield Sound(tuple(cases), truth)


def instruments(notes: int) -> Iterator[Sound]:
    """Yield every instrument with so many notes; none where nothing can play them."""
    if missing():
        return
    for name in INSTRUMENTS:
        yield Sound((PLAYED, name), played(name, notes, SEED))


def noises(seconds: float) -> Iterator[Sound]:
    """Yield noise, in which there is no pitch."""
    for number, (name, falls) in enumerate(NOISES.items()):
        yield Sound((name,), noise(round(seconds * RATE), falls, SEED + number))


def noise(count: int, falls: float, seed: int, level: float = 0.1) -> Truth:
    """Return noise whose amplitude falls with a power of the frequency, of that RMS level."""
    rng = np.random.default_rng(seed)
    hz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum = np.fft.rfft(rng.normal(size=count)) * (20 / np.maximum(hz, 20)) ** falls
    samples = np.fft.irfft(spectrum * (hz > 0), count)
    return Truth(samples * level / np.sqrt(np.mean(samples**2)), np.zeros(count), ())
