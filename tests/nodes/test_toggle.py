"""A switch that each press flips, or that is on while it is held."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.messages import Note, Trigger
from engine.nodes.toggle import Toggle
from engine.testing import play

GO = Trigger()
T0 = ns(0)


def run(toggle, *presses):
    return [toggle.process(press, T0) for press in presses]


def test_each_press_flips_it():
    assert run(Toggle(), GO, GO, GO) == [True, False, True]


@pytest.mark.parametrize(
    "presses", [(True, False, True, False), (Note(36, 99), Note(36, 0), Note(36, 9), Note(36, 0))]
)
def test_letting_go_flips_nothing(presses):
    assert run(Toggle(), *presses) == [True, None, False, None]


@pytest.mark.parametrize(
    "presses", [(True, False, True, False), (Note(36, 99), Note(36, 0), Note(36, 9), Note(36, 0))]
)
def test_a_momentary_one_is_on_while_it_is_held(presses):
    assert run(Toggle(mode="momentary"), *presses) == [True, False, True, False]


def test_of_several_notes_the_last_lets_go():
    notes = [Note(36, 9), Note(40, 9), Note(36, 0), Note(40, 0)]
    assert run(Toggle(mode="momentary"), *notes) == [True, None, None, False]


def test_a_trigger_holds_a_momentary_one_for_its_length():
    toggle = Toggle(mode="momentary", length=0.5)
    assert toggle.wake() is None
    assert toggle.process(GO, ns(1)) is True
    assert toggle.wake() == ns(1.5)
    assert toggle.on_wake(ns(1.2)) is None
    assert toggle.process(GO, ns(1.2)) is None
    assert toggle.wake() == ns(1.7)
    assert toggle.on_wake(ns(1.7)) is False
    assert toggle.wake() is None


def test_set_and_reset_turn_it_whatever_it_was():
    toggle = Toggle()
    assert [toggle.on_set(GO), toggle.on_set(GO), toggle.process(GO, T0)] == [True, None, False]
    assert [toggle.on_reset(GO), toggle.on_set(GO), toggle.on_reset(GO)] == [None, True, False]


def test_reset_ends_what_a_trigger_holds():
    toggle = Toggle(mode="momentary", length=5.0)
    toggle.process(GO, T0)
    assert toggle.on_reset(GO) is False
    assert toggle.wake() is None


def test_one_that_starts_on_is_turned_off_first_also_after_a_loss():
    toggle = Toggle(start=True)
    assert run(toggle, GO, GO) == [False, True]
    toggle.reset()
    assert run(toggle, GO) == [False]


@given(st.sampled_from(["latch", "momentary"]), st.lists(st.sampled_from(["go", "set", "reset"])))
def test_it_speaks_only_when_it_changes(mode, calls):
    toggle, state = Toggle(mode=mode), False
    for call in calls:
        said = toggle.process(GO, T0) if call == "go" else getattr(toggle, f"on_{call}")(GO)
        assert said is not state
        state = state if said is None else said


PATCH = """
[kick]
use = "every"
time = "100 ms"
[four]
use = "counter"
from = "kick"
[light]
use = "toggle"
from = "four.carry"
{toggle}
[out]
use = "collector"
send = {{ light = "light" }}
"""


@pytest.mark.parametrize(
    ("toggle", "expected"),
    [
        ("", [(0.0, False), (0.3, True), (0.7, False), (1.1, True)]),
        ("start = true", [(0.0, True), (0.3, False), (0.7, True), (1.1, False)]),
        (
            'mode = "momentary"\nlength = "50 ms"',
            [
                (0.0, False),
                (0.3, True),
                (0.35, False),
                (0.7, True),
                (0.75, False),
                (1.1, True),
                (1.15, False),
            ],
        ),
    ],
)
def test_every_4th_kick_flips_the_light(toggle, expected):
    played = play(PATCH.format(toggle=toggle), seconds=1.2)
    assert played.errors == []
    assert [(round(sent.t, 3), sent.args[0]) for sent in played.sent("out")] == expected


def test_a_number_presses_when_it_rises_above_0():
    text = PATCH.format(toggle="").replace('"four.carry"', '"up.number"')
    text += '[up]\nuse = "counter"\nfrom = "kick"\nmin = 0\nmax = 1\n'
    assert [sent.args[0] for sent in play(text, seconds=0.75).sent("out")] == [False, True] * 2 + [
        False
    ]
