"""What comes from strangers is spelled out, and cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.text import plain, within


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Grüße, 日本 🎹", "Grüße, 日本 🎹"),
        ("\x1b]0;owned\x07", "\\x1b]0;owned\\x07"),
        ("a\nWARNING all is lost\r", "a\\nWARNING all is lost\\r"),
        ("\x9b31m \u202e \u2028 \x00 \udc80", "\\x9b31m \\u202e \\u2028 \\x00 \\udc80"),
    ],
)
def test_what_does_not_print_is_spelled_out(text, told):
    assert plain(text) == told


def test_what_may_stay_stays():
    assert plain("one\ntwo\tthree\x1b", keep="\n\t") == "one\ntwo\tthree\\x1b"


@given(st.text(), st.integers(1, 20))
def test_it_is_printable_and_no_more_of_the_text_than_wanted(text, longest):
    told = plain(text, longest)
    assert told.isprintable()
    told.encode()  # no half of a surrogate pair is left
    assert len(told) <= 10 * longest


@pytest.mark.parametrize("char", ["a", "é", "日", "🎹", "\udc80"])
@pytest.mark.parametrize("count", [0, 3, 33, 34, 100, 101, 9000])
def test_a_text_is_cut_to_so_many_bytes(char, count):
    told = within(char * count, 100)
    assert len(told.encode("utf-8", "replace")) <= 100
    whole = len((char * count).encode("utf-8", "replace")) <= 100
    assert told == char * count if whole else told.endswith("…")
