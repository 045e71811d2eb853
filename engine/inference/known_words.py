"""What boxes know of words: tables that came along, read once for all boxes and not changed.

They are models without a network: held to their cards as those are.
"""

from __future__ import annotations

from functools import cache

from engine.inference.card import read_card
from engine.inference.model_folders import model_folder
from engine.language.pronunciation import Pronunciations
from engine.language.valence import Valences
from engine.language.word_vectors import WordVectors


@cache
def word_vectors() -> WordVectors:
    """Return the words with their vectors. Raises ModelError where the file is not whole."""
    return WordVectors(_read("word_vectors", "vectors"))


@cache
def valences() -> Valences:
    """Return how good words sound. Raises ModelError where a file is not whole."""
    return Valences(_read("mood", "lexicon"), _read("mood", "judge"), word_vectors())


@cache
def pronunciations() -> Pronunciations:
    """Return how words are spoken. Raises ModelError where the file is not whole."""
    return Pronunciations(_read("pronunciations", "words"))


def _read(model: str, role: str) -> bytes:
    card = read_card(model_folder(model))
    return card.read(card.file(role))
