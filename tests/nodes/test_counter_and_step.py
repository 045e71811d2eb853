"""Counting, and going through a list; the walk itself is tested in tests/dsp/test_walk.py."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import PatchError
from engine.core.messages import Trigger
from engine.nodes.counter import Counted, Counter
from engine.nodes.step import StepNode, Stepped
from engine.testing import play

GO = Trigger()


def numbers(counter, count):
    return [said and said.number for said in (counter.process(GO) for _ in range(count))]


def values(step, count):
    return [said and said.value for said in (step.process(GO) for _ in range(count))]


def test_it_counts_from_1_to_4_and_says_when_it_is_there():
    counter = Counter()
    assert [counter.process(GO) for _ in range(5)] == [
        Counted(1),
        Counted(2),
        Counted(3),
        Counted(4, Trigger()),
        Counted(1),
    ]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"min": 0, "max": 2}, [0, 1, 2, 0, 1]),
        ({"min": -1, "max": 1, "direction": "down"}, [1, 0, -1, 1, 0]),
        ({"max": 3, "direction": "pingpong"}, [1, 2, 3, 2, 1]),
        ({"min": 8, "max": 6}, [6, 7, 8, 6, 7]),
        ({"max": 1}, [1, 1, 1, 1, 1]),
        ({"max": 2, "loop": False}, [1, 2, None, None, None]),
    ],
)
def test_its_parameters_say_what_it_counts(parameters, expected):
    assert numbers(Counter(**parameters), 5) == expected


def test_back_and_reset():
    counter = Counter(max=8)
    numbers(counter, 3)
    assert counter.on_back(GO) == Counted(2)
    counter.on_reset(GO)
    assert numbers(counter, 2) == [1, 2]
    counter.reset()
    assert numbers(counter, 1) == [1]


def test_back_never_carries():
    counter = Counter(max=3)
    numbers(counter, 1)
    assert counter.on_back(GO) == Counted(3)


def test_one_that_has_ended_counts_on_when_its_max_is_raised():
    counter = Counter(max=2, loop=False)
    assert numbers(counter, 3) == [1, 2, None]
    counter.max = 5
    counter.loop = True
    assert numbers(counter, 2) == [3, 4]


@given(
    st.integers(-50, 50),
    st.integers(-50, 50),
    st.sampled_from(["up", "down", "pingpong"]),
    st.booleans(),
    st.lists(st.sampled_from(["go", "back", "reset"])),
)
def test_it_stays_within_its_numbers(low, high, direction, loop, calls):
    counter = Counter(min=low, max=high, direction=direction, loop=loop)
    methods = {"go": counter.process, "back": counter.on_back, "reset": counter.on_reset}
    said = [methods[call](GO) for call in calls]
    lowest, highest = sorted((low, high))
    assert all(lowest <= each.number <= highest for each in said if each)


def test_a_step_goes_through_its_list():
    step = StepNode(steps=["ink", 2.0])
    assert [step.process(GO) for _ in range(3)] == [
        Stepped("ink", 1),
        Stepped(2.0, 2, Trigger()),
        Stepped("ink", 1),
    ]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, ["a", "b", "c", "a", "b"]),
        ({"direction": "down"}, ["c", "b", "a", "c", "b"]),
        ({"direction": "pingpong"}, ["a", "b", "c", "b", "a"]),
        ({"loop": False}, ["a", "b", "c", None, None]),
        ({"steps": []}, [None] * 5),
        ({"steps": ["a", float("nan"), "b"]}, ["a", "b", "a", "b", "a"]),
    ],
)
def test_a_list_is_walked_as_its_parameters_say(parameters, expected):
    assert values(StepNode(**{"steps": ["a", "b", "c"], **parameters}), 5) == expected


def test_a_list_back_and_reset():
    step = StepNode(steps=["a", "b", "c"])
    values(step, 2)
    assert step.on_back(GO).value == "a"
    assert step.on_back(GO).value == "c"
    step.on_reset(GO)
    assert values(step, 2) == ["a", "b"]


def test_chance_is_the_same_each_time_and_after_a_reset():
    step, again = (StepNode(steps=list("abcdef"), direction="random", seed=5) for _ in range(2))
    first = values(step, 20)
    assert values(again, 20) == first
    step.reset()
    assert values(step, 20) == first
    assert values(StepNode(steps=list("abcdef"), direction="random", seed=6), 20) != first


PATCH = """
[kick]
use = "every"
time = "100 ms"
[four]
use = "counter"
from = "kick"
{counter}
[look]
use = "step"
from = "four.carry"
steps = ["ink", "mosaic"]
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/count" = "four"
"/look" = "look"
"""


def test_every_4th_kick_takes_the_next_look():
    played = play(PATCH.format(counter=""), seconds=1.55)
    assert played.errors == []
    assert [each.args[0] for each in played.sent("out", "/count")] == [1, 2, 3, 4] * 4
    looks = played.sent("out", "/look")
    assert [(round(each.t, 3), each.args) for each in looks] == [
        (0.3, ["ink"]),
        (0.7, ["mosaic"]),
        (1.1, ["ink"]),
        (1.5, ["mosaic"]),
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("maxx = 3", 'counter has no "maxx". Did you mean "max"?'),
        ("max = 3.5", "expected a whole number from -9999 to 9999, got 3.5"),
        (
            'direction = "pinpong"',
            'expected one of "up", "down", "pingpong", got "pinpong". Did you mean "pingpong"?',
        ),
    ],
)
def test_a_wrong_parameter_is_told_with_the_nearest(line, message):
    with pytest.raises(PatchError) as caught:
        play(PATCH.format(counter=line), seconds=1)
    assert message in str(caught.value)
