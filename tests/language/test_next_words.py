"""What a predictive keyboard has learned from a text."""

from __future__ import annotations

import pytest

from engine.language.next_words import NextWords

SEA = """The sea is calm. The sea is wide, and the wind is cold.
I'm at home by the sea; the boat is old.

Home is where the boat is. "Calm", said the wind."""


def test_the_longest_beginning_that_is_known_decides() -> None:
    known = NextWords(SEA)
    assert known.after(["by", "the"])[0].startswith("sea")
    assert known.after(["The", "sea"]) == ["is", *known.after(["The", "sea"])[1:]]
    assert known.after(["the", "boat", "is"])[0] in ("old.", "where")
    assert known.after(["never", "heard", "the"], 1) == known.after(["the"], 1)


def test_words_come_as_they_are_written_in_the_middle_and_at_the_beginning() -> None:
    known = NextWords("The sea. The sea. Then I'm off, and the Sea King is here, by the sea.")
    assert known.after([])[:1] == ["The"]
    assert "the" in known.after(["by"])
    assert known.after(["sea."], 1) == ["The"]
    assert known.after(["Then"], 1) == ["I'm"]


def test_nothing_that_it_may_not_say_is_told_and_others_take_its_place() -> None:
    known = NextWords(SEA)
    without = known.after(["The"], passes=lambda word: not word.startswith("sea"))
    assert len(without) == 3
    assert not any(word.startswith("sea") for word in without)


def test_unknown_words_leave_what_is_said_most() -> None:
    known = NextWords(SEA)
    assert known.after(["🙂", "שלום"])[:2] == known.common(2) == ["the", "is"]


def test_a_text_without_words_knows_nothing() -> None:
    for text in ("", " \n\n ", "... -- !", "🙂"):
        assert NextWords(text).after(["the"]) == NextWords(text).common() == []
        assert NextWords(text).words == 0


@pytest.mark.parametrize(
    "text",
    ["אור ים אור ים אור רוח", "море и ветер, море и дом", "a" * 10_000 + " b", "la " * 3000],
)
def test_any_script_is_learned(text: str) -> None:
    assert NextWords(text).after([text.split(maxsplit=1)[0]])


def test_the_rank_of_a_word_is_its_place_among_those_that_are_told() -> None:
    known = NextWords(SEA)
    told = known.after(["The"])
    assert [known.rank(["The"], word) for word in told] == [0, 1, 2]
    assert known.rank(["The"], "nowhere") == 3
    assert known.rank(["The"], told[2], most=2) == 2
