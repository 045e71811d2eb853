"""What counts as something that happened."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.core.messages import Mask, Note, Pitch, Text, Trigger
from engine.nodes.trigger import TriggerNode as When


def singing(on, note=69.0):
    return Pitch(440.0, note, 1.0, on)


@pytest.mark.parametrize(
    ("came", "expected"),
    [
        ([Trigger(0.5), Trigger(0.5)], [0.5, 0.5]),
        ([Note(60, 100), Note(60, 0), Note(62, 1)], [60.0, None, 62.0]),
        ([False, True, True, False, True], [None, 1.0, None, None, 1.0]),
        ([3, 3, 4], [3.0, None, 4.0]),
        ([0.5, 0.5, 0.4, math.nan], [0.5, None, 0.4, None]),
        (["go", "go"], [1.0, 1.0]),
        ([Text("g", final=False), Text("go"), Text("go")], [None, 1.0, 1.0]),
        ([singing(False), singing(True), singing(True, 70.0)], [None, 69.0, None]),
        ([singing(True, math.nan), Trigger(math.inf)], [1.0, 1.0]),
    ],
)
def test_when_it_triggers_and_with_what(came, expected):
    when = When()
    given = [when.process(each) for each in came]
    assert [each.value if each else None for each in given] == expected


def test_anything_else_triggers_each_time():
    mask = Mask(np.zeros((2, 2), np.float32))
    when = When()
    assert [when.process(mask), when.process(mask)] == [Trigger(), Trigger()]


def test_after_a_reset_a_switch_that_is_on_goes_on_anew():
    when = When()
    when.process(True)
    when.reset()
    assert when.process(True) == Trigger(1.0)
