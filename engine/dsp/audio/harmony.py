"""Which chord a set of sounding keys is.

A chord is the template whose notes point most nearly where the sounding ones do (the cosine between
both, as in Fujishima 1999), without regard to octaves. Each template is tried twice: as its notes,
and with the fifth of each of them, since organs sound it as a stop and other instruments as their
third partial (Gómez 2006). Of chords of the same notes, such as Am7 and C6, it is the one that the
lowest note is the root of.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Chord

QUALITIES: Final[dict[str, tuple[str, tuple[int, ...]]]] = {
    "maj": ("", (0, 4, 7)),
    "min": ("m", (0, 3, 7)),
    "7": ("7", (0, 4, 7, 10)),
    "maj7": ("maj7", (0, 4, 7, 11)),
    "min7": ("m7", (0, 3, 7, 10)),
    "minmaj7": ("mmaj7", (0, 3, 7, 11)),
    "maj6": ("6", (0, 4, 7, 9)),
    "min6": ("m6", (0, 3, 7, 9)),
    "dim": ("dim", (0, 3, 6)),
    "dim7": ("dim7", (0, 3, 6, 9)),
    "hdim7": ("m7b5", (0, 3, 6, 10)),
    "aug": ("aug", (0, 4, 8)),
    "sus4": ("sus4", (0, 5, 7)),
    "sus2": ("sus2", (0, 2, 7)),
}
"""The qualities, in the words of Harte 2005: how a lead sheet writes them, and their semitones."""
NAMES: Final = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
NO_CHORD: Final = Chord("", -1, -1, "", 0.0)
BASS: Final = 0.3
"""How sure it must be that the lowest key sounds."""
FOREIGN: Final = 0.5
"""How sure where it is no note of the chord: what is common to all strings sounds below them."""
HIGHEST: Final = 80
"""The highest note that counts, G sharp 5: above it are overtones rather than notes of chords."""
_WEAKEST: Final = 0.25
"""How surely the weakest note of a chord must sound, as a part of the surest."""
_FIFTHS: Final = (0.0, 0.3)
"""How surely the fifth of each note sounds with it, in one template and in the other."""
_RINGS: Final = 0.7
"""How well a chord that rings on must still fit: three notes of four, or two of three."""
_ROOT_BELOW: Final = 0.05
"""What a template is worth more where its root is the lowest note."""

_TEMPLATES: Final = [(root, quality) for quality in QUALITIES for root in range(12)]


def _masks(fifth: float = 0.0) -> NDArray[np.float64]:
    """Return the notes of each template: float64 (n, 12), each of length 1."""
    masks = np.zeros((len(_TEMPLATES), 12))
    for mask, (root, quality) in zip(masks, _TEMPLATES, strict=True):
        mask[[(root + step) % 12 for step in QUALITIES[quality][1]]] = 1.0
    masks += fifth * np.roll(masks, 7, axis=1)
    return np.asarray(masks / np.linalg.norm(masks, axis=1, keepdims=True))


_MASKS: Final = _masks()
_WITH_FIFTHS: Final = np.stack([_masks(fifth) for fifth in _FIFTHS])
_ROOTS: Final = np.array([root for root, _ in _TEMPLATES])

Keys = NDArray[np.float32]


def chord_of(keys: Keys, lowest: int) -> Chord:
    """Return the chord that fits best; its confidence is how well, 0 to 1.

    ``keys``: float32 (n,), how sure it is that each key sounds, from the note ``lowest`` on. Three
    clean notes of a chord fit by 0.9 and more; two notes by 0.87 at most, one by 0.77.
    """
    lows, classes = _heard(keys, lowest)
    if not lows:
        return NO_CHORD
    fits = (_WITH_FIFTHS @ classes).max(axis=0)
    found = [(bass, int(np.argmax(fits + _ROOT_BELOW * (bass == _ROOTS)))) for bass, _ in lows]
    bass, best = next(
        (
            (bass, best)
            for (bass, best), (_, sure) in zip(found, lows, strict=True)
            if sure >= FOREIGN or _MASKS[best][bass] > 0
        ),
        found[0],
    )
    sure = classes[_MASKS[best] > 0]
    if sure.min() < _WEAKEST * sure.max():
        return NO_CHORD
    root, quality = _TEMPLATES[best]
    return Chord(name_of(root, bass, quality), root, bass, quality, float(min(fits[best], 1.0)))


def rings_on(chord: Chord, keys: Keys, lowest: int) -> Chord | None:
    """Return a chord as it fits now, where it may be what still sounds; else None.

    Of strings that ring some die away before the others, and what is left would be another chord.
    ``keys`` as for ``chord_of``.
    """
    lows, classes = _heard(keys, lowest)
    if not chord.on or not lows:
        return None
    mask = _MASKS[_TEMPLATES.index((chord.root, chord.quality))]
    notes = (bass for bass, sure in lows if sure >= FOREIGN or mask[bass] > 0)
    if next(notes, -1) != chord.bass:
        return None
    fits = float(mask @ classes)
    return replace(chord, confidence=min(fits, 1.0)) if fits >= _RINGS else None


def _heard(keys: Keys, lowest: int) -> tuple[list[tuple[int, float]], NDArray[np.float64]]:
    """Return the keys that may be the bass, and how sure each note is in any octave.

    The first are (note, how sure), the lowest first; the others float64 (12,), of length 1.
    """
    keys = keys[: HIGHEST + 1 - lowest]
    notes = (lowest + np.arange(len(keys))) % 12
    classes = np.zeros(12)
    np.maximum.at(classes, notes, keys)
    low = np.flatnonzero(keys >= BASS)
    if not len(low):
        return [], classes
    lows = [(int(notes[key]), float(keys[key])) for key in low]
    return lows, classes / np.linalg.norm(classes)


def name_of(root: int, bass: int, quality: str) -> str:
    """Return a chord as on a lead sheet, such as "Am7/G"."""
    below = "" if bass == root else f"/{NAMES[bass]}"
    return f"{NAMES[root]}{QUALITIES[quality][0]}{below}"


class Steady:
    """Keeps a chord, ``stands``, until another one, or none, was heard several times running."""

    def __init__(self) -> None:
        self.stands = NO_CHORD
        self._next = NO_CHORD
        self._times = 0

    def read(self, heard: Chord, times: int) -> Chord:
        """Return the chord that stands; ``heard`` takes over when heard ``times`` times."""
        self._times = self._times + 1 if heard.name == self._next.name else 1
        self._next = heard
        if heard.name == self.stands.name or self._times >= times:
            self.stands = heard
        return self.stands
