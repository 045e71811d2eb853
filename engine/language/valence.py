"""How good or bad single words sound: by a list that people rated, else by a small network.

The list is VADER's (C. J. Hutto, E. Gilbert, ICWSM 2014). The network learned from it to judge the
vector of a word; what it knows of a word is its company, so it counts for less.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np

from engine.language.english import SMALL_WORDS
from engine.language.people import GROUPS
from engine.language.word_vectors import Vector, WordVectors

LARGEST: Final = 4.0
"""What the best word is rated; the worst is -4."""
UNSURE: Final = 0.4
"""What the network says below that is taken for nothing: most words feel like nothing."""
TRUST: Final = 0.7
"""How much of what is above counts."""
COMMON: Final = 200
"""Of the most frequent words so many are not asked for: they hold sentences together."""


class Valence(NamedTuple):
    """How good a word sounds, -4 to 4, and whether anything is known of it."""

    value: float
    known: bool


class ValenceNetwork:
    """A network of one hidden layer that judges the vector of a word.

    ``data`` is an .npz file of float32: ``hidden`` (d, n), ``hidden_bias`` (n,), ``out`` (n,) and
    ``out_bias`` ().
    """

    def __init__(self, data: bytes) -> None:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            self._hidden, self._bias = stored["hidden"], stored["hidden_bias"]
            self._out, self._out_bias = stored["out"], float(stored["out_bias"])

    def judge(self, vector: Vector) -> float:
        """Return how good the word of a vector of length 1 sounds, -4 to 4."""
        hidden = np.maximum(vector @ self._hidden + self._bias, 0)
        value = float(hidden @ self._out) + self._out_bias
        return min(max(value, -LARGEST), LARGEST)


class Valences:
    """How good words sound, by the list, the network, or not at all.

    ``lexicon`` is a text with a word, a tab and a number on each line.
    """

    def __init__(self, lexicon: bytes, network: bytes, vectors: WordVectors) -> None:
        self.rated: Mapping[str, float] = read_lexicon(lexicon)
        self.signs = frozenset(each for each in self.rated if not each[0].isalnum())
        """What is rated and no word: emoticons and emoji."""
        self.network = ValenceNetwork(network)
        self._vectors = vectors
        self._learned: dict[str, Valence] = {}

    def of(self, word: str, *, is_name: bool = False) -> Valence:
        """Return how good a word in lower case sounds; of a name only the list is asked."""
        rated = self.rated.get(word)
        if rated is None:
            rated = self.rated.get(word.removesuffix("'s"))
        if rated is not None:
            return Valence(rated, known=True)
        if is_name:
            return Valence(0.0, known=bool(self._vectors.places(word)))
        if word not in self._learned:
            if len(self._learned) > len(self._vectors.words):
                self._learned.clear()
            self._learned[word] = self._guess(word)
        return self._learned[word]

    def _guess(self, word: str) -> Valence:
        places = self._vectors.places(word)
        if not places:
            return Valence(0.0, known=False)
        if word in SMALL_WORDS or word in GROUPS or min(places) < COMMON:
            return Valence(0.0, known=True)
        found = float(np.mean([self.network.judge(self._vectors[place]) for place in places]))
        size = max(0.0, abs(found) - UNSURE) * TRUST
        return Valence(size if found > 0 else -size, known=True)


def read_lexicon(lexicon: bytes) -> dict[str, float]:
    """Return the numbers of the list by word."""
    pairs = (line.split("\t") for line in lexicon.decode().splitlines())
    return {word: float(value) for word, value in pairs}
