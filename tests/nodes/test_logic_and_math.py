"""Two switches or two numbers become one, whichever of them comes."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import PatchError
from engine.nodes.logic import Logic
from engine.nodes.math import Math
from engine.testing import play

OPS = ["add", "subtract", "multiply", "divide", "modulo", "power", "min", "max"]
OPS += ["average", "distance", "abs", "negate", "round", "floor", "ceil", "sqrt"]


@pytest.mark.parametrize(
    ("op", "table"),
    [
        ("and", [False, False, False, True]),
        ("or", [False, True, True, True]),
        ("xor", [False, True, True, False]),
        ("not", [True, True, False, False]),
    ],
)
def test_its_truth_table(op, table):
    answers = []
    for a, b in product([False, True], repeat=2):
        logic = Logic(op=op)
        logic.on_b(b, ns(0))
        answers.append(logic.process(a))
    assert answers == table


def test_the_second_switch_is_answered_in_its_own_moment():
    logic = Logic()
    assert logic.process(True) is False
    assert logic.wake() is None
    assert logic.on_b(True, ns(3)) is None
    assert logic.wake() == ns(3)
    assert logic.on_wake(ns(3)) is True
    assert logic.wake() is None


def test_both_of_one_moment_are_answered_once():
    logic = Logic()
    logic.on_b(True, ns(3))
    assert logic.process(True) is True
    assert logic.wake() is None


def test_after_a_loss_it_answers_anew_and_knows_what_was_not_lost():
    logic = Logic()
    logic.on_b(True, ns(0))
    logic.process(True)
    logic.reset()
    assert logic.process(True) is True


@given(
    st.sampled_from(["and", "or", "xor", "not"]),
    st.lists(st.tuples(st.sampled_from("ab"), st.booleans())),
)
def test_it_speaks_only_when_its_answer_changes(op, steps):
    logic, last = Logic(op=op), None
    for which, on in steps:
        if which == "a":
            said = logic.process(on)
        else:
            logic.on_b(on, ns(0))
            said = logic.on_wake(ns(0))
        assert said is None or said is not last
        last = last if said is None else said


@pytest.mark.parametrize(
    ("op", "a", "b", "answer"),
    [
        ("add", 2, 3, 5),
        ("subtract", 2, 3, -1),
        ("multiply", 2, 3, 6),
        ("divide", 3, 2, 1.5),
        ("modulo", 7, 3, 1),
        ("modulo", -1, 12, 11),
        ("power", 2, 3, 8),
        ("power", 2, -1, 0.5),
        ("min", 2, 3, 2),
        ("max", 2, 3, 3),
        ("average", 2, 3, 2.5),
        ("distance", 2, 3, 1),
        ("abs", -2, None, 2),
        ("negate", -2, None, 2),
        ("round", 2.6, None, 3),
        ("floor", -2.4, None, -3),
        ("ceil", -2.4, None, -2),
        ("sqrt", 9, None, 3),
    ],
)
def test_each_operation(op, a, b, answer):
    assert Math(op=op, b=b).process(float(a)) == answer


@pytest.mark.parametrize(
    ("op", "a", "b"),
    [
        ("divide", 1.0, 0.0),
        ("modulo", 1.0, 0.0),
        ("power", 0.0, -1.0),
        ("power", -8.0, 1 / 3),
        ("power", 1e200, 2.0),
        ("multiply", 1e200, 1e200),
        ("sqrt", -1.0, None),
        ("round", math.inf, None),
        ("floor", math.nan, None),
        ("add", 1.0, None),
    ],
)
def test_where_there_is_no_answer_it_says_nothing(op, a, b):
    assert Math(op=op, b=b).process(a) is None


@given(
    st.sampled_from(OPS),
    st.floats() | st.sampled_from([0.0, -0.0, 1e308, 5e-324]),
    st.none() | st.floats() | st.sampled_from([0.0, -0.0, 1e308, 5e-324]),
)
def test_it_never_says_what_is_no_number(op, a, b):
    said = Math(op=op, b=b).process(a)
    assert said is None or (type(said) is float and math.isfinite(said))


NUMBERS = """
[fast]
use = "every"
time = "100 ms"
[slow]
use = "every"
time = "250 ms"
[tens]
use = "counter"
from = "slow"
max = 9
[ones]
use = "counter"
from = "fast"
max = 9
[sum]
use = "math"
from = "tens"
{sum}
[out]
use = "collector"
send = {{ sum = "sum" }}
"""


def said(lines, seconds=0.52):
    played = play(NUMBERS.format(sum=lines), seconds=seconds)
    assert played.errors == []
    return [(round(sent.t, 3), sent.args[0]) for sent in played.sent("out")]


def test_it_answers_whichever_of_the_two_comes():
    assert said('b = { from = "ones" }') == [
        (0.0, 2),
        (0.1, 3),
        (0.2, 4),
        (0.25, 5),
        (0.3, 6),
        (0.4, 7),
        (0.5, 8),
        (0.5, 9),
    ]


def test_both_of_one_moment_and_one_origin_are_answered_once():
    lines = 'from = "ones"\nb = { from = "ones", in = [0, 1], to = [0, 10], curve = "linear" }'
    patch = NUMBERS.format(sum=lines).replace('from = "tens"\n', "")
    sums = [sent.args[0] for sent in play(patch, seconds=0.35).sent("out")]
    assert sums == [11, 12, 13, 14]  # the range is 0 to 1: 10 at most


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ('op = "multiply"\nb = 10', [(0.0, 10), (0.25, 20), (0.5, 30)]),
        ('op = "negate"', [(0.0, -1), (0.25, -2), (0.5, -3)]),
    ],
)
def test_its_second_number_is_a_number_or_a_cable_or_none(lines, expected):
    assert said(lines) == expected


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("", '[sum]: needs "b": a number, or a cable'),
        ('op = "mulitply"\nb = 2', 'Did you mean "multiply"?'),
        ('b = "two"', '[sum] b: expected a number, got "two"'),
        ("by = 2", 'math has no "by". There is: a, b, empty, from'),
    ],
)
def test_what_is_wrong_is_told(lines, message):
    with pytest.raises(PatchError) as caught:
        play(NUMBERS.format(sum=lines), seconds=1)
    assert message in str(caught.value)


def test_two_switches_need_both():
    patch = NUMBERS.format(sum="b = 1").replace('use = "math"', 'use = "logic"')
    with pytest.raises(PatchError) as caught:
        play(patch.replace("b = 1", ""), seconds=1)
    assert '[sum]: needs "b": a switch, by a cable' in str(caught.value)
    assert play(patch.replace("b = 1", 'op = "not"'), seconds=0.1).errors == []


SWITCHES = """
[fast]
use = "every"
time = "100 ms"
[slow]
use = "every"
time = "250 ms"
[a]
use = "toggle"
from = "slow"
[b]
use = "toggle"
from = "fast"
[both]
use = "logic"
op = "and"
from = "a"
b = { from = "b" }
[out]
use = "collector"
send = { both = "both" }
"""


def test_and_answers_when_the_second_switch_changes():
    sent = play(SWITCHES, seconds=0.45).sent("out")
    assert [(round(each.t, 3), each.args[0]) for each in sent] == [
        (0.0, False),
        (0.0, True),
        (0.1, False),
        (0.2, True),
        (0.25, False),
    ]


def test_it_answers_as_the_show_begins_though_nobody_has_pressed():
    patch = SWITCHES.replace('time = "100 ms"', 'time = "60 s"').replace('"250 ms"', '"60 s"')
    patch = patch.replace('op = "and"', 'op = "not"').replace('b = { from = "b" }', "")
    patch = patch.replace('from = "slow"', 'from = "never"')
    patch += '[never]\nuse = "gate"\nfrom = "fast.value"\nabove = 5\nthen = ["trigger"]\n'
    sent = play(patch, seconds=0.5).sent("out")
    assert [(each.t, each.args[0]) for each in sent] == [(0.0, True)]
