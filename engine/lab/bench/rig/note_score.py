"""Holds the notes that were told against those that were played: beginnings, within 50 ms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from engine.lab.bench.rig.matching import matched_notes
from engine.lab.bench.rig.midi_file import FileNote

TOLERANCE: Final = 0.05
"""Seconds, as MIREX has it for beginnings of notes."""
LATEST: Final = 0.25
"""Seconds after its beginning at which a note is still told, though late."""

Begun = tuple[float, int]
"""The second at which a note was told to begin, and which."""


@dataclass
class NoteScore:
    """What was found of ``played`` notes, of ``told`` ones; ``delays`` in seconds.

    ``octaves`` are notes told a whole number of octaves off.
    """

    played: int = 0
    told: int = 0
    right: int = 0
    octaves: int = 0
    delays: list[float] = field(default_factory=list)

    @property
    def f(self) -> float:
        """The F-measure, 0 to 1: the harmonic mean of precision and recall."""
        return 2 * self.right / max(self.played + self.told, 1)

    @property
    def extra(self) -> int:
        """The notes that were told and not played, or not then."""
        return self.told - self.right

    def add(self, other: NoteScore) -> None:
        """Add the notes of another phrase."""
        self.played += other.played
        self.told += other.told
        self.right += other.right
        self.octaves += other.octaves
        self.delays += other.delays


def score(told: Sequence[Begun], played: Sequence[FileNote], delay: float = 0.0) -> NoteScore:
    """Return how notes match: the same note, and so near once ``delay`` seconds are taken off."""
    true = [(each.begin, each.note) for each in played]
    found = {place for place, _ in matched_notes(true, told, delay - TOLERANCE, delay + TOLERANCE)}
    octaves = sum(
        any(_is_octave(note, each, at) for each in played)
        for place, (at, note) in enumerate(told)
        if place not in found
    )
    late = [lag for _, lag in matched_notes(true, told, -TOLERANCE, LATEST)]
    return NoteScore(len(played), len(told), len(found), octaves, late)


def _is_octave(note: int, each: FileNote, at: float) -> bool:
    sounds = each.begin - TOLERANCE <= at <= each.end + TOLERANCE
    return sounds and note != each.note and (note - each.note) % 12 == 0
