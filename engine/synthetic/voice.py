"""A synthesised singing voice with its true pitch: the ground truth for audio measurements.

It is produced 20 ms at a time, whatever the block size, so that the same seed gives the same
samples. Pitch and loudness are computed once a millisecond, and one cycle of each vowel is read at
the speed of the pitch (wavetable synthesis), at a hundredth of the cost of additive synthesis: a
voice that nobody listens to must not cost noticeable time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.tuning import hz_of
from engine.synthetic.voice_score import CONSONANT, MURMUR, RELEASE, Phrase, Sung, song
from engine.synthetic.voice_timbre import CYCLE, LOOP, RATE, Samples, cycle, hiss

STEP: Final = 20
"""Milliseconds produced at a time."""
LEVEL: Final = 0.1
"""RMS of the voice at its normal level: -20 dB of full scale."""
CLEAN: Final = 100.0
"""dB: a signal-to-noise ratio from which on no noise is added."""

_MS: Final = RATE // 1000
_SIZE: Final = STEP * _MS
_PLACES: Final = np.arange(_SIZE) / _MS
_ATTACK: Final = 25
_HISS: Final = {"s": 0.35, "sh": 0.4, "t": 0.5, "k": 0.5}
_BREATH: Final = 0.05
_ASPIRATION: Final = 0.02
_FLUTTER: Final = 2.5
"""Cents: pitch jitter of a held note."""

Held = tuple[Sung | None, Sung, Sung | None]
"""A note, with the ones before and after it in its phrase."""


@dataclass(frozen=True, slots=True)
class VoiceStretch:
    """20 ms: ``samples``, and per millisecond ``hz`` (held in silence) and whether ``on``.

    ``begins`` and ``ends`` are the notes that did so within it.
    """

    samples: Samples
    hz: Samples
    on: NDArray[np.bool_]
    begins: tuple[Sung, ...]
    ends: tuple[Sung, ...]


class Voice:
    """One singer; ``snr`` is the level of the voice above the room's noise in dB."""

    def __init__(self, seed: int, lowest: int, highest: int, snr: float) -> None:
        self._seed = seed
        self._noise = LEVEL * 10 ** (-snr / 20) if snr < CLEAN else 0.0
        self._song = song(seed, lowest, highest)
        self._phrases: list[Phrase] = [next(self._song)]
        self._phase = 0.0
        self._first = 0
        self._hz = hz_of(self._phrases[0].notes[0].note)
        self._flutter = np.random.default_rng([seed, 80]).uniform(0, 2 * np.pi, 3)

    def next(self) -> VoiceStretch:
        """Return the next 20 ms."""
        begin, end = self._first, self._first + STEP
        self._advance_phrases(begin, end)
        samples = self._background()
        hz = np.full(STEP, self._hz)
        on = np.zeros(STEP, np.bool_)
        notes: list[Sung] = []
        for phrase in self._phrases:
            if phrase.breath[0] < end:
                self._breathe(samples, phrase)
                for held in _nearby(phrase, begin, end):
                    notes.append(held[1])
                    self._sing(samples, hz, held)
                    on[max(held[1].start - begin, 0) : max(held[1].end - begin, 0)] = True
        self._first = end
        return VoiceStretch(
            samples,
            hz,
            on,
            tuple(note for note in notes if begin <= note.start < end),
            tuple(note for note in notes if begin <= note.end < end),
        )

    def _advance_phrases(self, begin: int, end: int) -> None:
        if self._phrases[0].notes[-1].end + RELEASE < begin:
            self._phrases.pop(0)
        if not self._phrases or self._phrases[-1].notes[-1].end < end:
            self._phrases.append(next(self._song))

    def _background(self) -> Samples:
        if not self._noise:
            return np.zeros(_SIZE)
        return np.asarray(self._noise * self._hissed("room"))

    def _hissed(self, kind: str) -> Samples:
        noise = hiss(kind, self._seed)
        start = self._first * _MS % LOOP
        if start + _SIZE <= LOOP:
            return noise[start : start + _SIZE]
        return np.concatenate([noise[start:], noise[: start + _SIZE - LOOP]])

    def _breathe(self, samples: Samples, phrase: Phrase) -> None:
        begin, end = phrase.breath
        if begin < self._first + STEP and end > self._first:
            along = np.clip((self._times(0, STEP) - begin) / (end - begin), 0.0, 1.0)
            gain = LEVEL * _BREATH * np.sin(np.pi * along) ** 2
            samples += _spread(gain) * self._hissed("breath")

    def _sing(self, samples: Samples, hz: Samples, held: Held) -> None:
        note = held[1]
        length = CONSONANT.get(note.attack, 0)
        if length and note.start - length < self._first + STEP and note.start + 10 > self._first:
            gain = LEVEL * _HISS[note.attack] * _consonant(self._times(0, STEP), note, length)
            samples += _spread(gain) * self._hissed(note.attack)
        begin, end = _sounds(held)
        begin, end = max(begin - self._first, 0), min(end - self._first, STEP)
        if begin < end:
            self._sound(samples, hz, held, begin, end)

    def _sound(self, samples: Samples, hz: Samples, held: Held, begin: int, end: int) -> None:
        """Add the voiced part of a note, between two milliseconds of this stretch."""
        _, note, after = held
        leads = held[0] if note.glide else None
        times = self._times(begin, end)
        control = hz_of(0) * 2 ** (self._cents(times, note, leads) / 1200)
        hz[begin:] = control[1 : end - begin + 1].tolist() + [control[-1]] * (STEP - end)
        self._hz = float(control[-1])
        phase = self._phase + np.cumsum(_spread(control)) / RATE
        self._phase = float(phase[-1] % 1.0)
        runs_on = after is not None and after.glide > 0
        loud = LEVEL * _loudness(times, note, leads, runs_on=runs_on)
        here = slice(begin * _MS, end * _MS)
        air = _ASPIRATION * self._hissed("breath")[here]
        samples[here] += _spread(loud) * (_wave(phase % 1.0, times, note, leads) + air)

    def _times(self, begin: int, end: int) -> Samples:
        return np.arange(self._first + begin, self._first + end + 1, dtype=np.float64)

    def _cents(self, times: Samples, note: Sung, leads: Sung | None) -> Samples:
        """Return the pitch in cents above note 0."""
        since = times - note.start
        scoop = note.scoop * np.exp(-np.maximum(since, 0.0) / 30)
        rate, depth, phase = note.vibrato
        grown = np.clip((since - 200) / 250, 0.0, 1.0)
        vibrato = depth * grown * np.sin(2 * np.pi * rate * since / 1000 + phase)
        cents = 100.0 * note.note + note.detune + scoop + vibrato
        if leads is not None:
            come_from = 100.0 * leads.note + leads.detune
            cents = come_from + (cents - come_from) * _along(since, note.glide)
        a, b, c = self._flutter
        seconds = times / 1000
        wobble = np.sin(7 * seconds + a) + np.sin(17 * seconds + b) + np.sin(31 * seconds + c)
        return np.asarray(cents + _FLUTTER * wobble)


