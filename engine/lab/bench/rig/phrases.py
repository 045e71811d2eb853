"""Phrases of one voice, sung by the stand-in or played by an instrument, and their true notes."""

from __future__ import annotations

import itertools
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Note
from engine.lab.bench.rig.instruments import INSTRUMENTS, RATE, onset_of, render
from engine.lab.bench.rig.midi_file import FileNote
from engine.synthetic.voice_blocks import performance

SECONDS: Final = 8.0
"""The length of a phrase."""
STAND_IN: Final = "stand-in"
SPANS: Final[dict[str, tuple[int, int]]] = {
    "flute": (62, 86),
    "clarinet": (52, 80),
    "trumpet": (56, 80),
    "violin": (57, 84),
    "nylon guitar": (43, 72),
    "finger bass": (30, 50),
    "voice oohs": (50, 74),
    "square lead": (48, 82),
}
"""The instruments, and the notes that their phrases are of."""

_CLEAN: Final = 40.0
_SCALES: Final = ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10), (0, 3, 5, 7, 10))
_ALONE: Final = 1.5
"""Seconds from one note to the next where each is heard alone."""


class TruePhrase(NamedTuple):
    """A sound, float64 (n,) at RATE, and its notes: each from where it is heard."""

    samples: NDArray[np.float64]
    notes: tuple[FileNote, ...]


def phrase(name: str, seed: int, snr: float | None = None) -> TruePhrase:
    """Return a phrase by its name; under white noise ``snr`` dB below it unless that is None.

    Raise FileNotFoundError where FluidSynth is missing.
    """
    if name == STAND_IN:
        return sung(seed, _CLEAN if snr is None else snr)
    clean = played(name, seed)
    if snr is None:
        return clean
    samples = clean.samples
    sounds = np.zeros(len(samples), np.bool_)
    for note in clean.notes:
        sounds[round(note.begin * RATE) : round(note.end * RATE)] = True
    scale = np.sqrt(np.mean(samples[sounds] ** 2)) * 10 ** (-snr / 20)
    noise = np.random.default_rng([seed, 91]).normal(0, scale, len(samples))
    return clean._replace(samples=samples + noise)


def sung(seed: int, snr: float) -> TruePhrase:
    """Return what the stand-in sings: consonants, breaths, glides, vibrato."""
    events = performance(seed, 48, 72, snr, 512)
    blocks: list[NDArray[np.float32]] = []
    notes: list[FileNote] = []
    begun: dict[int, tuple[float, int]] = {}
    for at, _, message in itertools.takewhile(lambda event: event[0] <= SECONDS * 1e9, events):
        if isinstance(message, Block):
            blocks.append(message.samples)
        elif isinstance(message, Note) and message.velocity:
            begun[message.note] = at / 1e9, message.velocity
        elif isinstance(message, Note) and message.note in begun:
            begin, velocity = begun.pop(message.note)
            notes.append(FileNote(begin, at / 1e9, message.note, velocity))
    notes += [FileNote(begin, SECONDS, note, hard) for note, (begin, hard) in begun.items()]
    return TruePhrase(np.concatenate(blocks).astype(np.float64), tuple(sorted(notes)))


def played(name: str, seed: int) -> TruePhrase:
    """Return a melody of an instrument; a note counts from -30 dB of what it is alone."""
    program = INSTRUMENTS[name].program
    notes = list(melody(seed, *SPANS[name]))
    samples = render(notes, program, seconds=SECONDS)
    alone = [
        note._replace(begin=_ALONE * place, end=_ALONE * place + note.end - note.begin)
        for place, note in enumerate(notes, start=1)
    ]
    apart = render(alone, program)
    heard = []
    for note, lone in zip(notes, alone, strict=True):
        begin, end = round(lone.begin * RATE), round((lone.begin + _ALONE / 2) * RATE)
        heard.append(note._replace(begin=note.begin + onset_of(apart[begin:end]) / RATE))
    return TruePhrase(samples, tuple(heard))


def melody(seed: int, lowest: int, highest: int) -> list[FileNote]:
    """Draw notes of 100 to 640 ms with rests of 40 to 200 ms between, mostly by small steps."""
    rng = np.random.default_rng([seed, 17])
    scale, root = _SCALES[int(rng.integers(len(_SCALES)))], int(rng.integers(12))
    notes = [note for note in range(lowest, highest + 1) if (note - root) % 12 in scale]
    place, begin, drawn = len(notes) // 2, 0.4, []
    while begin < SECONDS - 1.0:
        step = int(rng.choice([0, 1, 2, 3, 5], p=[0.14, 0.42, 0.24, 0.14, 0.06]))
        step *= 1 if rng.random() < 0.5 else -1
        if not 0 <= place + step < len(notes):
            step = -step
        place = min(max(place + step, 0), len(notes) - 1)
        length = float(rng.choice([0.1, 0.16, 0.26, 0.4, 0.64], p=[0.1, 0.25, 0.3, 0.2, 0.15]))
        velocity = int(rng.integers(60, 116))
        drawn.append(FileNote(begin, begin + length, notes[place], velocity))
        begin += length + float(rng.choice([0.04, 0.07, 0.12, 0.2], p=[0.3, 0.3, 0.25, 0.15]))
        begin = round(begin, 3)
    return drawn
