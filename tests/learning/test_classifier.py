"""Classes by examples, whatever the size of the numbers, and how well they are learned."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.learning.lesson import Lesson

from .lessons import moment, shown

PLACES = {"low": (0.0, 0.0, 0.0), "high": (1.0, 1.0, 0.0), "side": (1.0, 0.0, 1.0)}


def told(lesson: Lesson, place: np.ndarray) -> str:
    found = lesson.classified(moment(tuple(place)))
    assert found is not None
    return max(found.shares, key=found.shares.__getitem__) if found.distance <= 1 else ""


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0, 1e3, 1e6])
@pytest.mark.parametrize("task", ["classify", "regress"])
def test_numbers_of_any_size_are_learned(scale: float, task: str) -> None:
    rng = np.random.default_rng(5)
    takes = [
        (label, tuple(scale * (np.array(place) + 0.03 * rng.normal(size=3))), {"k": place[0]})
        for _ in range(4)
        for label, place in PLACES.items()
    ]
    lesson = Lesson.of(task, shown(*takes, noise=0.0, moments=1), 0.2)
    for place in PLACES.values():
        asked = scale * (np.array(place) + 0.03 * rng.normal(size=3))
        if task == "classify":
            assert PLACES[told(lesson, asked)] == place
        else:
            found = lesson.reckoned(moment(tuple(asked)))
            assert found is not None and found.distance < 1
            assert found.knobs["k"] == pytest.approx(place[0], abs=0.2)
    far = lesson.classified if task == "classify" else lesson.reckoned
    found = far(moment(tuple(scale * np.array([9.0, -9.0, 9.0]))))
    assert found is not None and found.distance > 1


def test_numbers_far_from_zero_and_of_very_different_size_are_learned_together() -> None:
    scale, offset = np.array([1e7, 1.0, 100.0]), np.array([1e8, 0.0, -1e5])
    rng = np.random.default_rng(6)
    takes = [
        (label, tuple(scale * (np.array(place) + 0.03 * rng.normal(size=3)) + offset), {})
        for _ in range(4)
        for label, place in PLACES.items()
    ]
    lesson = Lesson.of("classify", shown(*takes, noise=0.0, moments=1), 0.2)
    for label, place in PLACES.items():
        assert told(lesson, scale * np.array(place) + offset) == label
    assert told(lesson, scale * np.array([1.0, 0.5, 0.0]) + offset) == "", (
        "its second number counts"
    )


def test_what_never_moved_is_unsure_where_it_moves() -> None:
    takes = [(label, (0.5, place[0], place[2]), {}) for label, place in PLACES.items()] * 2
    lesson = Lesson.of("classify", shown(*takes, noise=0.0), 0.2)
    assert told(lesson, np.array([0.5, 1.0, 0.0])) == "high"
    assert told(lesson, np.array([5.0, 1.0, 0.0])) == ""


def test_of_single_moments_nobody_says_how_well_they_are_told_apart() -> None:
    takes = [(label, place, {}) for label, place in PLACES.items()]
    lesson = Lesson.of("classify", shown(*takes, moments=1), 0.2)
    assert math.isnan(lesson.score)
    assert (
        lesson.report == "how well it tells them apart is known once they are shown more than once"
    )
    assert told(lesson, np.array([1.0, 1.0, 0.0])) == "high"


def test_a_class_of_a_single_moment_is_no_error() -> None:
    takes = [("low", PLACES["low"], {}), ("side", PLACES["side"], {})] * 3
    examples = shown(*takes)
    examples.join(shown(("high", PLACES["high"], {}), moments=1))
    lesson = Lesson.of("classify", examples, 0.2)
    assert lesson.score == 1 and "high: not tried" in lesson.report


def test_two_classes_of_the_same_examples_are_told_to_be_one() -> None:
    takes = [(one, PLACES["low"], {}) for one in "abab"]
    lesson = Lesson.of("classify", shown(*takes, noise=0.0), 0.2)
    found = lesson.classified(moment(PLACES["low"]))
    assert found is not None and max(found.shares.values()) == pytest.approx(0.5)
    assert lesson.score == 0.5 and "b is taken for a most" in lesson.report
