"""The onset box: strokes are found early, and nothing else is."""

from __future__ import annotations

import mir_eval
import numpy as np
import pytest

from engine.core.messages import Block
from engine.nodes.onset import Onset
from tests.nodes.sounds import BAD, RATE, blocks, sine, strokes


def found(box, sound, size=256, first=0):
    """Give the second at which each trigger came, and its value."""
    return [
        ((block.start - first + len(block.samples)) / RATE, trigger.value)
        for block in blocks(sound, size, first=first)
        for trigger in box.process(block)
    ]


def test_nearly_every_stroke_is_found_and_nothing_else():
    scores = []
    for seed in (50, 51, 52):
        sound, begins = strokes(seed, 15.0)
        times = np.array([at for at, _ in found(Onset(), sound)]) - Onset.lag
        scores.append(mir_eval.onset.f_measure(np.array(begins), times, window=0.03))
    f, precision, recall = np.mean(scores, axis=0)
    assert f >= 0.9
    assert precision >= 0.97
    assert recall >= 0.85


def test_a_hard_stroke_is_worth_more_and_both_come_within_35_ms():
    click = np.random.default_rng(0).normal(size=RATE // 10) * np.exp(-np.arange(RATE // 10) / 800)
    sound = np.random.default_rng(1).normal(0, 1e-4, 2 * RATE)
    for moment, level in ((0.5, 0.02), (1.0, 0.4)):
        sound[round(moment * RATE) :][: len(click)] += level * click
    (soft_at, soft), (hard_at, hard) = found(Onset(), sound, size=64)
    assert 0 < soft < hard <= 1
    assert 0.5 < soft_at < 0.535
    assert 1.0 < hard_at < 1.035


def test_sensitivity_decides_what_counts():
    sound, begins = strokes(60, 10.0)
    counts = [len(found(Onset(sensitivity=each), sound)) for each in (0.0, 0.5, 0.9)]
    assert counts == sorted(counts)
    assert counts[0] < 0.7 * len(begins)


def test_two_are_never_closer_than_rest():
    sound, _ = strokes(61, 10.0)
    times = [at for at, _ in found(Onset(rest=0.4), sound)]
    assert len(times) > 5
    assert np.diff(times).min() >= 0.39


@pytest.mark.parametrize("size", [64, 2048, 20 * RATE])
def test_the_size_of_blocks_changes_nothing(size):
    sound, _ = strokes(62, 5.0)
    values = [value for _, value in found(Onset(), sound, size)]
    assert values == [value for _, value in found(Onset(), sound)]


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_sound_begins_nothing(kind):
    assert found(Onset(sensitivity=1.0), BAD[kind]) == []


def test_noise_and_swells_are_no_beginnings():
    noise = np.random.default_rng(2).normal(0, 0.05, 8 * RATE)
    assert len(found(Onset(), noise)) == 0
    swell = sine(300.0, 4.0) * np.linspace(0.02, 1, 4 * RATE) ** 2
    assert len(found(Onset(), swell)) == 0


def test_clipping_makes_no_strokes():
    assert found(Onset(), np.clip(sine(110.0, 3.0, level=5.0), -1, 1)) == []


def test_a_gap_is_no_beginning():
    box = Onset()
    found(box, sine(300.0))
    assert found(box, sine(2000.0), first=5 * RATE) == []
    assert list(box.process(Block(np.zeros(0, np.float32), 44100, 0))) == []
    box.reset()
    assert found(box, sine(100.0)) == []
