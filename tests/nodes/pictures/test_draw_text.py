"""Text in pictures: where it lies, in which scripts, numbers in it, and what costs nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Frame
from engine.dsp.image.right_to_left import as_seen
from engine.dsp.image.writing import Wording, Writer
from engine.nodes.draw_text import DrawText

from .chain import picture, pictures, played, seen, unchanged

BLACK = picture(0, 320, 180)


def lit(**parameters: object) -> np.ndarray:
    """Return where the letters of a white text on black are seen."""
    return unchanged(DrawText(**parameters), BLACK)[:, :, 0] > 127


def bounds(where: np.ndarray) -> tuple[int, int, int, int]:
    """Return left, right, top and bottom of what is lit."""
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    return int(columns[0]), int(columns[-1]), int(rows[0]), int(rows[-1])


@pytest.mark.parametrize(
    "text",
    ["Hello", "Grüße", "façade", "Привет", "Ελληνικά", "你好", "日本語", "한국어", "שלום", "½ € ♥"],
)
def test_the_scripts_that_there_are_have_letters_of_their_own(text: str) -> None:
    seen_of = {letter: lit(text=letter, size=0.5).tobytes() for letter in text if letter != " "}
    unknown = lit(text="\U0001f600", size=0.5).tobytes()
    assert unknown == lit(text="?", size=0.5).tobytes()
    assert unknown not in seen_of.values()
    assert len({*seen_of.values()}) == len(seen_of)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        *(
            (each, "")
            for each in ("Grüße", "e\u0301t\u00e9", "Привет", "日本語", "שלום", "½ € ♥", "")
        ),
        ("سلام", "the letters of Arabic stand side by side, not joined"),
        ("نمایش 2", "the letters of Arabic stand side by side, not joined"),
        ("नमस्ते", 'there are no letters of Devanagari: each becomes "?"'),
        ("สวัสดี Bangkok", 'there are no letters of Thai: each becomes "?"'),
        ("ሰላም", 'there are no letters of Ethiopic: each becomes "?"'),
        ("go \U0001f600", 'there is no sign for grinning face: it becomes "?"'),
        (
            "q\u0303",
            "marks stand beside the letters that they belong over, such as combining tilde",
        ),
    ],
)
def test_what_cannot_be_written_right_is_told_once(
    text: str, told: str, caplog: pytest.LogCaptureFixture
) -> None:
    box = DrawText(text=text)
    for _ in range(2):
        box.process(Frame(BLACK))
        box.text = f"{text} again"
    assert [message.partition('": ')[2] for message in caplog.messages] == ([told] if told else [])


def test_letters_and_their_marks_are_one_sign_where_there_is_one() -> None:
    assert np.array_equal(lit(text="e\u0301", size=0.5), lit(text="\u00e9", size=0.5))


@pytest.mark.parametrize("align", ["left", "middle", "right"])
@pytest.mark.parametrize("text", ["H", "wide text", "two\nlines"])
def test_a_line_lies_where_it_is_put(align: str, text: str) -> None:
    left, right, top, bottom = bounds(lit(text=text, x=0.5, y=0.5, size=0.1, align=align))
    at = {"left": left, "middle": (left + right) / 2, "right": right}[align]
    assert abs(at - 160) <= 4
    assert abs((top + bottom) / 2 - 90) <= 4


def test_y_counts_from_the_bottom_and_size_is_a_share_of_the_height() -> None:
    low, high = (bounds(lit(text="H", y=y, size=0.2)) for y in (0.2, 0.8))
    assert low[2] > high[3]
    small, large = (bounds(lit(text="H", y=0.5, size=size)) for size in (0.2, 0.4))
    ratio = (large[3] - large[2] + 1) / (small[3] - small[2] + 1)
    assert 1.8 < ratio < 2.2


def test_a_long_line_is_broken_between_words_and_a_long_word_within() -> None:
    for text in ("many words that do not fit in one line of it " * 2, "x" * 60, "字" * 60):
        left, right, top, bottom = bounds(lit(text=text, y=0.5, size=0.1))
        assert left >= 0.01 * 320 and right <= 0.99 * 320
        assert bottom - top > 1.5 * 0.1 * 180
    words = Writer()._lines(Wording("one two three", "sans", 20, 400, 90, "left"))
    assert words == ["one two", "three"]


@pytest.mark.parametrize(
    ("text", "value", "digits", "same"),
    [
        ("{} bpm", 119.6, 0, "120 bpm"),
        ("{}", -0.125, 2, "-0.12"),
        ("{0.__class__} {x}", 3.0, 0, "{0.__class__} {x}"),
        ("{} and {}", 2.0, 0, "2 and 2"),
    ],
)
def test_a_number_takes_its_place(text: str, value: float, digits: int, same: str) -> None:
    assert np.array_equal(lit(text=text, value=value, digits=digits, y=0.5), lit(text=same, y=0.5))


@given(
    image=pictures(40),
    text=st.text(max_size=30),
    knobs=st.fixed_dictionaries({key: st.floats(0, 1) for key in ("x", "y", "opacity", "outline")}),
    size=st.floats(0.01, 1),
)
def test_any_text_anywhere(
    image: np.ndarray, text: str, knobs: dict[str, float], size: float
) -> None:
    made = unchanged(DrawText(text=text, size=size, **knobs), image)
    assert made.shape == image.shape
    if knobs["opacity"] == 0 or not text.strip():
        assert np.array_equal(made, image)


def test_opacity_and_colour() -> None:
    made = unchanged(DrawText(text="■", size=0.9, red=1.0, green=0.5, blue=0.0, y=0.5), BLACK)
    assert (made == (0, 128, 255)).all(axis=2).any()
    half = unchanged(DrawText(text="■", size=0.9, opacity=0.5, y=0.5), BLACK)
    assert half.max() in (127, 128)


def test_without_text_nothing_is_copied_and_a_text_that_stays_is_written_once() -> None:
    frame = Frame(BLACK)
    assert DrawText().process(frame) is frame
    assert DrawText(text="  \n").process(frame) is frame
    box = DrawText(text="stays")
    first = box.process(frame)
    written = box._writer._written
    assert np.array_equal(box.process(frame).image, first.image)
    assert box._writer._written is written


def test_a_very_long_text_is_written_as_far_as_it_goes() -> None:
    assert np.array_equal(lit(text="x" * 1000 + "yyy"), lit(text="x" * 1000))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("plain (text) 12", "plain (text) 12"),
        ("", ""),
        ("שלום", "םולש"),
        ("אב גד", "דג בא"),
        ("abc אב def", "abc בא def"),
        ("אב abc גד", "דג abc בא"),
        ("אב 12 גד", "דג 12 בא"),
        ("אב (גד)", "(דג) בא"),
        ("abc אב 12", "abc 12 בא"),
        ("!אב", "בא!"),
        ("abc אב!", "abc בא!"),
        ("سلام", "مالس"),
    ],
)
def test_what_is_read_from_the_right_is_seen_in_that_order(line: str, expected: str) -> None:
    assert as_seen(line) == expected


@given(line=st.text(max_size=20))
def test_no_letter_is_lost_on_the_way(line: str) -> None:
    brackets = str.maketrans(")]}>»", "([{<«")
    assert sorted(as_seen(line).translate(brackets)) == sorted(line.translate(brackets))


def test_a_text_and_a_number_come_by_cables() -> None:
    text = """
[a]
use = "shown"
which = "a"
times = 4
[go]
use = "pressed"
at = [0.15]
[words]
use = "step"
from = "go"
steps = ["one", "two"]
[number]
use = "counter"
from = "go"
[draw]
use = "draw_text"
from = "a"
size = 0.5
text = { from = "words" }
value = { from = "number.number" }
[c]
use = "collector"
from = "draw"
"""
    made = seen(played(text, a=[BLACK]))
    assert not made[0].any() and made[-1].any()
