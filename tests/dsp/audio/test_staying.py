"""For how long a lag has been there, of readings that were written down."""

from __future__ import annotations

import numpy as np

from engine.dsp.audio.low_pass import ANALYSIS_RATE
from engine.dsp.audio.staying import AGE, LEAST, SHORTEST, Staying, has_stayed

LOW = 440.0
"""Samples of a low note."""


def read(staying: Staying, at: int, *lags: float) -> list[float]:
    return staying.read(np.array(lags), at).tolist()


def test_a_lag_is_there_for_as_long_as_it_stays_where_it_was() -> None:
    staying = Staying()
    assert read(staying, 0, LOW) == [0.0]
    assert read(staying, 60, LOW * 1.01, 80.0) == [60.0, 0.0]
    assert read(staying, 120, 80.5, LOW * 0.99) == [60.0, 120.0]
    assert read(staying, 180, LOW * 1.04) == [0.0]
    assert read(staying, 240) == []
    assert read(staying, 300, LOW) == [0.0]


def test_one_that_drifts_is_not_where_it_was() -> None:
    staying = Staying()
    stays = [read(staying, 60 * step, LOW * (1 + 0.008 * step))[0] for step in range(8)]
    assert max(stays) <= 150


def test_it_must_stay_for_a_period_of_a_low_note_in_a_sound_that_is_old_enough() -> None:
    lags = np.array([LOW, LOW, SHORTEST * 0.9])
    stays = np.array([LOW, LOW - 20, 10 * LOW])
    assert has_stayed(lags, stays, int(AGE * LOW) + 1, None).tolist() == [True, False, False]
    assert not has_stayed(lags, stays, int(AGE * LOW) - 1, None)[0]
    assert LEAST == 0.015 * ANALYSIS_RATE


def test_what_a_note_that_rings_on_has_in_common_with_the_next_is_not_believed() -> None:
    lags, stays = np.array([LOW]), np.array([5 * LOW])
    of = [has_stayed(lags, stays, 5000, LOW / times)[0] for times in (0.8, 1.0, 1.33, 2.0, 3.02)]
    assert of == [True, True, True, False, False]
