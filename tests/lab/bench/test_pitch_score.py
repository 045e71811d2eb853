"""What readings are worth is counted as the table says: by readings made up here."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.lab.bench.rig.pitch_score import Readings, added, score, summary
from engine.synthetic.tones import tone

RATE = 48000
TRUTH = tone("sine", 220.0, RATE, seconds=0.5, rests=(0.1, 0.1))


def said(hz, *, every=0.005, sure=1.0):
    """Say ``hz(second)`` at every step."""
    at = np.arange(every, 0.7, every)
    return Readings(at, np.array([hz(each) for each in at]), np.full(len(at), sure))


def heard(readings):
    columns = summary(score(TRUTH, readings, RATE), says_sure=True)
    return {name: value for name, (value, _) in columns.items()}


def test_the_truth_itself_is_all_right() -> None:
    columns = heard(said(lambda at: 220.0 if 0.1 < at <= 0.6 else 0.0))
    assert columns["right"] == columns["sure: right"] == 100
    assert columns["hops with a reading"] == pytest.approx(99, abs=2)
    assert columns["rests with a reading"] == columns["octave errors"] == 0
    assert columns["onset p50"] == pytest.approx(5, abs=0.1)
    assert columns["off p50"] == pytest.approx(0)


def test_silence_does_not_win() -> None:
    columns = heard(said(lambda at: 0.0))
    assert columns["hops with a reading"] == 0
    assert columns["onset p50"] == math.inf


@pytest.mark.parametrize(("factor", "octaves"), [(2, 100), (0.5, 100), (3, 100), (1.1, 0)])
def test_an_octave_is_wrong_and_told_apart(factor: float, octaves: float) -> None:
    columns = heard(said(lambda at: 220.0 * factor))
    assert columns["right"] == 0
    assert columns["octave errors"] == octaves


def test_an_answer_that_is_taken_back_is_none() -> None:
    columns = heard(said(lambda at: 440.0 if 0.18 < at < 0.22 else 220.0))
    assert columns["onset p50"] == pytest.approx(120, abs=5.1)
    late = heard(said(lambda at: 440.0 if 0.4 < at < 0.42 else 220.0))
    assert late["onset p50"] == pytest.approx(5, abs=0.1)


def test_a_reading_in_a_rest_is_counted_apart_but_not_just_after_a_tone() -> None:
    columns = heard(said(lambda at: 220.0 if at <= 0.63 else 0.0))
    assert columns["right"] == 100
    assert columns["rests with a reading"] == pytest.approx(100 * 9 / 16, abs=7)


def test_one_of_two_that_never_answers_is_the_p90() -> None:
    right, never = said(lambda at: 220.0), said(lambda at: 0.0)
    both = added([score(TRUTH, each, RATE) for each in (right, never)])
    columns = summary(both, says_sure=False)
    assert columns["onset p50"][0] == pytest.approx(5, abs=0.1)
    assert columns["onset p90"][0] == math.inf
    assert "sure: right" not in columns
