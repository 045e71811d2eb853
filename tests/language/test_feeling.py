"""The rules of mood: what each of them does to a sentence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.known_words import valences
from engine.language.feeling import NOTHING, Feeling, feel
from engine.language.people import GROUPS
from engine.language.words import LONGEST


def felt(text: str) -> Feeling:
    return feel(text, valences())


def valence(text: str) -> float:
    return felt(text).valence


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("a good song", "a very good song"),
        ("a slightly good song", "a good song"),
        ("a good song", "a good song!"),
        ("a good song!", "a good song!!!"),
        ("a good song", "a GOOD song"),
        ("a very good song", "a really, very good song"),
        ("a very bad song", "a bad song"),
        ("a bad song!!", "a bad song"),
        ("a BAD song", "a bad song"),
        ("a good voice, but a bad song", "a bad song, but a good voice"),
        ("this is not good", "this is good"),
        ("this is bad", "this is not bad"),
        ("I don't like it", "I like it"),
        ("nobody was happy", "everybody was happy"),
        ("it is cold :(", "it is cold :)"),
        ("the sea 💔", "the sea ❤️"),
    ],
)
def test_one_rule_makes_a_sentence_better(less: str, more: str) -> None:
    assert valence(less) < valence(more)


def test_capitals_count_only_where_not_all_are_capital() -> None:
    assert valence("GOOD SONG") == valence("good song")


def test_the_numbers_are_those_of_the_paper() -> None:
    good = valences().rated["good"]
    assert valence("good") == pytest.approx(good / math.sqrt(good**2 + 15), abs=1e-4)
    turned = good * -0.74
    assert valence("not good") == pytest.approx(turned / math.sqrt(turned**2 + 15), abs=1e-4)


def test_a_text_may_be_good_and_bad_at_once() -> None:
    both = felt("I love the sea and I hate the storm")
    assert both.positive > 0.5 and both.negative > 0.5
    assert both.strength > max(both.positive, both.negative) > abs(both.valence)


def test_several_sentences_are_the_mean_of_those_that_feel_anything() -> None:
    text = "I love you. It is what it is. I love you."
    assert valence(text) == pytest.approx(valence("I love you."))
    assert valence("I love you. I hate you.") == pytest.approx(
        (valence("I love you.") + valence("I hate you.")) / 2, abs=1e-3
    )


def test_a_word_that_nobody_rated_is_judged_by_its_company() -> None:
    assert "birthday" not in valences().rated and "rust" not in valences().rated
    assert valence("a birthday") > 0.1
    assert valence("rust") < -0.1


def test_what_people_are_is_neither_good_nor_bad() -> None:
    judged = {word: valence(f"she saw the {word}") for word in GROUPS - valences().rated.keys()}
    assert len(judged) > 300
    assert {word for word, found in judged.items() if found} == set()


def test_names_are_neither_good_nor_bad() -> None:
    assert valence("she met Rust") == 0 > valence("she met rust")
    assert valence("she met Love") > 0, "but what people rated counts"


@pytest.mark.parametrize("text", ["", " ", "?!", "qzxv", "12:30", "שלום עולם", "\x00\x07"])
def test_what_is_not_known_is_nothing(text: str) -> None:
    assert felt(text) == NOTHING


def test_how_much_is_known_is_told() -> None:
    assert felt("the sea qzxv xqzv").known == 0.5
    assert felt("the train leaves at seven")._replace(known=1) == felt("the train leaves at seven")


def test_ten_thousand_characters_are_read_and_no_more() -> None:
    text = "happy " * (LONGEST // 6) + "....."
    assert felt(text) == felt(text + " hate" * 1000)


@given(st.text(max_size=80))
def test_any_text_has_a_mood_within_its_range(text: str) -> None:
    found = felt(text)
    assert -1 <= found.valence <= 1
    assert all(0 <= each <= 1 for each in found[1:])
    assert found.strength >= abs(found.valence) - 1e-3
