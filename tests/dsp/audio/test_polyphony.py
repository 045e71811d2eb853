"""Keys begin where their onsets are peaks, end once silent, and are never left sounding."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.dsp.audio.polyphony import Polyphony, Rules

ALL = Rules(0.5, 0.3, range(88), 0)
MIDDLE = 39
AHEAD = 6


def read(onsets: np.ndarray, frames: np.ndarray, rules: Rules = ALL) -> list[tuple[int, int, bool]]:
    keys = Polyphony()
    told = []
    for at in range(1, len(onsets) - AHEAD):
        cut = slice(at - 1, at + AHEAD)
        told += [(at, key, on) for key, on in keys.read(onsets[cut], frames[cut], rules)]
    return told + [(len(onsets), key, on) for key, on in keys.end()]


def struck(*strokes: tuple[int, int, int, float]) -> tuple[np.ndarray, np.ndarray]:
    onsets, frames = np.zeros((60, 88), np.float32), np.zeros((60, 88), np.float32)
    for key, begin, end, sure in strokes:
        onsets[begin - 1 : begin + 2, key] = (sure / 2, sure, sure / 2)
        frames[begin:end, key] = 0.8
    return onsets, frames


def test_a_key_begins_at_its_peak_and_ends_a_little_after_it_sounds() -> None:
    assert read(*struck((MIDDLE, 10, 30, 0.9))) == [(10, MIDDLE, True), (34, MIDDLE, False)]


def test_a_key_that_is_struck_again_ends_first() -> None:
    told = read(*struck((MIDDLE, 10, 40, 0.9), (MIDDLE, 25, 40, 0.9)))
    assert [(at, on) for at, _, on in told] == [(10, True), (25, False), (25, True), (44, False)]


def test_an_onset_that_is_not_sure_or_does_not_sound_on_is_none() -> None:
    assert read(*struck((MIDDLE, 10, 30, 0.4))) == []
    assert read(*struck((MIDDLE, 10, 11, 0.9))) == []


def test_of_neighbours_the_surer_one_begins() -> None:
    told = read(*struck((MIDDLE, 10, 30, 0.9), (MIDDLE + 1, 11, 30, 0.7)))
    assert {key for _, key, _ in told} == {MIDDLE}


def test_no_note_is_shorter_and_none_is_out_of_range() -> None:
    sound = struck((MIDDLE, 10, 15, 0.9), (80, 10, 30, 0.9))
    told = read(*sound, Rules(0.5, 0.3, range(60), 20))
    assert told == [(10, MIDDLE, True), (30, MIDDLE, False)]


@settings(max_examples=60, deadline=None)
@given(*[arrays(np.float32, (20, 88), elements=st.floats(0, 1, width=32), fill=st.just(0))] * 2)
def test_whatever_it_reads_each_key_begins_and_ends_in_turn(
    onsets: np.ndarray, frames: np.ndarray
) -> None:
    sounds: set[int] = set()
    for _, key, on in read(onsets, frames, Rules(0.1, 0.1, range(88), 2)):
        assert (key in sounds) is not on
        (sounds.add if on else sounds.remove)(key)
    assert not sounds
