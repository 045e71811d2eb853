"""Cut the stand-in's voice into blocks, with its true pitch and notes as messages."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block, Message, Note, Ns, Pitch
from engine.core.tuning import note_of
from engine.dsp.audio.brightness import brightness
from engine.dsp.audio.level import db_to_unit, decibels
from engine.synthetic.voice import STEP, Voice, VoiceStretch
from engine.synthetic.voice_score import Sung
from engine.synthetic.voice_timbre import RATE

_MS = 1_000_000
_PER_MS = RATE // 1000


def performance(
    seed: int, lowest: int, highest: int, snr: float, size: int
) -> Iterator[tuple[Ns, str, Message]]:
    """Yield (time, "note" or "pitch" or "sound", message) without end, in time order.

    A block is yielded at the time of its last sample.
    """
    voice = Voice(seed, lowest, highest, snr)
    samples = np.zeros(0, np.float32)
    notes: list[tuple[int, Note]] = []
    start = made = 0
    while True:
        while len(samples) < size:
            stretch = voice.next()
            samples = np.concatenate([samples, stretch.samples.astype(np.float32)])
            notes += _notes(stretch)
            made += STEP
        block = Block(_frozen(samples[:size]), RATE, start)
        samples = samples[size:]
        start += size
        end = Ns(round(start * 1e9 / RATE))
        while notes and notes[0][0] * _MS < end:
            moment, note = notes.pop(0)
            yield Ns(moment * _MS), "note", note
        yield end, "pitch", _pitch(stretch, (start - 1) // _PER_MS - made, block)
        yield end, "sound", block


def _frozen(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    kept = samples.copy()
    kept.flags.writeable = False
    return kept


def _notes(stretch: VoiceStretch) -> list[tuple[int, Note]]:
    """Return note-offs and note-ons in time order, an off before an on."""
    found = [(note.end, Note(note.note, 0)) for note in stretch.ends]
    found += [(note.start, Note(note.note, _velocity(note))) for note in stretch.begins]
    return sorted(found, key=lambda each: (each[0], each[1].velocity > 0))


def _velocity(note: Sung) -> int:
    return round(min(max(90 + 6 * note.level, 1), 127))


def _pitch(stretch: VoiceStretch, place: int, block: Block) -> Pitch:
    """Return the true pitch at a millisecond, counted back from the end of the stretch."""
    hz, on = float(stretch.hz[place]), bool(stretch.on[place])
    bright = brightness(block.samples, block.rate) if on else None
    level = db_to_unit(decibels(block.samples))
    return Pitch(hz, note_of(hz), float(on), on, level, bright or 0.0)
