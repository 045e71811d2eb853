"""The box transcribe: most notes of chords, each begun once and ended, and none of what is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from engine.core.errors import ParameterError
from engine.core.messages import Block, Note
from engine.models.transcribe import TranscribeModel
from tests.models.chord_sounds import RATE, Sound, blocks, chord, listen, silence

Told = list[tuple[float, Note]]


def heard(**parameters: Any) -> TranscribeModel:
    box = TranscribeModel(**parameters)
    box.open()
    return box


def begun(told: Told) -> list[int]:
    return sorted(note.note for _, note in told if note.velocity)


def stuck(told: Told) -> set[int]:
    """Return what sounds in the end; each note must end before it begins again."""
    sounds: set[int] = set()
    for _, note in told:
        assert (note.note in sounds) is (note.velocity == 0)
        (sounds.remove if note.velocity == 0 else sounds.add)(note.note)
    return sounds


@pytest.mark.parametrize(
    ("timbre", "least"),
    [("plucked", 0.85), ("reed", 0.85), ("organ", 0.7)],  # the octaves of an organ are notes too
)
def test_the_notes_of_chords_begin_in_time_and_end(timbre: str, least: float) -> None:
    rng = np.random.default_rng(4242)
    played: list[tuple[float, int]] = []
    sound: Sound = silence(0.3)
    for _ in range(3):
        notes = sorted(int(rng.integers(45, 60)) + step for step in (0, 7, 16))
        played += [(len(sound) / RATE, note) for note in notes]
        sound = np.concatenate((sound, chord(notes, 0.6, timbre), silence(0.15)))
    box = heard()
    told = listen(box, np.concatenate((sound, silence(0.6))))
    assert stuck(told) == set()
    late = [(when - box.lag, note.note) for when, note in told if note.velocity]
    right = sum(any(abs(at - t) < 0.07 and n == note for t, n in late) for at, note in played)
    assert 2 * right / (len(played) + len(late)) >= least


@pytest.mark.parametrize(
    "sound",
    [
        silence(1.5),
        silence(1.5) + 0.5,
        np.random.default_rng(1).normal(0, 3e-4, 2 * RATE),
        np.full(RATE, np.nan),
        np.full(RATE, np.inf),
    ],
    ids=["silence", "DC", "a room", "NaN", "infinity"],
)
def test_what_is_no_sound_has_no_notes(sound: Sound) -> None:
    assert listen(heard(), sound) == []


@pytest.mark.parametrize("spoil", ["clipped", "NaN", "DC"])
def test_bad_sound_still_has_its_notes(spoil: str) -> None:
    sound = np.concatenate((silence(0.2), chord((48, 60, 64, 67), 1.0), silence(0.5)))
    if spoil == "clipped":
        sound = np.clip(12 * sound, -1, 1)
    elif spoil == "NaN":
        sound[::500] = np.nan
    else:
        sound = sound + 0.3
    told = listen(heard(), sound)
    assert {60, 64, 67} <= set(begun(told))
    assert stuck(told) == set()


def test_a_gap_and_a_new_rate_end_what_sounds() -> None:
    for rate, start in ((RATE, 10**6), (44100, 0)):
        box = heard()
        told = listen(box, np.concatenate((silence(0.2), chord((60, 64, 67), 1.0))))
        assert stuck(told) == {60, 64, 67}
        after = list(box.process(Block(np.zeros(441, np.float32), rate, start)))
        assert sorted(note.note for note in after) == [60, 64, 67]
        assert all(note.velocity == 0 for note in after)


def test_after_a_reset_nothing_sounds() -> None:
    box = heard()
    listen(box, np.concatenate((silence(0.2), chord((60, 64, 67), 0.6))))
    box.reset()
    assert [told for block in blocks(silence(1.0)) for told in box.process(block)] == []


def test_how_the_sound_is_cut_changes_nothing() -> None:
    sound = np.concatenate((silence(0.2), chord((57, 60, 64), 0.7), silence(0.4)))
    ways = [[note for _, note in listen(heard(), sound, size=size)] for size in (64, 4000)]
    assert ways[0] == ways[1]
    assert ways[0]


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
def test_any_rate_will_do(rate: int) -> None:
    sound = np.concatenate((silence(0.2, rate), chord((60, 64, 67), 0.6, rate=rate)))
    assert begun(listen(heard(), sound, rate, rate // 50)) == [60, 64, 67]


def test_its_range_is_kept_and_ends_what_is_outside() -> None:
    sound = np.concatenate((silence(0.2), chord((48, 60, 64), 0.6)))
    box = heard(lowest=200.0, highest=300.0, channel=5)
    told = listen(box, sound)
    assert begun(told) == [60]
    assert told[0][1].channel == 5
    box.lowest = 280.0
    more = [note for block in blocks(silence(0.3), start=len(sound)) for note in box.process(block)]
    assert more == [Note(60, 0, 5)]


def test_velocity_follows_how_loud_it_is() -> None:
    def velocity(gain: float) -> int:
        sound = np.concatenate((silence(0.2), gain * chord((60, 64, 67), 0.6)))
        return max(note.velocity for _, note in listen(heard(), sound))

    soft, middle, hard = (velocity(gain) for gain in (0.05, 0.3, 2.0))
    assert 1 <= soft < middle < hard <= 127


def test_a_range_of_one_number_is_refused_and_the_first_one_stands() -> None:
    with pytest.raises(ParameterError, match="two different numbers"):
        TranscribeModel(range=[-20.0])
