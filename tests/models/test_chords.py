"""The box chords: right in any inversion, kept while it sounds, and none for what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.messages import Chord
from engine.dsp.audio.harmony import QUALITIES
from engine.models.chords import ChordsModel
from tests.by_night import few
from tests.models.chord_sounds import RATE, TIMBRES, Sound, blocks, chord, listen, silence

COMMON = ("maj", "min", "7", "maj7", "min7", "dim", "aug", "sus4", "hdim7", "dim7")


def heard(**parameters: Any) -> ChordsModel:
    box = ChordsModel(**parameters)
    box.open()
    return box


def names(box: ChordsModel, sound: Sound) -> list[str]:
    return [one.name for _, one in listen(box, sound)]


@pytest.mark.parametrize("timbre", few(TIMBRES, 2))
def test_ten_qualities_are_named_in_any_inversion(timbre: str) -> None:
    rng = np.random.default_rng(777)
    right = 0
    for quality in COMMON:
        root, steps = int(rng.integers(48, 60)), QUALITIES[quality][1]
        turned = int(rng.integers(len(steps)))
        notes = [root + step + (12 if n < turned else 0) for n, step in enumerate(steps)]
        named = listen(heard(), chord(notes, 0.6, timbre))[-1][1]
        sounds = {(named.root + step) % 12 for step in QUALITIES.get(named.quality, ("", ()))[1]}
        right += sounds == {note % 12 for note in notes} and named.bass == min(notes) % 12
    assert right >= 9


def test_it_names_root_bass_and_quality() -> None:
    told = listen(heard(), chord((55, 57, 60, 64), 1.0))[-1][1]
    assert (told.name, told.root, told.bass, told.quality) == ("Am7/G", 9, 7, "min7")
    assert told.minor
    assert told.confidence > 0.9


@pytest.mark.parametrize(
    "sound",
    [
        silence(1.0),
        silence(1.0) + 0.5,
        np.random.default_rng(2).normal(0, 0.1, RATE),
        np.random.default_rng(2).normal(0, 3e-4, RATE),
        np.full(RATE, np.nan),
        chord((57,), 1.2),
        chord((57,), 1.2, "reed"),
        chord((60, 64), 1.2, "reed"),
        chord((45, 52), 1.2),
    ],
    ids=["silence", "DC", "hiss", "a room", "NaN", "a note", "a reed", "a third", "a fifth"],
)
def test_what_is_no_chord_has_no_name(sound: Sound) -> None:
    told = [one for _, one in listen(heard(), sound)]
    assert told
    assert set(told) == {Chord("", -1, -1, "", 0.0)}


def test_a_chord_stays_while_it_is_struck_again_and_ends_with_the_sound() -> None:
    strokes = [chord((48, 64, 67, 72), 0.4) for _ in range(4)]
    told = names(heard(), np.concatenate((*strokes, silence(1.2))))
    changes = [name for name, before in zip(told[1:], told, strict=False) if name != before]
    assert changes == ["C", ""]


def test_the_next_chord_takes_over() -> None:
    told = names(heard(), np.concatenate((chord((48, 60, 64, 67), 1.2), chord((57, 60, 65), 1.2))))
    named = [name for name, before in zip(told[1:], told, strict=False) if name != before]
    assert named[0] == "C"
    assert named[-1] == "F/A"


def test_after_a_gap_or_a_reset_there_is_none() -> None:
    box = heard()
    sound = chord((60, 64, 67), 1.0)
    assert names(box, sound)[-1] == "C"
    (told, *_) = (one for b in blocks(silence(0.2), start=10**6) for one in box.process(b))
    assert told.name == ""
    assert names(box, sound)[-1] == "C"
    box.reset()
    assert set(names(box, silence(0.3))) == {""}
