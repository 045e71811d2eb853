"""Scala files: what the format allows, and what is none."""

from __future__ import annotations

import pytest

from engine.core.errors import ParameterError
from engine.core.scala import parse_scala


def scl(*pitches: str, count: int | str | None = None, head: str = "a scale") -> bytes:
    number = len(pitches) if count is None else count
    return "\n".join(["! name.scl", "!", head, f" {number}", "!", *pitches, ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("3/2", 701.955),
        ("81/64", 407.82),
        ("408.0", 408.0),
        ("408.", 408.0),
        (".5", 0.5),
        ("5", 2786.314),
        ("10/20", -1200.0),
        ("-5.0", -5.0),
        ("100.0 cents", 100.0),
        ("100.0 C#", 100.0),
        ("5/4   E\\", 386.314),
        ("  \t 5/4", 386.314),
        ("3 / 2", 701.955),
        ("2147483647/2147483646", 0.0),
        ("3/2 ! a fifth", 701.955),
    ],
)
def test_a_pitch_is_read(written, cents):
    assert parse_scala(scl(written, "2/1"))[0] == pytest.approx(cents, abs=1e-3)


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_system(ending):
    data = scl("9/8", "3/2", "2/1").replace(b"\n", ending.encode())
    assert parse_scala(data) == pytest.approx((203.91, 701.955, 1200.0), abs=1e-3)


def test_the_period_need_not_be_an_octave():
    assert parse_scala(scl("146.3", "3/1"))[-1] == pytest.approx(1901.955, abs=1e-3)


def test_a_description_may_be_empty_and_hold_any_letter():
    assert parse_scala(scl("2/1", head="")) == parse_scala(scl("2/1", head="Järvi's"))
    assert parse_scala(b"\xef\xbb\xbf" + scl("2/1")) == (1200.0,)


def test_what_follows_the_scale_is_a_remark():
    assert parse_scala(scl("3/2", "2/1") + b"made by hand\n\n! end\n") == parse_scala(
        scl("3/2", "2/1")
    )


@pytest.mark.parametrize(
    ("data", "line", "expected"),
    [
        (scl("3/2", "nine", "2/1"), 7, 'a ratio such as "3/2", or cents with a dot .*got "nine"'),
        (scl("3/2", "-5/4", "2/1"), 7, "a ratio such as"),
        (scl("3/2", "3/0", "2/1"), 7, "two numbers above 0"),
        (scl("0/1", "2/1"), 6, "two numbers above 0"),
        (scl("1.2.3", "2/1"), 6, "a ratio such as"),
        (scl("3/2/1", "2/1"), 6, "a ratio such as"),
        (scl("1e5", "2/1", count=2), 6, ""),
        (scl("701,955", "2/1"), 6, ""),
        (scl("nan", "2/1"), 6, "a ratio such as"),
        (scl("3/2", "2/1", count=3), 8, "degree 3 of 3, but nothing is there"),
        (scl("3/2", "", "2/1", count=3), 7, "degree 2 of 3, but nothing is there"),
        (scl("3/2", "2/1", count=1), 7, "nothing after 1 degrees"),
        (scl("3/2", "2/1", count="twelve"), 4, "the number of degrees"),
        (scl("3/2", "2/1", count="2.5"), 4, "the number of degrees"),
        (scl(count=0), 4, "from 1 to"),
        (scl(count=99999), 4, "from 1 to"),
        (scl("100", "1200"), 7, r'ten octaves \(cents have a dot: "1200.0"\), got "1200"'),
        (scl("-999999.0", "2/1"), 6, "within ten octaves"),
        (scl("1000000."), 6, "within ten octaves"),
        (scl("3/2", "1/1"), 7, "a last degree above 1/1"),
        (scl("3/2", "1/2"), 7, "a last degree above 1/1"),
        (b"\x00\x01\xff\xfe" * 40, 1, "the number of degrees"),
        (b"only a title", 1, "the number of degrees"),
        (b'[voice]\nuse = "microphone"\n', 2, "the number of degrees"),
    ],
)
def test_what_is_none_is_told_with_its_line(data, line, expected):
    with pytest.raises(ParameterError, match=rf"line {line}: expected .*{expected}"):
        parse_scala(data)


@pytest.mark.parametrize("data", [b"! only", b"!\n!\n"])
def test_a_file_of_comments_is_empty(data):
    with pytest.raises(ParameterError, match=r"is empty|line"):
        parse_scala(data)
