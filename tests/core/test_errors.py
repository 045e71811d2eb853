"""What Sensorium says when something is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.core import errors
from engine.core.errors import (
    PatchError,
    Problem,
    SensoriumError,
    UnknownName,
    as_written,
    describe_error,
)
from engine.core.nearest import nearest, without_hints


def test_every_error_has_one_root_and_a_place_in_the_drawing() -> None:
    found = [
        each
        for each in vars(errors).values()
        if isinstance(each, type) and issubclass(each, Exception) and each is not SensoriumError
    ]
    assert all(each.__bases__ == (SensoriumError,) for each in found)
    assert all(f"-- {each.__name__} " in (errors.__doc__ or "") for each in found)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (Problem("is empty"), "is empty"),
        (Problem("is empty", Path("a.toml")), "a.toml: is empty"),
        (Problem("is wrong", Path("a.toml"), 3, "reach", "to"), "a.toml:3: [reach] to: is wrong"),
        (Problem("is wrong", Path("a.toml"), 3, "reach"), "a.toml:3: [reach]: is wrong"),
        (Problem("is wrong", Path("a.toml"), 1, key="titel"), "a.toml:1: titel: is wrong"),
    ],
)
def test_a_problem_says_where_it_is(problem: Problem, text: str) -> None:
    assert str(problem) == text


def test_a_patch_error_tells_one_problem_a_line() -> None:
    assert str(PatchError([Problem("one"), Problem("two")])) == "one\ntwo"


def test_the_nearest_name() -> None:
    assert nearest("poze", ["pose", "pitch"]) == ' Did you mean "pose"?'
    assert nearest("zebra", ["pose", "pitch"]) == ""


BOXES = ["apart", "audio_file", "camera", "choose", "delay", "energy", "every", "joint", "loudness"]
BOXES += ["microphone", "midi_in", "midi_out", "osc_control", "osc_in", "osc_out", "pitch", "pose"]
BOXES += ["schedule", "smooth", "stand_in", "style", "throttle", "trigger", "video_file"]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("poze", "pose"),
        ("psoe", "pose"),
        ("POSE", "pose"),
        ("smoth", "smooth"),
        ("joints", "joint"),
        ("oscout", "osc_out"),
        ("osc-out", "osc_out"),
        ("audiofile", "audio_file"),
        ("microfone", "microphone"),
        ("trottle", "throttle"),
        ("camera2", "camera"),
        ("cam", "camera"),
        ("loud", "loudness"),
        ("smoothing", "smooth"),
        ("triggering", "trigger"),
        ("softpitch", "pitch"),
        ("video", "video_file"),
        ("control", "osc_control"),
    ],
)
def test_a_slip_of_the_hand_or_half_a_name_is_understood(word: str, meant: str) -> None:
    assert nearest(word, BOXES) == f' Did you mean "{meant}"?'


@pytest.mark.parametrize(
    "word",
    ["count", "timer", "average", "mouse", "sine", "noise", "filter", "x", "in", "", "pose" * 30],
)
def test_a_guess_that_would_be_worse_than_none_is_left_out(word: str) -> None:
    assert nearest(word, BOXES) == ""


def test_where_few_are_meant_all_are_named() -> None:
    assert nearest("midi", BOXES) == ' Did you mean "midi_in" or "midi_out"?'
    assert nearest("osc", BOXES) == ' Did you mean "osc_control", "osc_in" or "osc_out"?'
    assert nearest("right", [f"right_{part}" for part in "abcd"]) == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UnknownName("box", "poze", ["pose"]), 'there is no box "poze". Did you mean "pose"?'),
        (UnknownName("box", "zebra", ["b", "a"]), 'there is no box "zebra". There is: a, b.'),
        (UnknownName("box", "zebra", []), 'there is no box "zebra".'),
        (UnknownName("box", "zebra", ["a"], "Look up."), 'there is no box "zebra". Look up.'),
    ],
)
def test_an_unknown_name_suggests_or_lists(error: UnknownName, text: str) -> None:
    assert str(error) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (3, "3"),
        (0.5, "0.5"),
        (30.0, "30"),
        (math.inf, "inf"),
        ('a "b" ü', '"a \\"b\\" ü"'),
        ([0, "a", [True]], '[0, "a", [true]]'),
        ({"to": 0, "after": "2 s"}, '{ to = 0, after = "2 s" }'),
    ],
)
def test_values_are_said_as_a_patch_writes_them(value: object, text: str) -> None:
    assert as_written(value) == text


def test_hints_are_left_out_where_nobody_would_read_them() -> None:
    with without_hints():
        assert nearest("poze", ["pose"]) == ""
        assert (
            str(UnknownName("box", "poze", ["pose"])) == 'there is no box "poze". There is: pose.'
        )
    assert nearest("poze", ["pose"]) == ' Did you mean "pose"?'


class Wordless(BaseException):
    """An exception whose text cannot be had."""

    def __init__(self, act: Callable[[], Any]) -> None:
        self.act = act

    def __str__(self) -> str:
        return self.act()  # type: ignore[no-any-return]


def exits() -> None:
    raise SystemExit


@pytest.mark.parametrize(
    "act", [exits, lambda: 3, lambda: None, lambda: 1 / 0, lambda: Wordless.__str__(None)]
)
def test_an_error_without_a_text_is_told_by_its_type(act: Callable[[], Any]) -> None:
    assert describe_error(Wordless(act)) == "Wordless"
