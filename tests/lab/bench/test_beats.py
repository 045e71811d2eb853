"""A metronome's beats: what is lost or comes twice, wherever, displaces one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.lab.bench.rig.beats import Beats

APART = 2400
BEATS = 6


def _metronome() -> NDArray[np.float32]:
    """Beats as `jack_metro` gives them: a tick of a tone that swells and fades, and silence."""
    tick = np.sin(np.arange(APART // 5) * 0.115) * np.hanning(APART // 5)
    beat = np.concatenate((tick, np.zeros(APART - len(tick))))
    return np.tile(beat, BEATS).astype(np.float32)


def _heard(sound: NDArray[np.float32], blocks: list[int]) -> Beats:
    beats = Beats(APART)
    for block in np.split(sound, np.cumsum(blocks)):
        beats.add(block)
    return beats


BLOCKS = st.lists(st.integers(0, 1500), max_size=20)
PLACES = st.integers(3 * APART // 2, 4 * APART)
"""After the first whole beat, and before the last."""


@given(BLOCKS, st.integers(0, 3 * APART))
def test_a_sound_without_a_gap_has_every_beat_in_its_place(blocks: list[int], since: int) -> None:
    beats = _heard(_metronome()[since:], blocks)
    assert beats.displaced == 0
    assert beats.heard >= BEATS - 2 - since // APART


@given(BLOCKS, PLACES, st.integers(1, 1500))
def test_what_is_lost_displaces_a_beat(blocks: list[int], at: int, count: int) -> None:
    sound = _metronome()
    assert _heard(np.delete(sound, np.s_[at : at + count]), blocks).displaced > 0


@given(BLOCKS, PLACES, st.integers(1, 1500))
def test_what_comes_twice_displaces_a_beat(blocks: list[int], at: int, count: int) -> None:
    sound = _metronome()
    twice = np.insert(sound, at, sound[at : at + count])
    assert _heard(twice, blocks).displaced > 0


@pytest.mark.parametrize("sound", [np.zeros(0), np.zeros(9999), np.ones(9999)])
def test_what_has_no_beats(sound: NDArray[np.float64]) -> None:
    beats = _heard(sound.astype(np.float32), [])
    assert (beats.heard, beats.displaced) == (0, 0)
