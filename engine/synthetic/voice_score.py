"""What the stand-in sings: phrases of notes with attacks, glides, vibrato, and rests between.

A phrase begins with a breath. A note follows the one before it after a consonant, which stops the
voice briefly, after a nasal, which only muffles it, or by gliding without a gap. The same seed
gives the same song. Frozen before anything was tuned on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

Attack = Literal["s", "sh", "t", "k", "m", "vowel", "glide"]

SCALES: Final = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 2, 4, 7, 9))
VOWELS: Final = ("a", "e", "i", "o", "u")
CONSONANT: Final = {"s": 90, "sh": 100, "t": 60, "k": 70}
"""Milliseconds for which an unvoiced consonant stops the voice just before the note."""
MURMUR: Final = 70
"""Milliseconds that a nasal takes at the start of its note."""
RELEASE: Final = 50
"""Milliseconds in which a voice fades to silence."""


@dataclass(frozen=True, slots=True)
class Sung:
    """One note: its pitch applies from ``start`` to ``end``.

    Times are whole milliseconds. During ``glide``, centred on the start, the pitch moves over from
    the note before. ``scoop`` and ``detune`` are in cents, ``vibrato`` is (rate in Hz, depth in
    cents, phase), ``level`` in dB relative to the voice's normal one.
    """

    start: int
    end: int
    note: int
    attack: Attack
    vowel: str
    level: float
    detune: float
    scoop: float
    glide: int
    vibrato: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Notes sung in one breath, drawn from ``breath[0]`` to ``breath[1]``, in ms."""

    breath: tuple[int, int]
    notes: tuple[Sung, ...]


def song(seed: int, lowest: int, highest: int) -> Iterator[Phrase]:
    """Yield phrases without end, between two MIDI notes (which may be equal)."""
    rng = np.random.default_rng([seed, 77])
    scale = SCALES[int(rng.integers(len(SCALES)))]
    root = int(rng.integers(12))
    notes = [n for n in range(lowest, highest + 1) if (n - root) % 12 in scale]
    notes = notes or list(range(lowest, max(lowest, highest) + 1))
    place = len(notes) // 2
    time = 300
    number = 0
    while True:
        rng = np.random.default_rng([seed, 78, number])
        phrase, place = _phrase(rng, notes, place, time)
        yield phrase
        time = phrase.notes[-1].end + RELEASE + int(rng.integers(500, 1100))
        number += 1


def _phrase(
    rng: np.random.Generator, notes: list[int], place: int, time: int
) -> tuple[Phrase, int]:
    inhaled = time + int(rng.integers(200, 350))
    start = inhaled + int(rng.integers(100, 160))
    sung: list[Sung] = []
    count = int(rng.integers(3, 8))
    for number in range(count):
        before = notes[place]
        place = _step(rng, place, len(notes))
        attack = _attack(rng, first=number == 0, repeated=notes[place] == before)
        length = int(rng.choice([220, 300, 450, 600, 900], p=[0.15, 0.3, 0.3, 0.15, 0.1]))
        gap = CONSONANT.get(attack, 0) if number else 0
        sung.append(_sung(rng, start + gap, length, notes[place], attack))
        start += gap + length
    return Phrase((time, inhaled), tuple(sung)), place


def _step(rng: np.random.Generator, place: int, count: int) -> int:
    step = int(rng.choice([0, 1, 2, 3, 5], p=[0.12, 0.45, 0.25, 0.13, 0.05]))
    step *= 1 if rng.random() < 0.5 else -1
    if not 0 <= place + step < count:
        step = -step
    return min(max(place + step, 0), count - 1)


def _attack(rng: np.random.Generator, *, first: bool, repeated: bool) -> Attack:
    if first:
        choices: list[Attack] = ["s", "sh", "t", "k", "m", "vowel"]
    elif repeated:
        choices = ["s", "sh", "t", "k"]
    else:
        choices = ["s", "sh", "t", "k", "m", "m", "glide", "glide", "glide"]
    return choices[int(rng.integers(len(choices)))]


def _sung(rng: np.random.Generator, start: int, length: int, note: int, attack: Attack) -> Sung:
    gliding = attack in ("glide", "m")
    return Sung(
        start=start,
        end=start + length,
        note=note,
        attack=attack,
        vowel=VOWELS[int(rng.integers(len(VOWELS)))],
        level=float(rng.uniform(-6.0, 3.0)),
        detune=float(rng.normal(0.0, 6.0)),
        scoop=0.0 if gliding else -float(rng.uniform(0.0, 110.0)),
        glide=2 * int(rng.integers(25, 60)) if gliding else 0,
        vibrato=(
            float(rng.uniform(4.8, 6.4)),
            float(rng.uniform(15.0, 45.0)),
            float(rng.uniform(0.0, 2 * np.pi)),
        ),
    )
