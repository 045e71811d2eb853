"""What a control sets, and what it shows: hysteresis, cycles, lamps and places."""

from __future__ import annotations

import itertools
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.core.node import Node
from engine.core.parameter import ON, Param, read_parameters
from engine.core.set_target import MARGIN, SetTarget, Shown, following, is_same, show, turned

Look = Literal["ink", "starry", "wave"]


class Painted(Node):
    """A box with a parameter of every sort."""

    axis: Annotated[Literal["x", "y", "z"], Param("which")] = "x"
    look: Annotated[Look | dict[Look, float], Param("which, or how much of each", 0, 1)] = "ink"
    lit: Annotated[bool, Param("whether")] = False
    people: Annotated[int, Param("how many", 1, 6)] = 1
    level: Annotated[float, Param("how much", -1, 1)] = 0.0
    free: Annotated[float, Param("any number")] = 0.0
    hold: Annotated[float, Param("how long", 0, 10, unit="s")] = 1.0
    word: Annotated[str, Param("a text")] = ""

    def process(self, value: float) -> float:
        return value


KNOWN = {**read_parameters(Painted), "on": ON}
LOOKS = ("ink", "starry", "wave")
DISTINCT = [
    ("axis", (), ["x", "y", "z"]),
    ("look", LOOKS, list(LOOKS)),
    ("lit", (), [False, True]),
    ("on", (), [False, True]),
    ("people", (), [1, 2, 3, 4, 5, 6]),
    ("people", (1, 3, 6), [1, 3, 6]),
    ("level", (-1, 0.25, 0.5, 1), [-1.0, 0.25, 0.5, 1.0]),
    ("hold", ("500 ms", 2, 3), [0.5, 2.0, 3.0]),
    ("word", ("a", "b"), ["a", "b"]),
]


@pytest.mark.parametrize(("name", "choices", "values"), DISTINCT)
def test_a_knob_takes_in_every_choice_and_both_ends(name, choices, values):
    found, now = [], None
    for step in range(128):
        now = turned(KNOWN[name], step / 127, now, choices)
        if now not in found:
            found.append(now)
    assert found == values
    assert [turned(KNOWN[name], end, values[1], choices) for end in (0.0, 1.0)] == [
        values[0],
        values[-1],
    ]


@pytest.mark.parametrize(("name", "choices", "values"), DISTINCT)
def test_a_noisy_knob_does_not_flicker_wherever_it_rests(name, choices, values):
    parameter = KNOWN[name]
    for rest in range(1, 127):
        now = turned(parameter, rest / 127, values[0], choices)
        heard = [now]
        for noise in (1, 0, -1, 0, 1, -1, 0, 1):
            heard.append(turned(parameter, (rest + noise) / 127, heard[-1], choices))
        changes = sum(one != other for one, other in itertools.pairwise(heard))
        assert changes <= 1, (rest, heard)


@given(st.floats(0, 1), st.floats(-1, 1))
def test_a_number_follows_every_movement(position, now):
    assert turned(KNOWN["level"], position, now) == pytest.approx(2 * position - 1)


def test_the_margin_is_more_than_one_step_of_a_knob():
    assert 1 / 127 < MARGIN < 2 / 127


def test_what_no_knob_can_set_is_refused():
    with pytest.raises(ParameterError):
        turned(KNOWN["word"], 0.5, "")


@pytest.mark.parametrize(
    ("name", "now", "choices", "then"),
    [
        ("look", "ink", LOOKS, "starry"),
        ("look", "wave", LOOKS, "ink"),
        ("look", {"starry": 1.0, "ink": 0.0}, LOOKS, "wave"),
        ("look", {"starry": 0.5, "ink": 0.5}, LOOKS, "ink"),
        ("on", True, (True, False), False),
        ("on", False, (True, False), True),
        ("people", 3, (3, 1), 1),
        ("people", 5, (3, 1), 3),
        ("hold", 0.5, ("500 ms", 2), 2),
        ("level", 0.699999988079071, (0.7, 0.1), 0.1),  # as OSC sends 0.7
    ],
)
def test_the_next_choice_is_the_one_after_what_is_set(name, now, choices, then):
    assert following(KNOWN[name], now, choices) == then


@pytest.mark.parametrize(
    ("name", "value", "wanted", "same"),
    [
        ("look", "ink", "ink", True),
        ("look", {"ink": 1.0}, "ink", True),
        ("look", {"ink": 0.5}, "ink", False),
        ("look", "ink", {"ink": 1, "wave": 0}, True),
        ("look", "ink", "no look", False),
        ("people", 2, 2.0, True),
        ("people", 2, True, False),
        ("lit", True, 1, True),
        ("hold", 2.0, "2 s", True),
        ("word", "a", "b", False),
    ],
)
def test_values_are_the_same_however_they_are_written(name, value, wanted, same):
    assert is_same(KNOWN[name], value, wanted) is same


def target(name, **more):
    return SetTarget("b", name, **more)


@pytest.mark.parametrize(
    ("wanted", "now", "shown"),
    [
        (target("look", values=("starry",)), "starry", True),
        (target("look", values=("starry",)), "ink", False),
        (target("look", values=("starry",), rest=("ink",)), "ink", False),
        (target("look", values=LOOKS), "wave", True),
        (target("look", values=LOOKS), {"wave": 0.5}, False),
        (target("look", values=("ink",), rest=("ink",)), "ink", False),
        (target("on"), True, True),
        (target("on"), False, False),
        (target("level"), 0.2, True),
        (target("level"), -0.2, False),
        (target("level", span=(1.0, 0.0)), 0.2, True),
    ],
)
def test_a_lamp_is_lit_while_its_choice_is_set(wanted, now, shown):
    assert show(wanted, KNOWN[wanted.parameter], now).lit is shown


@pytest.mark.parametrize(
    ("wanted", "now", "shown"),
    [
        (target("level"), 0.0, (0.5, 0.0)),
        (target("level", span=(0.5, 1.0)), 0.75, (0.5, 0.0)),
        (target("level", span=(1.0, 0.0)), 0.25, (0.75, 0.0)),
        (target("level", span=(0.0, 0.5)), 0.9, (1.0, 0.0)),
        (target("level", span=(0.5, 0.5)), 0.5, (None, 0.0)),
        (target("free"), 0.25, (0.25, 0.0)),
        (target("people"), 6, (1.0, 0.1)),
        (target("axis"), "y", (0.5, pytest.approx(1 / 6))),
        (target("look", values=LOOKS), "wave", (pytest.approx(5 / 6), pytest.approx(1 / 6))),
        (target("look", values=LOOKS), {"ink": 0.5}, (None, 0.0)),
        (target("on"), True, (1.0, 0.5)),
        (target("word"), "a", (None, 0.0)),
    ],
)
def test_a_knob_stands_where_its_value_is(wanted, now, shown):
    found = show(wanted, KNOWN[wanted.parameter], now)
    assert (found.position, found.reach) == shown


@pytest.mark.parametrize(("name", "choices", "values"), DISTINCT)
def test_where_a_knob_is_told_to_stand_it_sets_the_same_again(name, choices, values):
    for value in values:
        shown = show(target(name, values=choices), KNOWN[name], value)
        assert isinstance(shown, Shown)
        assert shown.position is not None
        assert turned(KNOWN[name], shown.position, value, choices) == value
        assert turned(KNOWN[name], shown.position, None, choices) == value
