"""Instruments played by FluidSynth with a General MIDI sound font, and what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.tuning import hz_of
from engine.lab.bench.rig.fluidsynth import DRY, rendered
from engine.lab.bench.rig.midi_file import FileNote, midi_file
from engine.synthetic.tones import Truth

RATE: Final = 48000
_BEGUN: Final = 10 ** (-30 / 20)
"""The part of its loudest moment at which a note has begun."""
_STEP: Final = 48


class Instrument(NamedTuple):
    """A program of General MIDI, from 0, and the notes that are asked of it."""

    program: int
    lowest: int
    highest: int


INSTRUMENTS: Final[dict[str, Instrument]] = {
    "clarinet": Instrument(71, 52, 86),
    "trumpet": Instrument(56, 55, 82),
    "square lead": Instrument(80, 48, 84),
    "nylon guitar": Instrument(24, 40, 76),
    "finger bass": Instrument(33, 28, 52),
    "flute": Instrument(73, 60, 93),
    "voice oohs": Instrument(53, 48, 76),
    "violin": Instrument(40, 55, 91),
    "oboe": Instrument(68, 58, 86),
    "alto sax": Instrument(65, 49, 80),
    "piano": Instrument(0, 36, 84),
    "clean guitar": Instrument(27, 40, 76),
    "whistle": Instrument(78, 72, 96),
    "cello": Instrument(42, 36, 69),
    "trombone": Instrument(57, 40, 70),
    "recorder": Instrument(74, 67, 93),
    "slap bass": Instrument(36, 28, 52),
    "choir": Instrument(52, 48, 76),
}


def render(
    notes: Sequence[FileNote],
    program: int,
    *,
    seconds: float | None = None,
    bends: Sequence[tuple[float, int]] = (),
) -> NDArray[np.float64]:
    """Return the sound of notes, mono float64 (n,) at RATE, dry. Raise FileNotFoundError."""
    length = seconds or max(note.end for note in notes) + 1.0
    options = (*DRY, "-g", "0.6", "-r", f"{RATE}", "-O", "float", "-T", "raw")
    with rendered(midi_file(notes, program, bends), *options) as sound:
        stereo = np.fromfile(sound, np.float32).reshape(-1, 2).astype(np.float64)
    mono = stereo.mean(axis=1)
    count = round(length * RATE)
    return np.pad(mono[:count], (0, max(0, count - len(mono))))


def played(name: str, count: int, seed: int, *, seconds: float = 0.7, rest: float = 0.5) -> Truth:
    """Return ``count`` notes of an instrument that are drawn from its range, and their truth.

    A note counts from where it is 30 dB below its loudest moment to its note-off; after that it
    rings, and nothing is said of that until the next one.
    """
    instrument = INSTRUMENTS[name]
    rng = np.random.default_rng([seed, instrument.program])
    every = seconds + rest
    notes = [
        FileNote(
            0.2 + number * every,
            0.2 + number * every + seconds,
            int(rng.integers(instrument.lowest, instrument.highest + 1)),
            int(rng.integers(70, 120)),
        )
        for number in range(count)
    ]
    samples = render(notes, instrument.program)
    return truth_of(samples, notes)


def truth_of(samples: NDArray[np.float64], notes: Sequence[FileNote]) -> Truth:
    """Return what is true of a sound of one note after the other."""
    hz = np.full(len(samples), np.nan)
    onsets = []
    hz[: round(notes[0].begin * RATE)] = 0.0
    for note in notes:
        begin, end = round(note.begin * RATE), round(note.end * RATE)
        onset = begin + onset_of(samples[begin:end])
        hz[onset:end] = hz_of(note.note)
        onsets.append(onset)
    return Truth(samples, hz, tuple(onsets))


def onset_of(samples: NDArray[np.float64]) -> int:
    """Return the sample at which a note has begun: 30 dB below its loudest ms."""
    whole = samples[: len(samples) // _STEP * _STEP].reshape(-1, _STEP)
    loud = np.sqrt(np.mean(whole**2, axis=1))
    return int(np.argmax(loud > _BEGUN * loud.max())) * _STEP
