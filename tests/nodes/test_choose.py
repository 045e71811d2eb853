"""What picks and what lets only news through: choose, only_changes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Note, Trigger
from engine.core.parameter import read_parameters
from engine.nodes.choose import Choose
from engine.nodes.only_changes import OnlyChanges

LOOKS = ["ink", "mosaic", "starry"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "ink"),
        (0.99, "ink"),
        (1, "mosaic"),
        (2, "starry"),
        (2.5, "starry"),
        (99, "starry"),
        (-4, "ink"),
        (math.inf, "starry"),
        (math.nan, None),
    ],
)
def test_a_number_picks(value, expected):
    assert Choose(choices=LOOKS).process(value) == expected


def test_it_speaks_when_the_choice_is_another():
    choose = Choose(choices=LOOKS)
    assert [choose.process(value) for value in (0, 0.5, 1, 1, 0)] == [
        "ink",
        None,
        "mosaic",
        None,
        "ink",
    ]
    choose.reset()
    assert choose.process(0) == "ink"


def test_a_list_may_be_exchanged_while_playing():
    choose = Choose(choices=LOOKS)
    choose.process(2)
    choose.choices = ["only"]
    assert choose.process(2) == "only"
    choose.choices = []
    assert choose.process(2) is None


def test_a_patch_may_mix_texts_and_numbers():
    assert read_parameters(Choose)["choices"].from_patch(["a", 1, 2.5]) == ["a", 1.0, 2.5]


def news(node, *values):
    return [value for value in values if node.process(value) is not None]


def test_the_same_again_does_not_pass():
    assert news(OnlyChanges(), 1.0, 1.0, 2.0, 2.0, 1.0) == [1.0, 2.0, 1.0]
    assert news(OnlyChanges(), "a", "a", "b") == ["a", "b"]
    assert news(OnlyChanges(), True, True, False) == [True, False]
    assert news(OnlyChanges(by=0.5), True, False, True) == [True, False, True]


def test_every_trigger_and_note_passes():
    assert len(news(OnlyChanges(), Trigger(), Trigger(), Trigger())) == 3
    assert len(news(OnlyChanges(), Note(60, 1), Note(60, 1))) == 2


@given(st.lists(st.floats(0, 1)), st.floats(0, 0.5))
def test_what_passes_differs_enough_and_what_does_not_is_near(values, by):
    node, last = OnlyChanges(by=by), None
    for value in values:
        passed = node.process(value)
        if passed is None:
            assert value == last or abs(value - last) < by
        else:
            assert last is None or abs(value - last) >= by
            last = passed


def test_after_a_reset_everything_is_new():
    node = OnlyChanges()
    node.process(1.0)
    node.reset()
    assert node.process(1.0) == 1.0
