"""Words as vectors: forms, texts, what is near, and hints for what was mistyped."""

from __future__ import annotations

import numpy as np
import pytest

from engine.inference.known_words import word_vectors
from engine.language.walking import way
from engine.language.word_vectors import nearness
from engine.language.words import words


def near(one: str, other: str) -> float:
    anchor, text = (word_vectors().place(words(each)) for each in (one, other))
    assert anchor.vector is not None
    return nearness(anchor.vector, text)


@pytest.mark.parametrize(
    ("word", "stands_for"),
    [
        ("sea", ["sea"]),
        ("summer's", ["summer"]),
        ("café", ["cafe"]),
        ("don't", ["do", "n't"]),
        ("sea-green", ["sea", "green"]),
        ("we'll", ["we"]),
        ("qzxv", []),
        ("", []),
        ("-", []),
        ("שלום", []),
    ],
)
def test_a_word_is_found_in_its_forms(word: str, stands_for: list[str]) -> None:
    vectors = word_vectors()
    assert [vectors.words[place] for place in vectors.places(word)] == stands_for
    assert (word in vectors) == bool(stands_for)


def test_a_text_is_near_to_what_it_speaks_of() -> None:
    assert near("ocean", "a ship on the waves") > 0.7
    assert near("ocean", "he signed the tax form") < 0.2
    assert near("the the the ocean", "ocean") == 1.0  # frequent words say little


def test_a_text_is_near_to_what_one_word_of_it_speaks_of() -> None:
    assert near("water", "the sea is calm tonight") > 0.4
    assert near("fire", "he lit a candle for his dead friend") > 0.3


def test_a_text_without_a_known_word_has_no_place() -> None:
    assert word_vectors().place([])[:2] == (None, 0.0)
    assert word_vectors().place(["qzxv"])[:2] == (None, 0.0)
    vector, known, _ = word_vectors().place(["qzxv", "sea"])
    assert known == 0.5
    assert vector is not None and np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_the_nearest_words_come_first() -> None:
    vectors = word_vectors()
    found = list(vectors.nearest(vectors[vectors.places("drum")[0]]))
    assert [word for word, _ in found[:3]] == ["drum", "drums", "percussion"]
    cosines = [cosine for _, cosine in found]
    assert cosines == sorted(cosines, reverse=True) and len(found) == 256


@pytest.mark.parametrize(
    ("typed", "meant"), [("watre", "water"), ("oecan", "ocean"), ("qzxv", ""), ("", "")]
)
def test_a_mistyped_word_leads_to_the_one_that_was_meant(typed: str, meant: str) -> None:
    hint = word_vectors().likely(typed)
    assert hint == (f' Did you mean "{meant}"?' if meant else "")


def test_the_way_between_two_words_ends_at_both_and_has_each_once() -> None:
    for count in (3, 12):
        found = way(word_vectors(), "sea", "city", count, block=True)
        assert (found[0], found[-1], len(found)) == ("sea", "city", count)
        assert len(set(found)) == count
    assert way(word_vectors(), "sea", "city", 9, block=True)[1] == "ocean"
    assert way(word_vectors(), "sea", "city", 9, block=True)[-2] == "town"


def test_a_way_from_a_word_to_itself_leads_about_it() -> None:
    found = way(word_vectors(), "Sea", "sea", 5, block=True)
    assert (found[0], found[-1]) == ("Sea", "sea")
    assert len(set(found[1:-1]) - {"sea"}) == 3
