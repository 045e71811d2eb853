"""Words that no box says, and those near them that it may."""

from __future__ import annotations

import pytest

from engine.language.blocked import hashed, is_blocked

# Turned about, so that this file can be read aloud.
COARSE = [word[::-1] for word in ("kcuf", "reknaw", "tuls")]


@pytest.mark.parametrize("word", COARSE)
@pytest.mark.parametrize("form", ["{}", "{}s", "{}'s", "{}’s", " {} ", "un-{}", "the {}!"])
@pytest.mark.parametrize("write", [str, str.upper, str.title])
def test_a_word_is_blocked_in_its_forms(word: str, form: str, write: type[str]) -> None:
    assert is_blocked(write(form.format(word)))


def test_digits_and_accents_do_not_hide_a_word() -> None:
    assert is_blocked(COARSE[1].replace("e", "3").replace("a", "4"))
    assert is_blocked(COARSE[0].replace("u", "ü"))


# Words with a blocked one inside, or that look like one: what such lists are known to get wrong.
INNOCENT = """
scunthorpe spices spicy japes raccoon assassin cocktail analysis class peacock night bigger snigger
niggle black white queen spade grape therapist cummings cum dick title spas 4 44 s '
"""


@pytest.mark.parametrize("word", INNOCENT.split())
def test_an_innocent_word_is_not_blocked(word: str) -> None:
    assert not is_blocked(word)


@pytest.mark.parametrize("text", ["", " ", "\x00", "🙂", "שלום", "a" * 20_000, "-", "'s"])
def test_what_is_no_word_is_not_blocked(text: str) -> None:
    assert not is_blocked(text)


def test_a_hash_does_not_depend_on_case_or_accents() -> None:
    assert hashed("Été") == hashed("ete")