def _nearby(phrase: Phrase, begin: int, end: int) -> list[Held]:
    """Return the notes audible between two moments."""
    notes = (None, *phrase.notes, None)
    threes = zip(notes, phrase.notes, notes[2:], strict=False)
    return [
        (before, note, after)
        for before, note, after in threes
        if note.start - 100 < end and note.end + RELEASE >= begin
    ]


def _sounds(held: Held) -> tuple[int, int]:
    """Return from when to when a note is voiced; a glide belongs to the note it leads to."""
    _, note, after = held
    glides = after is not None and after.glide > 0
    end = after.start - after.glide // 2 if after is not None and glides else note.end + RELEASE
    return note.start - note.glide // 2, end


def _spread(control: Samples) -> Samples:
    """Interpolate values of one per millisecond, of which the last ends the range."""
    count = len(control) - 1
    return np.interp(_PLACES[: count * _MS], np.arange(count + 1), control)


def _consonant(times: Samples, note: Sung, length: int) -> Samples:
    """Return the envelope of a hiss: a fricative swells, a plosive bursts after silence."""
    since = times - (note.start - length)
    if note.attack in ("s", "sh"):
        return np.asarray(np.sin(np.pi * np.clip(since / length, 0.0, 1.0)) ** 0.5)
    burst = times - (note.start - 15)
    return np.where((burst >= 0) & (burst < 20), np.exp(-np.maximum(burst, 0.0) / 6), 0.0)


def _along(since: Samples, glide: int) -> Samples:
    """Return a curve from 0 to 1 around the start of a note, at rest at both ends."""
    part = np.clip(since / glide + 0.5, 0.0, 1.0)
    return np.asarray(part**2 * (3 - 2 * part))


def _loudness(times: Samples, note: Sung, leads: Sung | None, *, runs_on: bool) -> Samples:
    """Return the gain of a note, 1 is the normal level."""
    level = 10 ** (note.level / 20)
    if leads is None:
        gain = level * np.clip((times - note.start) / _ATTACK, 0.0, 1.0)
    else:
        come_from = 10 ** (leads.level / 20)
        gain = come_from + (level - come_from) * _along(times - note.start, note.glide)
    if not runs_on and times[-1] > note.end:
        gain = gain * np.clip(1.0 - (times - note.end) / RELEASE, 0.0, 1.0) ** 2
    if note.attack == "m" and times[0] < note.start + MURMUR:
        gain = gain * (0.45 + 0.55 * _opened(times, note))
    return np.asarray(gain)


def _opened(times: Samples, note: Sung) -> Samples:
    """Return how far the mouth is open around a nasal: 0 to 1."""
    closing = np.clip((times - note.start) / (note.glide / 2) + 1.0, 0.0, 1.0)
    opening = np.clip((times - note.start) / MURMUR, 0.0, 1.0) ** 2
    return np.asarray(1.0 - np.minimum(closing, 1.0 - opening))


def _wave(phase: Samples, times: Samples, note: Sung, leads: Sung | None) -> Samples:
    wave = _read(cycle(note.vowel, note.note), phase)
    if note.attack == "m" and times[0] < note.start + MURMUR:
        wide = _spread(_opened(times, note))
        wave = (1 - wide) * _read(cycle("m", note.note), phase) + wide * wave
    if leads is not None and times[0] < note.start + note.glide / 2:
        along = _spread(_along(times - note.start, note.glide))
        wave = (1 - along) * _read(cycle(leads.vowel, leads.note), phase) + along * wave
    return wave


def _read(wave: Samples, phase: Samples) -> Samples:
    place = phase * CYCLE
    left = place.astype(np.intp)
    part = place - left
    return np.asarray(wave[left] * (1 - part) + wave[left + 1] * part)
