"""The box drums: kick, snare and hat are told apart, soon, and nothing else is a drum."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest

from engine.dsp.audio.drums import LoudestStroke
from engine.lab.bench.rig.drummer import KINDS, RATE, drum, loops
from engine.nodes.drums import Drums
from tests.nodes.sounds import BAD, blocks, sine

PATTERNS = ("funk", "trap", "disco", "techno")


def found(box, sound, size=256, first=0):
    """Give the second at which each was told, its kind, and its value."""
    return [
        ((block.start - first + len(block.samples)) / RATE, kind, trigger.value)
        for block in blocks(sound, size, first=first)
        for struck in box.process(block)
        for kind, trigger in zip(KINDS, struck, strict=True)
        if trigger
    ]


def test_kick_snare_and_hat_are_told_apart():
    sums = {kind: np.zeros(3) for kind in KINDS}
    for loop in loops(PATTERNS, ("computed", "computed, tight"), seed=9):
        told = found(Drums(), loop.sound)
        for kind in KINDS:
            there = np.sort(loop.struck[kind])
            said = np.array([at for at, one, _ in told if one == kind]) - Drums.lag
            right = len(mir_eval.util.match_events(there, said, 0.05)) if len(there) else 0
            sums[kind] += (right, len(said), len(there))
    for kind, (right, said, there) in sums.items():
        assert 2 * right / (said + there) > 0.85, kind


def alone(kind, level=0.5):
    rng = np.random.default_rng(3)
    sound = rng.normal(0, 3e-4, 2 * RATE)
    for at in (0.5, 1.0, 1.5):
        stroke = level * drum(kind, 0, rng)
        part = sound[round(at * RATE) :][: len(stroke)]
        part += stroke[: len(part)]
    return sound


@pytest.mark.parametrize("kind", KINDS)
def test_a_drum_alone_is_that_drum_each_time_and_hardly_another(kind):
    told = found(Drums(), alone(kind), size=64)
    moments = [at for at, one, _ in told if one == kind]
    for at, begun in zip(moments, (0.5, 1.0, 1.5), strict=True):
        assert begun < at < begun + 0.045
    assert len(told) <= 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_harder_stroke_is_worth_more(kind):
    soft, hard = (
        next(value for _, one, value in found(Drums(), alone(kind, level)) if one == kind)
        for level in (0.1, 0.6)
    )
    assert 0 < soft < hard <= 1


def test_sensitivity_and_rest_decide_what_counts():
    (loop,) = loops(("sixteenths",), ("computed",), seed=4)
    counts = [len(found(Drums(sensitivity=each), loop.sound)) for each in (0.0, 0.5, 1.0)]
    assert counts == sorted(counts)
    assert counts[0] < counts[2]
    hats = [at for at, kind, _ in found(Drums(rest=0.3), loop.sound) if kind == "hat"]
    assert len(hats) > 5
    assert np.diff(hats).min() >= 0.29


def test_what_may_be_a_stroke_is_none_where_it_is_much_softer_than_the_ones_before():
    loudest = LoudestStroke()
    assert loudest.is_one(0.6, -50.0, 10.0)
    assert loudest.is_one(0.95, -20.0, 10.0)
    assert loudest.is_one(0.95, -40.0, 10.0)
    assert [loudest.is_one(0.6, hard, 10.0) for hard in (-29.0, -31.0)] == [True, False]
    loudest.passes(5.0)
    assert loudest.is_one(0.6, -31.0, 10.0)


@pytest.mark.parametrize("size", [64, 2048, 10 * RATE])
def test_the_size_of_blocks_changes_nothing(size):
    (loop,) = loops(("rock",), ("computed",), seed=5)
    values = [each[1:] for each in found(Drums(), loop.sound, size)]
    assert values == [each[1:] for each in found(Drums(), loop.sound)]


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_sound_is_no_drum(kind):
    assert found(Drums(sensitivity=1.0), BAD[kind]) == []


def test_hiss_swells_and_gaps_are_no_drums():
    assert found(Drums(), np.random.default_rng(2).normal(0, 0.05, 6 * RATE)) == []
    assert found(Drums(), sine(300.0, 3.0) * np.linspace(0.02, 1, 3 * RATE) ** 2) == []
    box = Drums()
    found(box, sine(300.0))
    assert found(box, sine(2000.0), first=5 * RATE) == []
    box.reset()
    assert found(box, sine(100.0)) == []
