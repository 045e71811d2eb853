"""Chords as instruments play them: ten qualities, any root and inversion, with what is played.

By FluidSynth with the sound font of the system where both are there, and by a synthesiser here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import soundfile  # type: ignore[import-untyped]
from numpy.typing import NDArray

from engine.dsp.audio.harmony import QUALITIES
from engine.lab.bench.rig import fluidsynth
from engine.lab.bench.rig.midi_file import FileNote, midi_file

RATE: Final = 44100
LENGTH: Final = 2.0
"""Seconds from one chord to the next."""
SOUNDS: Final = 1.9
"""Seconds that a chord is held."""
FIRST: Final = 0.5
"""Seconds of silence before the first chord."""
VELOCITY: Final = 90
PROGRAMS: Final = {"piano": 1, "guitar": 25, "organ": 16}
"""Instruments of General MIDI: bright piano, steel guitar, drawbar organ."""
SAW: Final = "saw"
ASKED: Final = ("maj", "min", "7", "maj7", "min7", "dim", "aug", "sus4", "hdim7", "dim7")

Sound = NDArray[np.float32]


@dataclass(frozen=True)
class PlayedChord:
    """A chord: the second it begins, its root and quality, and its notes, the lowest first."""

    at: float
    root: int
    quality: str
    notes: tuple[int, ...]


def score(seed: int, count: int) -> list[PlayedChord]:
    """Return chords by chance; half of them have their lowest note an octave lower as well."""
    rng = np.random.default_rng(seed)
    found = []
    for number in range(count):
        root, quality = int(rng.integers(46, 58)), ASKED[number % len(ASKED)]
        steps = QUALITIES[quality][1]
        turned = int(rng.integers(len(steps)))
        notes = sorted(root + step + 12 * (n < turned) for n, step in enumerate(steps))
        if rng.random() < 0.5:
            notes.insert(0, notes[0] - 12)
        found.append(PlayedChord(FIRST + number * LENGTH, root % 12, quality, tuple(notes)))
    return found


def timbres() -> list[str]:
    """Return the instruments that there are here."""
    return [*(() if fluidsynth.missing() else PROGRAMS), SAW]


def render(chords: list[PlayedChord], timbre: str) -> Sound:
    """Return the sound of chords, float32 (n,) at RATE."""
    if timbre == SAW:
        return _saw(chords)
    notes = [
        FileNote(one.at, one.at + SOUNDS, note, VELOCITY) for one in chords for note in one.notes
    ]
    song = midi_file(notes, PROGRAMS[timbre])
    with fluidsynth.rendered(song, "-g", "0.5", "-r", f"{RATE}") as wave:
        sound, _ = soundfile.read(wave, dtype="float32", always_2d=True)
    end = round((chords[-1].at + LENGTH) * RATE)
    return np.asarray(sound.mean(axis=1)[:end], np.float32)


def _saw(chords: list[PlayedChord]) -> Sound:
    sound = np.zeros(round((chords[-1].at + LENGTH) * RATE))
    time = np.arange(round(SOUNDS * RATE)) / RATE
    shape = np.minimum(1.0, time / 0.01) * np.minimum(1.0, (SOUNDS - time) / 0.05)
    for one in chords:
        begin = round(one.at * RATE)
        for note in one.notes:
            hz = 440.0 * 2 ** ((note - 69) / 12)
            parts = [np.sin(2 * np.pi * k * hz * time) / k for k in range(1, 16)]
            sound[begin : begin + len(time)] += 0.05 * shape * np.sum(parts, axis=0)
    return sound.astype(np.float32)
