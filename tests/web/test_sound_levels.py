"""The meters of sounds: nothing between two looks is missed, and a clip least of all."""

from __future__ import annotations

import numpy as np
import pytest
from runtime.boxes import COLLECT, play

from engine.core.messages import Block, Ns
from engine.runtime.entries import Arrival
from engine.web.sound_levels import FLOOR, KEPT, SoundLevels

PATCH = (
    '[s]\nuse="sound"\ncount=1\nlabel="Voice"\n[l]\nuse="loudness"\nfrom="s"\n'
    + COLLECT
    + 'l="l"\n'
)


@pytest.fixture
def engine():
    return play(PATCH).engine


@pytest.fixture
def levels(engine):
    found = SoundLevels(engine)
    found.read()
    return found


def say(engine, *values):
    at = Ns(engine.clock.now() + 10_000_000)
    engine.clock.move_to(at)
    samples = np.array(values, np.float32)
    engine.step(Arrival("s", "sound", Block(samples, 48000, 0), at))


def test_a_peak_between_two_looks_is_not_missed(engine, levels):
    for values in ([0.1, -0.1], [0.0, -0.5], [0.1, 0.1]):
        say(engine, *values)
    (level,) = levels.read()
    assert (level.name, level.box, level.label) == ("s.sound", "s", "Voice")
    assert level.peak == pytest.approx(-6.0, abs=0.1)
    assert level.rms == pytest.approx(20 * np.log10(np.sqrt(0.29 / 6)), abs=0.1)
    assert level.clips == 0


def test_without_sound_since_the_last_look_it_is_silent(engine, levels):
    say(engine, 0.5, 0.5)
    assert levels.read()[0].peak > -7
    (level,) = levels.read()
    assert (level.rms, level.peak) == (FLOOR, FLOOR)


@pytest.mark.parametrize("loud", [1.0, -1.0, 32767 / 32768, 1.7, -8.0])
def test_a_sample_at_the_end_is_a_clip_and_clips_are_counted(engine, levels, loud):
    say(engine, 0.0, loud, 0.0)
    say(engine, 0.99, -0.99)
    say(engine, loud)
    assert levels.read()[0].clips == 2
    say(engine, 0.5)
    assert levels.read()[0].clips == 2, "counted since the beginning, so no page misses one"


@pytest.mark.parametrize("values", [[], [np.nan, 0.5], [np.inf], [0.0]])
def test_strange_blocks_do_no_harm(engine, levels, values):
    say(engine, *values)
    (level,) = levels.read()
    assert np.isfinite([level.rms, level.peak]).all()


def test_what_nobody_looks_at_is_not_kept_for_ever(engine, levels):
    for _ in range(KEPT + 50):
        say(engine, 0.0)
    assert max(len(blocks) for blocks in levels._waiting.values()) == KEPT
