"""Parameters that are tables: each part has an address, may have a cable, and bears a hand."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Literal

import pytest

from engine import testing
from engine.core.commands import Release, SetParameter
from engine.core.errors import PatchError
from engine.core.node import Model, Node
from engine.core.parameter import Fixed, Param
from engine.testing import Played, Script

from .boxes import BOXES, COLLECT, got, numbers

Paint = Literal["red", "green", "blue"]


class Palette(Node):
    """Say what is on it whenever a number comes."""

    paint: Annotated[Paint | dict[Paint, float], Param("which, or how much of each", 0, 1)] = "red"
    free: Annotated[dict[str, float], Param("any names", -5, 5)] = field(default_factory=dict)
    kept: Fixed[Annotated[dict[str, float], Param("not to be played")]] = field(
        default_factory=dict
    )

    def process(self, value: float) -> str:
        return said(self.paint if not self.free else self.free)


class SlowPalette(Model):
    """The same on a thread of its own."""

    paint: Annotated[Paint | dict[Paint, float], Param("which, or how much of each", 0, 1)] = "red"

    def process(self, value: float) -> str:
        return said(self.paint)


class Word(Node):
    """Say a word for every number."""

    def process(self, value: float) -> str:
        return ["red", "green", "blue"][int(value)]


def said(paint: object) -> str:
    if not isinstance(paint, dict):
        return str(paint)
    return " ".join(f"{name}={value:g}" for name, value in paint.items() if value)


def play(patch: str, script: Script = (), **more: Any) -> Played:
    boxes = {**BOXES, "palette": Palette, "slow": SlowPalette, "word": Word}
    return testing.play(patch, script, boxes=boxes, **more)


def palette(lines: str, use: str = "palette") -> str:
    ticks = numbers("tick", [0] * 6, step="100 ms", start="50 ms")
    return f'{ticks}[p]\nuse="{use}"\nfrom="tick"\n{lines}\n{COLLECT}p="p"\n'


FADER = numbers("fader", [0.25, 0.5, 2, -3], step="100 ms")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", "red"),
        ('paint = "blue"', "blue"),
        ("paint = { red = 0.5, blue = 1 }", "red=0.5 blue=1"),
        ("paint.green = 1", "green=1"),
        ("paint = {}", ""),
        ("free = { anything = -5 }", "anything=-5"),
    ],
)
def test_a_table_is_written_as_one(written: str, expected: str) -> None:
    played = play(palette(written))
    assert got(played, "p") == [expected] * 6


@pytest.mark.parametrize("use", ["palette", "slow"])
def test_a_cable_drives_one_part_beside_constants(use: str) -> None:
    lines = 'paint.green = { from = "fader" }\npaint.blue = 0.5\n'
    played = play(FADER + palette(lines, use))
    assert played.errors == []
    first, *rest = got(played, "p")
    assert sorted(first.split()) == ["blue=0.5", "green=0.25"]
    assert [("green=1" in each, "green=" in each) for each in rest] == [
        (False, True),
        (True, True),
        *[(False, False)] * 3,
    ]


def test_what_happens_on_the_way_happens_to_parts_too() -> None:
    played = play(
        FADER + palette('paint.green = { from = "fader", to = [1, 0], every = "150 ms" }')
    )
    assert got(played, "p")[0] == "green=0.75"
    assert "p.paint.green/scale" in played.engine.plan.boxes


def test_several_parts_have_several_cables() -> None:
    other = numbers("other", [0.75], start="120 ms")
    lines = 'paint.red = { from = "fader" }\npaint.blue = { from = "other" }\n'
    played = play(FADER + other + palette(lines))
    assert got(played, "p")[:2] == ["red=0.25", "red=0.5 blue=0.75"]


def test_a_cable_may_set_the_whole_by_its_name() -> None:
    words = numbers("n", [1, 2], step="100 ms") + '[word]\nuse="word"\nfrom="n"\n'
    played = play(words + palette('paint = { from = "word" }'))
    assert got(played, "p")[:2] == ["green", "blue"]


def test_a_hand_sets_a_part_by_either_address() -> None:
    script = [
        (0.1, SetParameter("p", "paint.green", 0.5)),
        (0.2, SetParameter("p/paint", "blue", 0.25)),
    ]
    played = play(palette("paint = { red = 1 }"), script)
    assert played.errors == []
    assert got(played, "p")[:3] == [
        "red=1",
        "red=1 green=0.5",
        "red=1 green=0.5 blue=0.25",
    ]


def test_a_part_joins_what_a_name_stands_for() -> None:
    played = play(palette('paint = "red"'), [(0.1, SetParameter("p/paint", "blue", 0.5))])
    assert got(played, "p")[:2] == ["red", "red=1 blue=0.5"]


def test_setting_the_whole_replaces_its_parts() -> None:
    script = [
        (0.1, SetParameter("p/paint", "blue", 0.5)),
        (0.2, SetParameter("p", "paint", "green")),
        (0.3, SetParameter("p/paint", "blue", 1)),
        (0.4, SetParameter("p", "paint", {"red": 9, "green": -9})),
    ]
    played = play(palette("paint.red = 1", "slow"), script)
    assert got(played, "p")[:5] == [
        "red=1",
        "red=1 blue=0.5",
        "green",
        "green=1 blue=1",
        "red=1",
    ]


def test_a_hand_takes_one_part_over_and_leaves_the_others() -> None:
    more = numbers("more", [0.1, 0.2, 0.3, 0.4], step="100 ms")
    lines = 'paint.red = { from = "fader" }\npaint.blue = { from = "more" }\n'
    script = [(0.06, SetParameter("p", "paint.red", 1)), (0.16, Release("p/paint", "red"))]
    played = play(FADER + more + palette(lines), script)
    # Released, the part takes up again what its cable said last.
    assert got(played, "p")[:4] == [
        "red=0.25 blue=0.1",
        "red=1 blue=0.2",
        "red=1 blue=0.3",
        "blue=0.4",
    ]


def test_a_hand_on_the_whole_keeps_the_cables_off_its_parts_until_released() -> None:
    lines = 'paint.red = { from = "fader" }\n'
    script = [(0.06, SetParameter("p", "paint", "blue")), (0.26, Release("p", "paint"))]
    played = play(FADER + palette(lines), script)
    assert got(played, "p")[:4] == ["red=0.25", "blue", "blue", "blue=1"]


def test_releasing_the_whole_releases_its_parts() -> None:
    lines = 'paint.red = { from = "fader" }\n'
    script = [(0.06, SetParameter("p/paint", "red", 0)), (0.16, Release("p", "paint"))]
    played = play(FADER + palette(lines), script)
    assert got(played, "p")[:3] == ["red=0.25", "", "red=1"]


def test_a_part_that_goes_too_far_stops_at_the_end() -> None:
    script = [
        (0.1, SetParameter("p/paint", "red", -1)),
        (0.2, SetParameter("p/paint", "red", 99)),
    ]
    played = play(palette("paint.red = 0.5"), script)
    assert got(played, "p")[:3] == ["red=0.5", "", "red=1"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (SetParameter("p/paint", "gren", 1), 'p has no parameter "paint.gren". Did you mean'),
        (SetParameter("p", "paint.red", "x"), "p/paint.red: expected a number from 0 to 1"),
        (SetParameter("p", "paint", {"red": "x"}), "red: expected a number from 0 to 1"),
        (SetParameter("p", "paint", {"gren": 1}), '"paint" has no "gren". Did you mean "green"?'),
        (SetParameter("p", "paint", "gren"), 'Did you mean "green"?'),
        (SetParameter("p/kept", "x", 1), "cannot be changed while playing"),
        (SetParameter("q/paint", "red", 1), 'there is no box "q/paint"'),
        (Release("p/paint", "gren"), 'p has no parameter "paint.gren"'),
    ],
)
def test_what_cannot_be_set_is_refused(command: SetParameter | Release, reason: str) -> None:
    played = play(palette(""), [(0.1, command)])
    (error,) = played.errors
    assert reason in error
    assert got(played, "p") == ["red"] * 6


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ("paint.gren = 1", '"paint" has no "gren". Did you mean "green"?'),
        ("paint.red = -0.5", "red: expected a number from 0 to 1, got -0.5"),
        ("paint = { red = nan }", "red: expected a number from 0 to 1, got nan"),
        ('paint.gren = { from = "fader" }', '"paint" has no "gren". Did you mean "green"?'),
        ('paint.red = { from = "fadr" }', 'there is no box "fadr". Did you mean "fader"?'),
        ('pant.red = { from = "fader" }', 'palette has no "pant". Did you mean "paint"?'),
        ('kept.x = { from = "fader" }', "cannot be changed while playing, so takes no cable"),
        ('paint.red = { from = "fader", twice = 2 }', 'a cable has no "twice" here.'),
        ("paint = 3", "or a table of numbers from 0 to 1, got 3"),
    ],
)
def test_what_is_wrong_with_a_part_is_said_with_its_line(lines: str, reason: str) -> None:
    with pytest.raises(PatchError) as raised:
        play(FADER + palette(lines))
    (problem,) = raised.value.problems
    assert reason in str(problem)
    assert problem.box == "p"
    assert problem.line is not None


def test_parts_are_set_from_the_command_line() -> None:
    played = play(palette("paint.red = 0.5"), sets=["p.paint.blue=1"])
    assert got(played, "p")[0] == "red=0.5 blue=1"
    assert got(play(palette('paint = "red"'), sets=["p.paint.blue=1"]), "p")[0] == "blue=1"


def test_a_link_of_a_chain_has_parts_too() -> None:
    patch = (
        FADER
        + '[d]\nuse="double"\nfrom="fader"\n'
        + 'then=[{use="palette", paint={red={from="fader"}}}]\n'
        + COLLECT
        + 'd="d"\n'
    )
    played = play(patch, [(0.05, SetParameter("d/palette/paint", "blue", 1))])
    assert got(played, "d")[0] == "red=0.25"
    assert got(played, "d")[1] == "red=0.5 blue=1"
