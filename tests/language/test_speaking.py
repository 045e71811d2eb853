"""A text that is spoken: its phrases, the shape of a mouth, and what is handed out when."""

from __future__ import annotations

import itertools

import pytest

from engine.language.phrases import LONGEST_PHRASE, phrases
from engine.language.speaking import LEAD_S, in_order, parts_of_sound, spelled
from engine.language.visemes import mouths
from engine.language.words import LONGEST


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", []),
        ("  \n\t ", []),
        ("...!?", []),
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("It costs 3.50 at noon", ["It costs 3.50 at noon"]),
        ("海は静か。月もだ。", ["海は静か。", "月もだ。"]),
        ("مرحبا؟ نعم", ["مرحبا؟", "نعم"]),
        ("a\x00b\x1b[31mc", ["ab[31mc"]),
        ("🎭 play", ["🎭 play"]),
    ],
)
def test_a_text_is_cut_into_sentences(text, parts):
    assert list(phrases(text)) == parts


@pytest.mark.parametrize("word", ["word ", "w", "clause, and ", "ünïcode… "])
def test_nothing_of_a_long_text_is_lost_and_no_phrase_is_too_long(word):
    text = (word * 20_000)[:LONGEST]
    parts = list(phrases(text))
    assert max(map(len, parts)) <= LONGEST_PHRASE
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "spoken", "words"),
    [
        ("the calm sea", "ðə kˈɑːm sˈiː", ["the", "calm", "sea"]),
        ('"Oh," she said.', "ˈoʊ ʃiː sˈɛd", ["Oh", "she", "said"]),
        ("42 things", "fˈoːɹɾi tˈuː θˈɪŋz", ["42", "", "things"]),
        (
            "Two stars, and no more!",
            "tˈuː stˈɑːɹz ænd nˌoʊmˈoːɹ",
            ["Two", "stars", "and", "no more"],
        ),
        ("of the sea", "ʌvðə sˈiː", ["of the", "sea"]),
        ("anything", "", []),
        ("- & -", "ænd maɪnˈəs", ["", ""]),
    ],
)
def test_each_spoken_word_is_told_as_it_is_written(text, spoken, words):
    assert spelled(text, spoken.split()) == words


def test_a_mouth_closes_for_m_and_opens_for_a():
    shapes = list(mouths("mˈɑːm", 1.0, 1.4))
    assert [each.mouth.viseme for each in shapes] == ["pp", "aa", "pp"]
    assert [each.mouth.open for each in shapes] == [0.0, 1.0, 0.0]
    assert shapes[0].at == 1.0
    assert shapes[2].at - shapes[1].at > 0.2, "a long vowel takes most of it"


def test_what_is_no_sound_gives_no_shape():
    assert list(mouths("", 0, 1)) == list(mouths("ˈ-_\u0361", 0, 1)) == []


@pytest.mark.parametrize("count", [0, 1, 1000, 5000, 100_000])
@pytest.mark.parametrize("carried", [0.0, 0.2])
def test_sound_is_handed_out_whole_and_ahead(count, carried):
    rate = 22_050
    parts = in_order(list(parts_of_sound(count, rate, carried)))
    assert parts[0].at == 0.0
    assert parts[0].begin == 0
    assert parts[-1].end == count
    for before, after in itertools.pairwise(parts):
        assert before.end == after.begin
        ahead = carried + after.begin / rate - after.at
        assert ahead == pytest.approx(LEAD_S) or after.at == 0.0
        assert ahead >= 0.2
