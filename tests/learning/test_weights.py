"""What counts how much: numbers by how their names begin, and classes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.learning.lesson import Lesson
from engine.learning.weights import LessonWeights

from .lessons import moment, shown, three_classes


def test_the_longest_beginning_that_fits_counts() -> None:
    weights = LessonWeights({"body": 2.0, "body.left_wrist": 5.0, "body.left_wrist.y": 0.0})
    names = ("body.left_wrist.x", "body.left_wrist.y", "body.nose.x", "bodywork", "level")
    assert weights.of_numbers(names).tolist() == [5, 0, 2, 1, 1]


@pytest.mark.parametrize(("said", "counts"), [(-3, 0), (1e9, 100), (math.nan, 1), (math.inf, 1)])
def test_absurd_weights_are_held(said: float, counts: float) -> None:
    assert LessonWeights({"p": said}, {"low": said}).of_numbers(["p"]).tolist() == [counts]
    assert LessonWeights({"p": said}, {"low": said}).of_classes(["low"]).tolist() == [counts]


def test_a_number_that_misleads_can_be_left_out() -> None:
    examples = shown(("a", (0.0, 0.0, 0.0), {}), ("b", (1.0, 0.0, 9.0), {}), noise=0.05)
    asked = moment((0.0, 0.0, 9.0))  # by its first number it is a
    plain = Lesson.of("classify", examples, 1.0)
    weighed = Lesson.of("classify", examples, 1.0, LessonWeights({"r": 0.0}))
    found, left = plain.classified(asked), weighed.classified(asked)
    assert found is not None and left is not None
    assert found.shares["a"] < 0.9 < left.shares["a"]
    assert weighed.names == ("p", "q") and left.distance < 1


def test_a_class_that_weighs_more_is_taken_sooner_and_one_of_none_never() -> None:
    asked = moment((0.5, 0.5, 0.0))  # between low and high
    sure = {}
    for weight in (0.0, 0.3, 1.0, 3.0):
        lesson = Lesson.of(
            "classify", three_classes(), 1.0, LessonWeights(classes={"high": weight})
        )
        found = lesson.classified(asked)
        assert found is not None
        sure[weight] = found.shares.get("high", 0.0)
    assert sorted(sure.values()) == [sure[weight] for weight in sorted(sure)]
    assert sure[0.0] == 0 and sure[3.0] > 0.6 > sure[1.0]


def test_takes_keep_their_numbers_where_some_are_left_out() -> None:
    lesson = Lesson.of("classify", three_classes(), 0.2, LessonWeights(classes={"low": 0.0}))
    found = lesson.classified(moment((1.0, 0.0, 1.0)))
    assert found is not None and found.take in (3, 6, 9)


def test_where_nothing_counts_that_is_said() -> None:
    lesson = Lesson.of("classify", three_classes(), 0.2, LessonWeights(dict.fromkeys("pqr", 0.0)))
    assert "all of them weigh 0" in lesson.report
    assert lesson.classified(moment((1.0, 0.0, 1.0))) is None


def test_gestures_of_more_weight_may_differ_more() -> None:
    turn = np.linspace(0, 2 * np.pi, 40)
    examples = shown(moments=1)
    for _ in range(2):
        examples.begin("circle", {})
        for place, angle in enumerate(turn):
            examples.add(moment((np.sin(angle), np.cos(angle), 0.0)), place / 30)
    flat = [moment((np.sin(angle), 0.1 * np.cos(angle), 0.0)) for angle in turn]
    found = []
    for weight in (1.0, 5.0):
        lesson = Lesson.of("gesture", examples, 0.2, LessonWeights(classes={"circle": weight}))
        stream = [*flat, *flat[-1:] * 30]
        found.append([lesson.spotted(one, n / 30)[0] for n, one in enumerate(stream)])
    assert not any(found[0]) and any(found[1])
