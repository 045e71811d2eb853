"""The loudness box: decibels that are true, bands, and a range that finds itself."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.core.errors import ParameterError
from engine.core.messages import Block
from engine.nodes.loudness import Loudness
from tests.nodes.sounds import BAD, RATE, blocks, sine


def listen(box, sound, **how):
    return [loud for block in blocks(sound, **how) if (loud := box.process(block)) is not None]


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 48000, 96000])
@pytest.mark.parametrize(("level", "db"), [(1.0, -3.0), (0.1, -23.0), (0.001, -63.0)])
def test_decibels_are_those_of_full_scale(level, db, rate):
    last = listen(Loudness(), sine(997.0, 0.2, level, rate), rate=rate)[-1]
    assert last.db == last.level == pytest.approx(db, abs=0.1)


def test_each_band_hears_its_own():
    for hz, own in ((100.0, "low"), (800.0, "mid"), (5000.0, "high")):
        last = listen(Loudness(), sine(hz, 0.3))[-1]
        others = {"low", "mid", "high"} - {own}
        assert getattr(last, own) == pytest.approx(-9.0, abs=0.3)
        assert all(getattr(last, other) < -35 for other in others)


def test_a_band_of_ones_own():
    box = Loudness(band=[40.0, 120.0])
    assert listen(box, sine(80.0))[-1].level == pytest.approx(-9.0, abs=0.5)
    box.reset()
    assert listen(box, sine(1000.0))[-1].level < -50


def test_automatic_range_is_the_last_10_seconds():
    box = Loudness(scale="auto")
    quiet, loud = 0.01 * np.ones(RATE), 0.3 * np.ones(RATE)
    noise = np.random.default_rng(0).normal(size=RATE)
    told = listen(box, np.concatenate([quiet * noise, loud * noise, quiet * noise]))
    levels = np.array([each.level for each in told])
    assert levels.min() >= 0.0
    assert levels.max() <= 1.0
    third = len(levels) // 3
    assert np.median(levels[third + 40 : 2 * third]) > 0.9
    assert np.median(levels[2 * third + 40 :]) < 0.15
    assert all(-90 <= each.db <= 0 for each in told)
    # What was loud 10 s ago is forgotten: what is left fills the range again.
    later = listen(box, np.concatenate([0.01 * noise] * 10 + [0.05 * noise]), first=3 * RATE)
    assert later[-1].level > 0.9


def test_a_steady_sound_is_not_blown_up():
    told = listen(Loudness(scale="auto"), np.random.default_rng(1).normal(0, 1e-4, 2 * RATE))
    assert max(each.level for each in told[20:]) < 0.5


def test_a_sudden_sound_shows_within_25_ms():
    sound = np.concatenate([np.zeros(RATE // 2), sine(300.0)])
    told = listen(Loudness(), sound, size=64)
    first = next(number for number, each in enumerate(told) if each.db > -20)
    assert (first + 8) * 0.005 - 0.5 <= 0.025


@pytest.mark.parametrize("size", [64, 2048, RATE])
def test_the_size_of_blocks_changes_nothing(size):
    sound = sine(300.0) * np.linspace(0, 1, RATE)
    assert listen(Loudness(), sound, size=size)[-1] == listen(Loudness(), sound)[-1]


@pytest.mark.parametrize("kind", BAD)
@pytest.mark.parametrize("scale", ["db", "auto"])
def test_what_is_no_sound_is_silent(kind, scale):
    for loud in listen(Loudness(scale=scale), BAD[kind]):
        assert all(math.isfinite(number) for number in loud)
    assert loud.db < -80
    if scale == "auto":
        assert loud.level == 0.0


def test_clipped_sound_is_just_loud():
    last = listen(Loudness(), np.clip(sine(300.0, level=9.0), -1, 1))[-1]
    assert last.db == pytest.approx(-0.5, abs=0.6)


def test_empty_blocks_say_nothing_and_a_gap_begins_anew():
    box = Loudness()
    assert box.process(Block(np.zeros(0, np.float32), RATE, 0)) is None
    assert listen(box, sine(300.0))[-1].db > -10
    assert listen(box, np.zeros(256), first=10 * RATE) == []  # the window was emptied
    assert listen(box, np.zeros(RATE), first=20 * RATE)[0].db == -90.0
    assert listen(box, sine(300.0, rate=44100), rate=44100)[-1].db == pytest.approx(-9, abs=0.1)


@pytest.mark.parametrize("band", [[100.0], [200.0, 100.0], [100.0, 100.0], [1.0, 2.0, 3.0]])
def test_a_band_that_is_none_is_told(band):
    with pytest.raises(ParameterError, match=r"band: expected \[lowest, highest\] in Hz"):
        Loudness(band=band)


def test_a_band_that_is_set_while_playing_counts_at_once():
    box = Loudness()
    listen(box, sine(80.0))
    box.band = [1000.0, 2000.0]
    assert listen(box, sine(80.0), first=RATE)[-1].level < -40
    box.band = [9.0]
    with pytest.raises(ParameterError, match="band"):
        listen(box, sine(80.0), first=2 * RATE)
