"""What is taken for another language than English."""

from __future__ import annotations

import pytest

from engine.core.messages import Text
from engine.language.english import is_foreign
from engine.language.words import plain_text


@pytest.mark.parametrize(
    "text",
    [
        "die Sonne scheint und das Meer ist ruhig",
        "la mer est calme et je suis heureux",
        "el mar está en calma y no es una noche para los barcos",
        "het is een rustige zee en ik ben blij",
    ],
)
def test_small_words_give_another_language_away(text: str) -> None:
    assert is_foreign(Text(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "the sea is calm tonight",
        "Que será, será, whatever will be",
        "la la la",
        "love me do",
        "calm sea",
        "Die another day",
        "he sang of the Sturm und Drang and an die Freude",
    ],
)
def test_english_is_not_taken_for_another_language(text: str) -> None:
    assert not is_foreign(Text(text))


def test_a_text_that_says_its_language_is_believed() -> None:
    assert is_foreign(Text("calm sea", language="de"))
    assert not is_foreign(Text("und das ist nicht ein", language="en-GB"))
    assert plain_text("sea") == Text("sea")
