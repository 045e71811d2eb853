"""A deadline, and what gives way for it, as a patch writes them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.clock import MILLISECOND
from engine.patch.show import mermaid
from tests.patch.texts import compiled, problems

PATCH = """
[camera]
use = "camera"
[pose]
use = "pose"
from = "camera"
[painting]
use = "style"
from = "camera"
[reach]
use = "joint"
from = "pose"
[mic]
use = "microphone"
[voice]
use = "pitch"
from = "mic"
[out]
use = "osc_out"
to = "127.0.0.1:10000"
[out.send]
"/reach" = "reach"
"/voice" = "voice"
"""


def order(folder: Path, said: str, text: str = PATCH) -> list[str]:
    deadline = compiled(folder, said + text).deadline
    assert deadline is not None
    return [f"{giving} {giving.lighter}" for giving in deadline.order]


def test_a_patch_without_one_has_none(tmp_path: Path) -> None:
    assert compiled(tmp_path, PATCH).deadline is None


def test_if_nothing_is_said_all_that_sees_gives_way_first_how_often_then_how_large(
    tmp_path: Path,
) -> None:
    said = 'deadline = "40 ms"'
    assert order(tmp_path, said) == [
        "pose.every (2, 3, 4)",
        "painting.every (2, 3, 4)",
        "painting.size (0.75, 0.5)",
    ]
    deadline = compiled(tmp_path, said + PATCH).deadline
    assert deadline is not None
    assert (deadline.within, deadline.slowest_first) == (40 * MILLISECOND, True)


def test_the_order_is_as_written_and_a_box_alone_is_all_that_it_has(tmp_path: Path) -> None:
    said = 'deadline = "40 ms"\ngive_way = ["painting", "pose.every"]'
    assert order(tmp_path, said) == [
        "painting.every (2, 3, 4)",
        "painting.size (0.75, 0.5)",
        "pose.every (2, 3, 4)",
    ]


def test_a_size_that_is_played_by_a_cable_is_not_asked(tmp_path: Path) -> None:
    played = PATCH.replace('use = "style"', 'use = "style"\nsize = { from = "reach" }')
    said = 'deadline = "40 ms"\ngive_way = ["painting"]'
    assert order(tmp_path, said, played) == ["painting.every (2, 3, 4)"]
    assert problems(tmp_path, said.replace("painting", "painting.size") + played) == [
        "my.toml:2: give_way: painting.size is played by a cable, so it cannot give way"
    ]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("deadline = 40", 'deadline: expected a time with its unit, such as "20 ms", got 40'),
        ('deadline = "0 ms"', 'deadline: expected a time above 0, got "0 ms"'),
        ('give_way = ["pose"]', 'give_way: needs "deadline", such as deadline = "40 ms"'),
        (
            'give_way = "pose"',
            'give_way: expected a list such as ["painting.every", "painting.size"], got "pose"',
        ),
        ('give_way = ["pos"]', 'give_way: there is no box "pos". Did you mean "pose"?'),
        (
            'give_way = ["painting.sise"]',
            'give_way: painting has no "sise" to lower. Did you mean "size"?',
        ),
        (
            'give_way = ["pose.people"]',
            'give_way: pose has no "people" to lower. There is: every, model.',
        ),
        (
            'give_way = ["pose.model"]',
            "give_way: pose.model is the lightest there is",
        ),
        (
            'give_way = ["voice"]',
            'give_way: "voice" works on sound, and sound never gives way',
        ),
        (
            'give_way = ["reach.every"]',
            'give_way: "reach" takes no time to speak of; what runs a network on pictures can give '
            "way",
        ),
        ('give_way = ["pose.every", "pose"]', "give_way: pose.every stands here twice"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, said: str, what: str) -> None:
    needs = '\ndeadline = "1 s"' if said.startswith("give_way") and "needs" not in what else ""
    assert problems(tmp_path, said + needs + PATCH) == [f"my.toml:1: {what}"]


def test_a_patch_of_sound_has_nothing_that_could_give_way(tmp_path: Path) -> None:
    sound = '\n[mic]\nuse = "microphone"\n[voice]\nuse = "pitch"\nfrom = "mic"\n'
    assert problems(tmp_path, 'deadline = "40 ms"' + sound) == [
        "my.toml:1: deadline: no box here works on pictures, so none can give way"
    ]


def test_the_drawing_says_it(tmp_path: Path) -> None:
    said = 'deadline = "40 ms"\ngive_way = ["painting.size", "pose.every"]'
    last = mermaid(compiled(tmp_path, said + PATCH)).splitlines()[-1]
    assert last == '    deadline>"within 40 ms<br/>painting.size, pose.every may give way"]'
