"""What is typed comes out as text, whatever it is."""

from __future__ import annotations

import pytest

from engine.core.commands import SetParameter
from engine.testing import Played, play

PATCH = """
[typed]
use = "typed"

[other]
use = "typed"

[out]
use = "collector"
send = { text = "typed", interim = "typed.interim.text", other = "other" }
"""
COFFEE = "cafe\u0301"


def typed(*lines: tuple[str, str], box: str = "typed") -> Played:
    script = [(0.1 * place, SetParameter(box, *line)) for place, line in enumerate(lines, 1)]
    return play(PATCH, script, seconds=3)


def texts(played: Played, address: str = "text") -> list[str]:
    return [one.args[0] for one in played.sent("out", address)]


@pytest.mark.parametrize(
    ("line", "comes"),
    [
        ("the sea is calm", "the sea is calm"),
        ("", ""),
        ("  \t ", ""),
        ("one\r\ntwo\u2028three", "one two three"),
        ("bell\x07 null\x00 \x1b[31mred", "bell null [31mred"),
        ("\U0001f30a and \U0001f469\u200d\U0001f680", "\U0001f30a and \U0001f469\u200d\U0001f680"),
        ("שלום \u202eworld\u202c", "שלום \u202eworld\u202c"),
        (COFFEE, "café"),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_a_line_comes_out_as_one_text(line: str, comes: str) -> None:
    played = typed(("text", line), ("text", line))
    assert texts(played) == [comes, comes]
    assert texts(played, "other") == []
    assert played.errors == []


def test_a_line_that_is_too_long_is_cut_and_told() -> None:
    played = typed(("text", "ab" * 5001))
    assert texts(played) == ["ab" * 5000]
    assert played.errors == ["typed: a line of 10002 characters came; its first 10000 come out"]


def test_what_is_typed_so_far_comes_out_and_goes_with_the_end_of_the_line() -> None:
    played = typed(("typing", "th"), ("typing", "the"), ("typing", "the "), ("text", "the sea"))
    assert texts(played, "interim") == ["th", "the", ""]
    assert texts(played) == ["the sea"]
    assert str(played).index(" the\n") < str(played).index(" the sea\n")


def test_two_boxes_are_told_apart() -> None:
    assert texts(typed(("text", "hi"), box="other"), "other") == ["hi"]


@pytest.mark.parametrize("value", [5, 0.5, True, [1.0, 2.0]])
def test_what_is_no_text_is_refused(value: object) -> None:
    told: list[str] = []
    played = play(PATCH, [(0.1, SetParameter("typed", "text", value, told.append))], seconds=1)
    assert texts(played) == []
    assert len(told) == 1
    assert told[0].startswith("typed/text: expected a text, got ")
