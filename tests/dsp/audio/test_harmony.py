"""Chords out of keys, whatever their octave and inversion, and which one stands."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.messages import Chord
from engine.dsp.audio.harmony import NO_CHORD, QUALITIES, Steady, chord_of, name_of

LOWEST = 21


def keys(*notes: int) -> np.ndarray:
    sure = np.full(88, 0.05, np.float32)
    sure[np.array(notes, int) - LOWEST] = 0.8
    return sure


@pytest.mark.parametrize("quality", QUALITIES)
def test_every_quality_is_found_on_every_root_with_the_root_below(quality: str) -> None:
    for root in range(48, 60):
        found = chord_of(keys(*(root + step for step in QUALITIES[quality][1])), LOWEST)
        assert (found.root, found.bass, found.quality) == (root % 12, root % 12, quality)
        assert found.confidence > 0.9


@pytest.mark.parametrize("quality", ["maj", "min", "7", "maj7", "min7", "dim", "sus4", "minmaj7"])
def test_inversions_have_the_same_notes_and_another_bass(quality: str) -> None:
    steps = QUALITIES[quality][1]
    for turned in range(1, len(steps)):
        notes = [50 + step + 12 * (n < turned) for n, step in enumerate(steps)]
        found = chord_of(keys(*notes), LOWEST)
        assert found.bass == min(notes) % 12
        sounds = {(found.root + step) % 12 for step in QUALITIES[found.quality][1]}
        assert sounds == {note % 12 for note in notes}


def test_a_weak_key_below_is_a_bass_where_the_chord_has_it_and_a_strong_one_always() -> None:
    """What is common to several strings sounds below them, and nobody plays it."""

    def with_below(note: int, sure: float) -> int:
        heard = keys(54, 59, 63)  # B over its fifth
        heard[note - LOWEST] = sure
        return chord_of(heard, LOWEST).bass

    assert [with_below(48, sure) for sure in (0.2, 0.35, 0.45, 0.6)] == [6, 6, 6, 0]
    assert [with_below(47, sure) for sure in (0.2, 0.35, 0.45, 0.6)] == [6, 11, 11, 11]


@pytest.mark.parametrize("notes", [(), (60,), (60, 72), (60, 64), (60, 67), (96, 100, 103)])
def test_fewer_than_three_notes_within_range_are_none(notes: tuple[int, ...]) -> None:
    assert chord_of(keys(*notes), LOWEST).confidence < 0.85


def test_nothing_at_all_is_none() -> None:
    assert chord_of(np.zeros(88, np.float32), LOWEST) == NO_CHORD


def test_names_are_those_of_a_lead_sheet() -> None:
    assert name_of(9, 7, "min7") == "Am7/G"
    assert name_of(1, 1, "maj") == "Db"
    assert name_of(11, 11, "hdim7") == "Bm7b5"


def test_a_chord_stands_until_another_was_heard_often_enough() -> None:
    c, f = Chord("C", 0, 0, "maj", 0.9), Chord("F", 5, 5, "maj", 0.9)
    steady = Steady()
    told = [steady.read(one, 2).name for one in (c, c, f, c, f, f, NO_CHORD, f, NO_CHORD, NO_CHORD)]
    assert told == ["", "C", "C", "C", "C", "F", "F", "F", "F", ""]
    assert Steady().read(c, 1) == c


def test_a_chord_knows_its_third_and_its_place_among_the_fifths() -> None:
    minor, none = Chord("Dm", 2, 2, "min", 0.9), NO_CHORD
    assert (minor.on, minor.minor, minor.fifths) == (True, True, 2)
    assert (none.on, none.minor, none.fifths) == (False, False, -1)
    assert not Chord("G7", 7, 7, "7", 0.9).minor
