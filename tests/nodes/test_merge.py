"""Several cables into one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.commands import Lost
from engine.core.messages import Trigger
from engine.runtime.entries import CommandEntry, StateChange
from engine.testing import Swap
from engine.web.drawing import draw
from tests.patch.texts import OUT, compiled, problems
from tests.runtime.boxes import COLLECT, got, numbers, play

MERGED = '[m]\nuse = "merge"\nfrom = ["a", "b"]\n'
TWO = numbers("a", [1, 2, 3], step="200 ms") + numbers("b", [10, 20], step="200 ms", start="100 ms")


def test_whatever_comes_goes_out_in_order_of_time() -> None:
    played = play(TWO + MERGED + COLLECT + 'm = "m"\n')
    assert got(played, "m") == [1, 10, 2, 20, 3]
    assert played.errors == []


def test_in_one_moment_they_go_in_the_order_in_which_they_are_written() -> None:
    doubled = '[b]\nuse = "double"\nfrom = "a"\n'
    patch = numbers("a", [1, 2]) + doubled + MERGED + COLLECT + 'm = "m"\n'
    assert got(play(patch), "m") == [1, 2, 2, 4]


@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_it_takes_as_many_as_there_are_and_each_may_be_a_cable_with_its_stages(count: int) -> None:
    names = [f"n{index}" for index in range(count)]
    tables = "".join(numbers(name, [0.5], start=f"{k} s") for k, name in enumerate(names))
    ends = ", ".join(f'{{ from = "{name}", to = [{k}, {k + 1}] }}' for k, name in enumerate(names))
    patch = f'{tables}[m]\nuse = "merge"\nfrom = [{ends}]\n{COLLECT}m = "m"\n'
    assert got(play(patch), "m") == [k + 0.5 for k in range(count)]


def test_no_trigger_of_one_moment_is_lost() -> None:
    patch = numbers("a", [1, 2]) + '[m]\nuse = "merge"\n'
    patch += 'from = [{ when = "a" }, { when = "a" }, { when = "a" }]\n' + COLLECT + 'm = "m"\n'
    assert got(play(patch), "m") == [Trigger(1)] * 3 + [Trigger(2)] * 3


def test_whole_numbers_switches_and_fractions_become_one_kind_of_number() -> None:
    gate = '[b]\nuse = "gate"\nfrom = "a"\n'
    patch = numbers("a", [0.25, 0.75]) + gate + MERGED
    patch += '[d]\nuse = "double"\nfrom = "m"\n' + COLLECT + 'd = "d"\n'
    assert got(play(patch), "d") == [0.5, 0.0, 1.5, 2.0]
    plan = play(patch).engine.plan
    assert {wire.carries for wire in plan.wires if wire.source.box == "m"} == {float}


def test_pictures_notes_and_all_else_go_through() -> None:
    patch = '[a]\nuse = "pictures"\ncount = 2\n[b]\nuse = "pictures"\ncount = 3\n' + MERGED
    assert len(got(play(patch + COLLECT + 'm = "m"\n'), "m")) == 5


LOST_B = [
    (0.25, CommandEntry("b", Lost("somebody pulled the cable"))),
    (0.45, StateChange("b", "running")),
]


@pytest.mark.parametrize("order", ['["a", "b"]', '["b", "a"]'])
def test_when_one_is_lost_its_end_is_told_and_the_others_go_on(order: str) -> None:
    two = numbers("a", [1] * 6, start="50 ms") + numbers("b", [10] * 6)
    patch = f'{two}[m]\nuse = "merge"\nfrom = {order}\n[sum]\nuse = "sum"\nfrom = "m"\n'
    patch += '[n]\nuse = "sing"\nfrom = "m"\n' + COLLECT + 'sum = "sum"\nn = "n"\n'
    played = play(patch, LOST_B)
    assert played.box("c").silenced == ["sum", "n", None]
    # At 0.25 s the sum begins anew; until 0.45 s nothing comes from "b".
    assert got(played, "sum") == [10, 11, 21, 22, 32, 1, 2, 3, 13, 14]
    assert [note.note for note in got(played, "n")][5:] == [1, 1, 1, 10, 1]


def test_a_cable_more_or_less_while_it_plays() -> None:
    more = 'from = ["a", "b", { from = "a", to = [100, 101] }]'
    tail = COLLECT + 'm = "m"\n'
    before = TWO + MERGED + tail
    played = play(before, [(0.25, Swap(before.replace('from = ["a", "b"]', more)))])
    assert got(played, "m") == [1, 10, 2, 20, 3, 101]


ERRORS = [
    ('[m]\nuse="merge"\nfrom=[]\n', "[m] from: expected a cable, or several, got an empty list"),
    (
        '[m]\nuse="merge"\nfrom=["reach", "raech"]\n',
        'there is no box "raech". Did you mean "reach"?',
    ),
    ('[m]\nuse="merge"\nfrom=["reach", 5]\n', "expected the name of a box, or a table"),
    (
        '[m]\nuse="trigger"\nfrom=["reach", "reach"]\n',
        'takes one cable; a box with use = "merge" makes one of several',
    ),
    ('[m]\nuse="merge"\nfrom=["reach", "s"]\n[s]\nuse="smooth"\nfrom="m"\n', "wait for each other"),
]


@pytest.mark.parametrize(("table", "expected"), ERRORS)
def test_what_is_wrong_is_said(tmp_path: Path, table: str, expected: str) -> None:
    found = problems(tmp_path, '[reach]\nuse="every"\n' + table)
    assert len(found) == 1 and expected in found[0]


def test_notes_and_triggers_go_to_osc_as_each_of_them_does() -> None:
    sing = '[b]\nuse = "sing"\nfrom = "a"\n'
    patch = numbers("a", [60]) + sing + '[m]\nuse = "merge"\nfrom = [{ when = "a" }, "b"]\n'
    played = play(patch + OUT + '"/x" = "m"\n', seconds=1)
    assert [sent.args for sent in played.sent("out", "/x")] == [[1], [60, 64, 1], [0], [60, 0, 1]]


def test_a_drawing_shows_all_cables(tmp_path: Path) -> None:

    every = '[a]\nuse = "every"\n[b]\nuse = "every"\n'
    drawn = draw(compiled(tmp_path, every + MERGED + OUT + '"/x" = "m"\n'))
    into = [(cable.start, cable.kind, cable.label) for cable in drawn.cables if cable.end == "m"]
    assert into == [("a", "in", ""), ("b", "in", "")]


@pytest.mark.parametrize("order", ['["a", "b"]', '["b", "a"]'])
def test_what_never_ends_by_itself_does_not_speak_for_the_others(
    tmp_path: Path, order: str
) -> None:
    rests = '[a]\nuse = "smooth"\nfrom = "n"\non_loss = "rest"\n[n]\nuse = "noise"\n'
    held = f'[b]\nuse = "noise"\n[m]\nuse = "merge"\nfrom = {order}\non_loss = "hold"\n'
    assert problems(tmp_path, rests + held + OUT + '"/x" = "m"\n') == []


def test_people_and_things_do_not_go_by_one_cable(tmp_path: Path) -> None:
    patch = (
        '[camera]\nuse = "stand_in"\n[things]\nuse = "objects"\nfrom = "camera.frame"\n'
        '[m]\nuse = "merge"\nfrom = ["camera.joints", "things"]\n'
        '[line]\nuse = "crossed"\nfrom = "m"\n'
    )
    (problem,) = problems(tmp_path, patch + OUT + '"/x" = { when = "line.forth" }\n')
    assert problem.startswith("my.toml:8: [m] from #2: people and things do not go by one cable: ")
