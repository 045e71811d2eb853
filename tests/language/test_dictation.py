"""Tokens become words: bytes, loops, echoes, keywords."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.language.byte_pairs import BadVocabulary, Vocabulary, read_vocabulary
from engine.language.dictation import ROUNDS, dictate, round_of
from engine.language.keywords import Watch
from engine.language.spoken_words import WrittenWord, spoken_words, without_echo

TOKENS = [
    "Ġthe",
    "Ġsea",
    "Ġdon",
    "'t",
    ",",
    ".",
    "Ġcaf",
    "Ã",
    "©",
    "ĠðŁ",
    "Į",
    "Ĭ",
    "Ġwell",
    "-",
    "known",
]
COUNT = len(TOKENS)


def vocabulary(**more: object) -> Vocabulary:
    marks = {
        "ends": COUNT,
        "begins": [COUNT + 1, COUNT + 2],
        "before": COUNT + 4,
        "nobody": COUNT + 3,
        "never": [COUNT + 3],
        "never_first": [4],
    }
    return read_vocabulary(json.dumps({"tokens": TOKENS, **marks, **more}).encode())


def number(*tokens: str) -> list[int]:
    return [TOKENS.index(token) for token in tokens]


def test_letters_that_are_spread_over_tokens_are_joined() -> None:
    known = vocabulary()
    assert known.text(number("Ġcaf", "Ã", "©")) == " café"
    assert known.text(number("ĠðŁ", "Į", "Ĭ")) == " 🌊"
    assert known.text([*number("Ġcaf", "Ã"), COUNT, 999_999, -1]) == " caf"


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"null", b"[1]", b"\xff", b'{"tokens": 5}', b"[" * 5000),
        *(json.dumps({"tokens": [token]}).encode() for token in ("\u4e00", 5)),
    ],
)
def test_what_is_no_vocabulary_is_refused(data: bytes) -> None:
    with pytest.raises(BadVocabulary):
        read_vocabulary(data)
    for marks in ({"ends": -1}, {"ends": "x"}, {"begins": []}, {"never": [1.5]}):
        with pytest.raises(BadVocabulary):
            vocabulary(**marks)


class Decoder:
    """Answers with the same tokens each time; the last one for ever."""

    def __init__(self, *said: int) -> None:
        self.said = list(said)
        self.asked: list[int] = []

    def __call__(self, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        self.asked += ids
        place = min(max(len(self.asked) - 2, 0), len(self.said) - 1)
        logits = np.zeros(COUNT + 5, np.float32)
        logits[self.said[place]] = 9.0
        return logits, np.full((2, len(ids), 50), 1 / 50, np.float32)


def test_it_writes_until_the_end() -> None:
    known = vocabulary()
    told = dictate(Decoder(*number("Ġthe", "Ġsea", "."), COUNT), known, 2.0)
    assert known.text(told.tokens) == " the sea."
    assert told.attention.shape == (2, 4, 50)
    assert len(told.likelihoods) == 4
    assert not told.loops and 0.9 < told.sureness < 1 and told.nobody < 0.1


def test_what_is_never_written_is_not() -> None:
    told = dictate(Decoder(COUNT + 3), vocabulary(), 1.0)
    assert COUNT + 3 not in told.tokens
    assert dictate(Decoder(COUNT), vocabulary(), 1.0).tokens == ()


def test_a_hint_stands_before_the_text_and_is_no_part_of_it() -> None:
    known = vocabulary()
    hint = known.tokens_of(" the sea café 🌊 xyz")
    assert known.text(hint) == " the sea café 🌊"
    asked: list[list[int]] = []

    def step(ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
        asked.append(list(ids))
        logits = np.zeros(COUNT + 5, np.float32)
        logits[COUNT if len(asked) > 2 else 1] = 9.0
        return logits, np.ones((1, len(ids), 10), np.float32)

    told = dictate(step, known, 1.0, hint)
    assert asked[0] == [COUNT + 4, *hint, COUNT + 1]
    assert known.text(told.tokens) == " sea"
    assert told.attention.shape == (1, 2, 10)
    dictate(step, known, 1.0, hint * 100)
    assert len(asked[-2]) <= 102


@pytest.mark.parametrize("round_", [["Ġsea"], ["Ġthe", "Ġsea"], ["Ġthe", "Ġsea", ",", "Ġwell"]])
def test_a_loop_is_ended_and_one_round_of_it_is_kept(round_: list[str]) -> None:
    told = dictate(Decoder(*number(*round_) * 50), vocabulary(), 30.0)
    assert told.loops
    assert list(told.tokens) == number(*round_)
    assert told.attention.shape[1] == len(told.tokens) + 1 == len(told.likelihoods)


def test_nobody_speaks_faster_than_there_is_sound() -> None:
    many = list(np.random.default_rng(0).integers(0, COUNT, 400))
    told = dictate(Decoder(*map(int, many)), vocabulary(), 2.0)
    assert told.loops and len(told.tokens) <= 2 * 8 + 8


def test_a_round_is_found_by_its_length() -> None:
    assert round_of([1, 2] * ROUNDS) == 2
    assert round_of([5, *[1, 2] * (ROUNDS - 1)]) == 0
    assert round_of([3] * ROUNDS) == 1 and round_of([]) == 0


def test_tokens_are_words_with_their_marks() -> None:
    tokens = number("Ġthe", "Ġdon", "'t", ",", "Ġwell", "-", "known", "Ġcaf", "Ã", "©", ".")
    moments = [0.1 * n for n in range(len(tokens) + 1)]
    found = spoken_words(tokens, [0.0] * len(tokens), moments, vocabulary())
    assert [one.written for one in found] == [" the", " don't,", " well-known", " café."]
    assert [one.bare for one in found] == ["the", "don't", "well-known", "café"]
    assert [one.begin for one in found] == pytest.approx([0.0, 0.1, 0.4, 0.7])


def said(*words: str, begin: float = 0.0, each: float = 0.3) -> list[WrittenWord]:
    return [
        WrittenWord(f" {word}", begin + each * n, begin + each * (n + 1), 0.9)
        for n, word in enumerate(words)
    ]


def test_an_echo_without_a_sound_is_left_out_and_one_that_was_said_stays() -> None:
    once = said("the", "sea", "is", "calm")
    silent = said("The", "sea,", "is", "calm.", begin=1.2, each=0.02)
    assert without_echo([*once, *silent], 1.4) == once
    behind = said("the", "sea", "is", "calm", begin=1.5)
    assert without_echo([*once, *behind], 1.4) == once
    real = said("the", "sea", "is", "calm", begin=1.2)
    assert without_echo([*once, *real], 2.4) == [*once, *real]
    assert without_echo(said("no", "no", "no"), 0.9) == said("no", "no", "no")
    assert without_echo([], 1.0) == []


def test_a_phrase_that_was_written_twice_over_is_one_where_there_was_no_time_for_two() -> None:
    line = ("we", "sold", "the", "boat", "and", "bought", "a", "telescope")
    for rest in (line, line[:5], line[:3]):
        twice = said(*line, *rest, each=0.15)
        assert without_echo(twice, 2.0) == twice[: len(line)]
        assert without_echo(twice, 0.3 * len(twice)) == twice
    assert len(without_echo(said(*line, *line[:2], each=0.15), 1.5)) == 10


def test_a_word_is_told_once_a_phrase() -> None:
    watch = Watch()
    watch.watch(["sea", "the end", "don't"])
    assert [one.word for one in watch.heard(said("the", "sea", "sea"))] == ["sea", ""]
    assert list(watch.heard(said("sea", "seasick", "end", "the"))) == []
    told = [one.word for one in watch.heard(said("THE", "End.", "Don't"))]
    assert told == ["the end", "", "don't", ""]
    watch.phrase_ends()
    assert [one.word for one in watch.heard(said("sea"))] == ["sea", ""]
    watch.phrase_ends()
    assert list(watch.heard([WrittenWord(" sea", 0, 1, 0.3)])) == [], "it is not sure"
    watch.watch(["four", "20"])
    assert [one.word for one in watch.heard(said("4", "twenty"))] == ["four", "", "20", ""]
