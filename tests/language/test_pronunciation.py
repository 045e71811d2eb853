"""How words are spoken: stresses, rhymes, and syllables where no dictionary helps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.known_words import pronunciations
from engine.language.pronunciation import estimated_syllables


@pytest.mark.parametrize(
    ("word", "stresses", "known"),
    [
        ("water", "/x", True),
        ("tonight", "x/", True),
        ("the", "x", True),
        ("sea", "/", True),
        ("moonlight", "/x", True),
        ("butterfly", "/x/", True),
        ("sea-green", "//", True),
        ("café", "x/", True),
        ("blorpy", "/x", False),
        ("blorpy-green", "/x/", False),
        ("7", "", False),
        ("שלום", "", False),
    ],
)
def test_the_stresses_of_a_word(word: str, stresses: str, known: bool) -> None:
    assert pronunciations().scan(word) == (stresses, known)


@pytest.mark.parametrize(
    ("one", "other", "rhymes"),
    [
        ("night", "light", True),
        ("tonight", "light", True),
        ("moon", "june", True),
        ("water", "daughter", True),
        ("desire", "fire", True),
        ("moon-light", "night", True),
        ("night", "knight", False),
        ("sea", "see", False),
        ("night", "night", False),
        ("love", "move", False),
        ("sea", "storm", False),
        ("qzxv", "light", None),
        ("", "light", None),
    ],
)
def test_words_rhyme_by_their_sound(one: str, other: str, rhymes: bool | None) -> None:
    assert pronunciations().rhyme(one, other) is rhymes
    assert pronunciations().rhyme(other, one) is rhymes


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("blake", 1),
        ("blaked", 1),
        ("blotted", 2),
        ("tables", 2),
        ("lovely", 2),
        ("prism", 2),
        ("going", 2),
        ("indian", 3),
        ("nation", 2),
        ("tongue", 1),
        ("hm", 1),
        ("été", 2),
        ("123", 0),
        ("", 0),
        ("日本", 0),
    ],
)
def test_syllables_are_guessed_by_letters(word: str, count: int) -> None:
    assert estimated_syllables(word) == count


@given(st.text(max_size=30))
def test_any_word_is_spoken_somehow(word: str) -> None:
    found = pronunciations().scan(word)
    assert set(found.stresses) <= {"/", "x"}
