"""What a word is, and what is left of a text that is no text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.language.words import LONGEST, clean, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The sea is calm tonight.", ("the", "sea", "is", "calm", "tonight")),
        ("Don’t — can't; sea-green!", ("don't", "can't", "sea-green")),
        ("", ()),
        ("... !? 🙂🙂", ()),
        ("Ça va, Zoë?", ("ça", "va", "zoë")),
        ("Zoe\u0308", ("zoë",)),
        ("שלום עולם", ("שלום", "עולם")),
        ("take_it 4 times", ("take", "it", "4", "times")),
    ],
)
def test_the_words_of_a_text(text: str, expected: tuple[str, ...]) -> None:
    assert words(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" two\t\twords\n", "two words"),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("\ud800half", "half"),
        ("a" * (LONGEST + 5), "a" * LONGEST),
        ("👩\u200d🚒 \u202eabc\u202c", "👩\u200d🚒 \u202eabc\u202c"),
    ],
)
def test_a_text_of_one_line(text: str, expected: str) -> None:
    assert clean(text) == expected


@given(st.text())
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)
