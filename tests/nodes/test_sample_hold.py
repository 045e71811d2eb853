"""Take a value at a trigger, and keep it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.commands import Lost
from engine.core.messages import Trigger
from engine.runtime.entries import CommandEntry
from tests.patch.texts import problems
from tests.runtime.boxes import COLLECT, got, moments, numbers, play

HELD = '[h]\nuse = "sample_hold"\nfrom = "a"\ntake = { from = "b" }\n' + COLLECT + 'h = "h"\n'
A = numbers("a", [1, 2, 3, 4], step="100 ms")


def test_it_gives_what_there_is_at_each_trigger() -> None:
    played = play(A + numbers("b", [1, 2], start="150 ms", step="120 ms") + HELD)
    assert got(played, "h") == [2, 3]
    assert moments(played, "h") == pytest.approx([0.15, 0.27])


@pytest.mark.parametrize("way", ["a", "d"])
def test_what_comes_in_the_same_moment_counts(way: str) -> None:
    doubled = '[d]\nuse = "double"\nfrom = "a"\n'
    patch = A + doubled + HELD.replace('from = "b"', f'from = "{way}"')
    assert got(play(patch.replace('from = "a"\ntake', 'from = "d"\ntake')), "h") == [2, 4, 6, 8]


def test_before_there_is_anything_a_trigger_gives_nothing() -> None:
    late = numbers("a", [1], start="1 s")
    assert got(play(late + numbers("b", [1, 2]) + HELD), "h") == []


def test_what_was_lost_is_not_taken() -> None:
    lost = [(0.16, CommandEntry("a", Lost("gone")))]
    assert got(play(A + numbers("b", [1, 2], start="150 ms", step="120 ms") + HELD, lost), "h") == [
        2
    ]


def test_it_takes_pictures_and_all_else() -> None:
    pictures = '[a]\nuse = "pictures"\ncount = 5\n'
    taken = got(play(pictures + numbers("b", [1], start="250 ms") + HELD), "h")
    assert [int(frame.image[0, 0, 0]) for frame in taken] == [2]


def test_triggers_and_texts_can_be_held_too() -> None:
    patch = A.replace("[a]", "[n]") + '[a]\nuse = "trigger"\nfrom = "n"\n'
    assert got(play(patch + numbers("b", [1], start="250 ms") + HELD), "h") == [Trigger(3)]


def test_without_a_trigger_it_would_do_nothing_and_that_is_said(tmp_path: Path) -> None:
    found = problems(tmp_path, '[a]\nuse = "noise"\n[h]\nuse = "sample_hold"\nfrom = "a"\n')
    assert found == ['my.toml:3: [h]: needs "take": a trigger, by a cable']
