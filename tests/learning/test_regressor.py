"""Knobs by examples: what was shown comes back, and what lies between is between."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from engine.learning.lesson import Lesson
from engine.learning.regressor import FEW, Regressor
from engine.learning.weights import LessonWeights

from .lessons import moment, shown

TWO = (("here", (0.0, 0.0, 0.0), {"k": 0.0}), ("here", (1.0, 1.0, 1.0), {"k": 1.0}))


def knob(learned: Regressor, at: float) -> tuple[float, float]:
    found = learned.reckon(np.full(3, at, np.float32))
    assert found is not None
    return float(found[0][0]), found[1]


@pytest.mark.parametrize("takes", [1, 3])
@pytest.mark.parametrize("moments", [1, 2, 20])
def test_two_places_come_back_and_between_them_it_moves_steadily(moments, takes) -> None:
    learned = Regressor(shown(*TWO * takes, moments=moments))
    way = [knob(learned, at) for at in np.linspace(0, 1, 11)]
    turned = [value for value, _ in way]
    assert turned[0] == pytest.approx(0, abs=0.05) and turned[-1] == pytest.approx(1, abs=0.05)
    assert turned[5] == pytest.approx(0.5, abs=0.1)
    assert all(later > earlier for earlier, later in pairwise(turned))
    assert max(far for _, far in way) < 1, "what lies between is known, however often it was shown"
    assert knob(learned, 30.0)[1] > 1


def test_a_tremble_moves_the_knobs_no_more_than_it_moves_the_numbers() -> None:
    learned = Regressor(shown(*TWO, moments=2))
    rng = np.random.default_rng(3)
    rows = 0.5 + 0.02 * rng.normal(size=(200, 3)).astype(np.float32)
    turned = [learned.reckon(row)[0][0] for row in rows]
    assert np.std(turned) < 0.03


def test_of_few_places_nobody_says_how_near_it_comes() -> None:
    places = [("here", (x, 0.0, 0.0), {"k": x}) for x in np.linspace(0, 1, FEW)]
    few, enough = (Lesson.of("regress", shown(*each), 0.2) for each in (places[1:], places))
    assert math.isnan(few.score) and f"from {FEW} places" in few.report
    assert enough.score > 0.9 and "off, of what was left out" in enough.report


def test_contradictory_takes_are_told_by_how_far_off_they_are() -> None:
    places = [("here", (0.0, 0.0, 0.0), {"k": k}) for k in (0.0, 1.0)]
    once, thrice = (Lesson.of("regress", shown(*places * takes), 0.2) for takes in (1, 3))
    assert once.score < 0.9 and "off, of what was shown" in once.report
    assert thrice.score == pytest.approx(0.5, abs=0.1) and "of what was left out" in thrice.report


def test_what_weighs_less_is_followed_less_and_what_weighs_nothing_not_at_all() -> None:
    takes = (("old", (0.0, 0.0, 0.0), {"k": 0.0}), ("new", (0.0, 0.0, 0.0), {"k": 1.0}))
    found = {}
    for weight in (0.0, 0.05, 1.0):
        lesson = Lesson.of(
            "regress", shown(*takes, *TWO[1:]), 0.2, LessonWeights(classes={"old": weight})
        )
        told = lesson.reckoned(moment((0.0, 0.0, 0.0)))
        assert told is not None
        found[weight] = told.knobs["k"]
    assert found[0.0] == pytest.approx(1, abs=0.02)
    assert found[1.0] == pytest.approx(0.5, abs=0.1)
    assert found[1.0] + 0.2 < found[0.05] < found[0.0]
