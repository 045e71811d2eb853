"""Lines that are written letter by letter, with a network that is made up."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from math import log

import numpy as np
import pytest

from engine.core.errors import SensoriumError
from engine.dsp.chance import uniform
from engine.language.letters import Alphabet, LetterWriter, Manner, nats, read_alphabet

ABC = Alphabet("\n abcw", ("a",))
COARSE = "reknaw"[::-1]


def chances(seed: int = 0) -> Callable[[], float]:
    numbers = count()
    return lambda: uniform(seed, next(numbers))


def spelling(text: str, alphabet: Alphabet) -> Callable[..., tuple[np.ndarray, int]]:
    """Return what always goes on with a text, from its beginning."""

    def step(place: int, state: int | None) -> tuple[np.ndarray, int]:
        at = 0 if state is None else state + 1
        scores = np.full(len(alphabet.letters), -50.0)
        scores[alphabet.letters.index(text[at % len(text)])] = 0.0
        return scores, at

    return step


def evenly(alphabet: Alphabet) -> Callable[..., tuple[np.ndarray, int]]:
    return lambda place, state: (np.zeros(len(alphabet.letters)), (state or 0) + 1)


def test_a_line_comes_word_by_word_and_ends_with_its_line() -> None:
    writer = LetterWriter(ABC, spelling("ab c\nba\n", ABC), chances())
    assert list(writer.line("", Manner())) == ["ab ", "c"]
    assert list(writer.line("", Manner())) == ["ba"]


def test_a_line_that_is_long_ends_with_its_word() -> None:
    writer = LetterWriter(ABC, spelling("abcab ", ABC), chances())
    assert list(writer.line("", Manner(length=8))) == ["abcab ", "abcab "]


def test_a_word_that_never_ends_is_told_in_parts() -> None:
    pieces = list(LetterWriter(ABC, spelling("a", ABC), chances()).line("", Manner(length=100)))
    assert "".join(pieces) == "a" * len("".join(pieces))
    assert len(pieces) == 3


def test_the_beginning_stands_as_it_is_and_only_what_is_known_is_read() -> None:
    heard: list[int] = []

    def step(place: int, state: int | None) -> tuple[np.ndarray, int]:
        heard.append(place)
        return np.array([9.0, *[-9.0] * 5]), 0

    pieces = list(LetterWriter(ABC, step, chances()).line("שaZb", Manner()))
    assert pieces == ["שaZb"]
    assert heard == [0, *ABC.places("ab"), 0]
    assert ABC.unknown("שaZbZ") == "שZ"


def test_the_temperature_is_from_the_likeliest_to_chance() -> None:
    def step(place: int, state: None) -> tuple[np.ndarray, None]:
        return np.array([-9.0, -9.0, 1.0, 0.5, 0.0, -9.0]), None

    def drawn(temperature: float) -> set[str]:
        writer = LetterWriter(ABC, step, chances())
        return set("".join(writer.line("", Manner(temperature, 300))))

    assert drawn(0) == drawn(0.05) == {"a"}
    assert drawn(1) >= {"a", "b", "c"}


def test_the_same_chances_write_the_same_and_others_do_not() -> None:
    def text(seed: int) -> str:
        return "".join(LetterWriter(ABC, evenly(ABC), chances(seed)).line("", Manner(1, 60)))

    assert text(1) == text(1)
    assert text(1) != text(2)


def test_a_blocked_word_is_drawn_anew_and_one_that_was_begun_by_hand_too() -> None:
    letters = Alphabet("\n " + "".join(sorted(set(COARSE))), ("a",))

    def step(place: int, state: str | None) -> tuple[np.ndarray, str]:
        read = (state or "") + letters.letters[place]
        scores = np.full(len(letters.letters), -50.0)
        word = read[1:].rpartition(" ")[2]
        going = COARSE[len(word) : len(word) + 1] if COARSE.startswith(word) else ""
        scores[letters.letters.index(going or " ")] = 0.0
        scores[letters.letters.index(" ")] += 40.0  # now and then it does not come to it
        return scores, read

    def text(start: str, *, block: bool) -> str:
        writer = LetterWriter(letters, step, chances(3))
        return "".join(writer.line(start, Manner(2.0, 60, block)))

    assert COARSE in text("", block=False).split()
    assert COARSE not in text("", block=True).split()
    assert COARSE not in text(COARSE[:-1], block=True).split()


def test_where_nothing_else_can_be_said_the_line_ends() -> None:
    letters = Alphabet("\n " + "".join(sorted(set(COARSE))), ("a",))
    writer = LetterWriter(letters, spelling(COARSE + " ", letters), chances())
    assert list(writer.line("", Manner())) == []


def test_nats_are_those_of_the_chances() -> None:
    assert nats(evenly(ABC), ABC.places("abc cab")) == pytest.approx(log(6))
    assert nats(spelling("bc cab", ABC), ABC.places("abc cab")) == pytest.approx(0, abs=1e-6)
    assert nats(evenly(ABC), []) == 0


def test_an_alphabet_is_kept_as_it_is() -> None:
    assert read_alphabet(ABC.to_json()) == ABC


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"letters": "abc", "authors": ["a"]}',
        b'{"letters": "aa\\n", "authors": ["a"]}',
        b'{"letters": "a\\n", "authors": []}',
        b'{"letters": "a\\n", "authors": [3]}',
        b'{"letters": 3, "authors": ["a"]}',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
)
def test_what_is_no_alphabet_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="expected") as raised:
        read_alphabet(data)
    assert not isinstance(raised.value, SensoriumError)
