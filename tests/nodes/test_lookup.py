"""A number goes along a curve that was written or drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.commands import SetParameter
from engine.core.errors import ParameterError
from engine.nodes.lookup import MOST, Lookup
from tests.patch.texts import problems
from tests.runtime.boxes import COLLECT, got, numbers, play


def test_it_bends_a_number() -> None:
    node = Lookup(points=[(0.0, 0.0), (0.2, 0.9), (1.0, 1.0)])
    assert [node.process(x) for x in (-1, 0.1, 0.2, 0.6, 5)] == [
        0,
        *map(pytest.approx, (0.45, 0.9, 0.95)),
        1,
    ]


def test_unless_said_nothing_is_bent() -> None:
    assert [Lookup().process(x) for x in (0.0, 0.3, 1.0)] == pytest.approx([0, 0.3, 1])


def test_a_soft_one_differs_between_its_points_only() -> None:
    points = [(0.0, 0.0), (0.5, 0.2), (1.0, 1.0)]
    straight, soft = Lookup(points=points), Lookup(points=points, curve="smooth")
    assert [soft.process(x) for x, _ in points] == [0, 0.2, 1]
    assert abs(soft.process(0.75) - straight.process(0.75)) > 0.02


PATCH = numbers("a", [0.5] * 4, step="100 ms") + '[l]\nuse = "lookup"\nfrom = "a"\n' + COLLECT
PATCH += 'l = "l"\n'


def test_it_is_drawn_anew_while_it_plays() -> None:
    drawn = SetParameter("l", "points", [[0, 1], [1, 1]])
    assert got(play(PATCH, [(0.15, drawn)]), "l") == [0.5, 0.5, 1, 1]


@pytest.mark.parametrize("points", [[], [[1, 0], [0, 1]], [[k, 0] for k in range(MOST + 1)]])
def test_a_curve_that_is_none_is_told_once_and_the_last_one_stays(points: object) -> None:
    played = play(PATCH, [(0.15, SetParameter("l", "points", points))])
    assert got(played, "l") == [0.5] * 3
    assert len(played.errors) == 1 and "points: expected" in played.errors[0]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[]", "[l] points: expected 1 to 64 points such as [0, 0], got 0"),
        ("[[1, 0], [0, 1]]", "expected them in order of what comes in, got 0 after 1"),
        ("[[0, 0], [1]]", "expected a list of lists of 2 numbers, got [[0, 0], [1]]"),
        ("[0, 1]", "expected a list of lists of 2 numbers, got [0, 1]"),
        ("3", "expected a list of lists of 2 numbers, got 3"),
        ("[[0, nan]]", "expected a list of lists of 2 numbers, got [[0, nan]]"),
    ],
)
def test_what_is_wrong_in_a_patch_is_said(tmp_path: Path, written: str, expected: str) -> None:
    found = problems(
        tmp_path, f'[a]\nuse = "noise"\n[l]\nuse = "lookup"\nfrom = "a"\npoints = {written}\n'
    )
    assert len(found) == 1 and expected in found[0]


def test_points_are_taken_as_they_are_when_the_box_is_made() -> None:
    with pytest.raises(ParameterError, match="in order"):
        Lookup(points=[(1.0, 0.0), (0.0, 0.0)])
