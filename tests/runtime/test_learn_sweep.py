"""Teaching: one way out moves through its range, all others are silent, and then all plays on."""

from __future__ import annotations

import itertools

import pytest

from engine.core.commands import Panic, SetParameter, Teach
from engine.core.messages import Note, Trigger

from .boxes import COLLECT, got, moments, numbers, play

SOURCE = numbers("a", [0.5] * 100, step="100 ms")
TWO = SOURCE + COLLECT + 'one="a"\ntwo={from="a", to=[20, 20000], curve="exp"}\n'


def within(played, port, begin, end):
    at = moments(played, port)
    return [m for m, t in zip(got(played, port), at, strict=True) if begin <= t < end]


def test_one_moves_through_its_range_and_the_others_are_silent() -> None:
    played = play(TWO, [(1.05, Teach("c/two")), (6.05, Teach(""))])
    taught = within(played, "two", 1.04, 6.04)
    assert within(played, "one", 1.04, 6.04) == []
    assert min(taught) == 20
    assert max(taught) == pytest.approx(20000, rel=0.01)
    steps = [abs(b - a) for a, b in itertools.pairwise(taught)]
    assert 0 < max(steps) < 0.05 * 20000  # it glides
    assert len(within(played, "one", 6.04, 10)) == 39  # and then all plays on
    assert len(set(within(played, "two", 6.06, 10))) == 1
    assert played.errors == []


def test_what_sounds_is_ended_first() -> None:
    played = play(TWO, [(1.05, Teach("c/two"))])
    assert played.box("c").silenced[0] is None


def test_another_is_taught_instead() -> None:
    played = play(TWO, [(1.05, Teach("c/two")), (3.05, Teach("c/one"))])
    assert within(played, "two", 3.06, 10) == []
    taught = within(played, "one", 3.04, 10)
    assert (min(taught), max(taught)) == (0, pytest.approx(1, abs=0.01))


def test_panic_ends_it() -> None:
    played = play(TWO, [(1.05, Teach("c/two")), (2.05, Panic())])
    assert len(within(played, "one", 2.04, 10)) == 79


def test_an_output_that_is_off_is_not_moved() -> None:
    played = play(TWO, [(1.05, SetParameter("c", "on", False)), (1.1, Teach("c/two"))])
    assert within(played, "two", 1.06, 10) == []


@pytest.mark.parametrize(
    ("cable", "says"),
    [
        ('{from="a", above=0.2}', {True, False}),
        ('{when="a"}', {Trigger(1.0)}),
        ('"n"', {Note(60, 100), Note(60, 0)}),
    ],
)
def test_switches_triggers_and_notes_go_on_and_off(cable: str, says: set[object]) -> None:
    notes = '[n]\nuse="sing"\nfrom="a"\n' if cable == '"n"' else ""
    played = play(SOURCE + notes + COLLECT + f"x={cable}\ny='a'\n", [(1.05, Teach("c/x"))])
    taught = within(played, "x", 1.04, 9)
    assert set(taught) == says
    assert len(taught) in (8, 16)
    assert within(played, "y", 1.04, 9) == []


def test_what_has_no_range_plays_on_alone() -> None:
    patch = numbers("a", [1] * 50, step="100 ms") + (
        '[p]\nuse="pictures"\ncount=50\n' + COLLECT + 'picture="p"\none="a"\n'
    )
    played = play(patch, [(1.05, Teach("c/picture"))])
    assert len(got(played, "picture")) == 50
    assert max(moments(played, "one")) < 1.05


def test_a_way_that_is_not_there_is_refused_and_changes_nothing() -> None:
    heard: list[str] = []
    played = play(TWO, [(1.05, Teach("c/tow", heard.append))])
    assert heard == ['there is no way out "c/tow". Did you mean "c/two"?']
    assert len(got(played, "one")) == 100
