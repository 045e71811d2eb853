"""Teaching: one way out moves through its range, all others are silent, and then all plays on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import ClassVar

import pytest

from engine import testing
from engine.core.commands import Panic, SetParameter, Teach
from engine.core.messages import Note, Trigger

from . import boxes
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


# -- Tests: what is sent though nobody is there ---------------------------------------------------

EMPTY = numbers("w", [0.5] * 240, step="100 ms") + (
    '[a]\nuse="stand_in"\nsings=false\ndances=false\n'
    '[c]\nuse="collector"\n[c.send]\n'
    'pose="a.joints"\npitch="a.pitch"\nnote="a.note"\nframe="a.frame"\n'
    'wide={from="w", to=[20, 20000]}\nplain="w"\n'
)


def examine(port: str):
    return play(EMPTY, [(1.05, Teach(f"c/{port}", test=True))])


@pytest.mark.parametrize("port", ["pose", "pitch", "note", "wide", "frame"])
def test_a_test_is_released_by_itself_and_all_plays_on(port: str) -> None:
    played = examine(port)
    assert within(played, "plain", 1.06, 21.04) == []
    assert len(within(played, "plain", 21.06, 24)) == 29
    assert not played.engine.learn_sweep.tests
    assert played.errors == []


def test_a_number_is_tested_over_the_range_of_its_cable() -> None:
    sent = within(examine("wide"), "wide", 1.04, 21.1)
    assert (min(sent), max(sent)) == (20, pytest.approx(20000, rel=0.01))


def test_a_pose_dances_though_nobody_is_there() -> None:
    poses = within(examine("pose"), "pose", 1.04, 21.1)
    assert len(poses) == 500
    assert all(pose.count == 1 for pose in poses)
    wrists = {round(float(pose.people[0].joints[10, 1]), 2) for pose in poses}
    assert len(wrists) > 20


def test_a_pitch_and_notes_climb_a_scale_and_each_note_ends() -> None:
    pitches = within(examine("pitch"), "pitch", 1.051, 21.0)
    assert {round(one.note) for one in pitches if one.on} == {60, 62, 64, 65, 67, 69, 71, 72}
    notes = within(examine("note"), "note", 1.04, 21.0)
    sounding = set()
    for one in notes:
        (sounding.add if one.velocity else sounding.discard)(one.note)
    assert {one.note for one in notes} == {60, 62, 64, 65, 67, 69, 71, 72}
    assert sounding == set()


def test_a_text_is_the_name_of_its_output() -> None:
    patch = SOURCE + '[t]\nuse="odd"\n' + COLLECT + 'words="t"\n'
    boxes.Odd._said = ["hello"]

    class Words(boxes.Odd):
        OUT: ClassVar[Mapping[str, type]] = {"out": str}

    played = testing.play(
        patch, [(1.05, Teach("c/words", test=True))], boxes={**boxes.BOXES, "odd": Words}, seconds=9
    )
    assert set(got(played, "words")[1:]) == {"c/words"}


def test_an_edit_in_the_midst_of_a_test_does_not_make_it_longer() -> None:
    edit = TWO.replace('one="a"\n', 'one="a"\nnew="a"\n')
    played = testing.play(
        TWO,
        [(1.05, Teach("c/two", test=True)), (9.0, testing.Swap(edit))],
        boxes=boxes.BOXES,
        seconds=30,
    )
    assert played.engine.learn_sweep.route == ""
    moved = [t for t in moments(played, "two") if t > 1.1]
    assert max(moved) == pytest.approx(21.05, abs=0.1)


def test_a_test_becomes_a_lesson_and_panic_ends_either() -> None:
    played = play(TWO, [(1.05, Teach("c/two", test=True)), (2, Teach("c/two"))], seconds=30)
    assert max(moments(played, "two")) > 29
    played = play(TWO, [(1.05, Teach("c/two", test=True)), (2, Panic())], seconds=30)
    assert max(moments(played, "two")) < 10
