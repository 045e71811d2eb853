"""Words as vectors: those that are used alike lie near each other.

A text is the mean of its words, rare ones counting more than frequent ones ("smooth inverse
frequency"), without the direction that all share (S. Arora, Y. Liang, T. Ma, "A Simple but
Tough-to-Beat Baseline for Sentence Embeddings", ICLR 2017). How frequent a word is follows from its
place in the order of frequency (Zipf 1949).
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.nearest import nearest as nearest_name

Vector = NDArray[np.float32]
"""The place of a word or text: of length 1, shape (n,)."""

FREQUENT: Final = 1e-3
"""Part of all words that are one word, above which it says little: "a" of Arora et al."""
MOST: Final = 0.1
"""Part of all words that the most frequent one is, by which ranks become frequencies."""
UNRELATED, RELATED = 0.3, 0.6
"""Cosines that count as no nearness and as full. Of 47 texts that belong to a word, by a person,
half are at 0.69 or above and nine of ten above 0.52; of those texts with the other words half are
below 0.12, and nine of ten below 0.39 (models/word_vectors/calibrate.py)."""
_ENDINGS: Final = ("'s", "'ll", "'re", "'ve", "'d", "'m", "'", "s")
_NOT: Final = "n't"
_LEAST: Final = 1e-6


WORD_UNRELATED, WORD_RELATED = 0.4, 0.7
"""The same for the word of a text that is nearest: of many words one is always somewhat so."""


class TextPlace(NamedTuple):
    """The place of a text, None where no word of it is known, and the part of words known, 0-1.

    ``parts`` are the places of its words, float32 (n, d), shorter the more frequent a word is.
    """

    vector: Vector | None
    known: float
    parts: NDArray[np.float32] | None = None


class WordVectors:
    """A list of words, the most frequent first, with the vector of each.

    ``data`` is an .npz file with ``words`` (UTF-8, one a line), ``vectors`` int8 (n, d), ``ranks``
    int32 (n,) from 1, and ``common`` float32 (d,).
    """

    def __init__(self, data: bytes) -> None:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            self.words = tuple(stored["words"].tobytes().decode().split("\n"))
            vectors = stored["vectors"].astype(np.float32)
            ranks = stored["ranks"].astype(np.float32)
            self._common = stored["common"]
        self._vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self._weights = FREQUENT / (FREQUENT + MOST / ranks)
        self._places = {word: place for place, word in enumerate(self.words)}

    def __contains__(self, word: str) -> bool:
        """Whether a word is known, in one of its forms."""
        return bool(self.places(word))

    def __getitem__(self, place: int) -> Vector:
        """Return the vector of the word at a place of the list."""
        found: Vector = self._vectors[place]
        return found

    def places(self, word: str) -> tuple[int, ...]:
        """Return where a word stands in the list; both halves of "sea-green"; () if it does not."""
        for form in _forms(word):
            found = [self._places[part] for part in form if part in self._places]
            if found:
                return tuple(found)
        return ()

    def likely(self, word: str) -> str:
        """Return a hint which word may have been meant, such as ' Did you mean "water"?', or ""."""
        begins = {word[:1], word[1:2]}
        return nearest_name(word, (each for each in self.words if each[0] in begins))

    def place(self, words: Sequence[str]) -> TextPlace:
        """Return the place of a text of these words, in lower case."""
        found = [self.places(word) for word in words]
        places = [place for each in found for place in each]
        if not places:
            return TextPlace(None, 0.0)
        weights, vectors = self._weights[places], self._vectors[places]
        rests = vectors - np.outer(vectors @ self._common, self._common)
        total = weights @ rests
        length = float(np.linalg.norm(total))
        known = sum(map(bool, found)) / len(words)
        if length < _LEAST:
            return TextPlace(None, known)
        sizes = np.maximum(np.linalg.norm(rests, axis=1), _LEAST)
        return TextPlace(total / length, known, rests * (np.sqrt(weights) / sizes)[:, None])

    def middle(self, words: Sequence[str]) -> Vector | None:
        """Return the weighted mean of the vectors of words, among which ``nearest`` looks."""
        places = [place for word in words for place in self.places(word)]
        if not places:
            return None
        total: Vector = self._weights[places] @ self._vectors[places]
        return total / np.linalg.norm(total)

    def nearest(self, vector: Vector) -> Iterator[tuple[str, float]]:
        """Yield words with their cosines to a vector, the nearest first: 256 at most."""
        cosines = self._vectors @ vector
        count = min(256, len(cosines))
        best = np.argpartition(-cosines, count - 1)[:count]
        for place in best[np.lexsort((best, -cosines[best]))]:
            yield self.words[place], float(cosines[place])


def nearness(anchor: Vector, text: TextPlace) -> float:
    """Return how near a text is: 0 as unrelated ones are, 1 as those that belong together.

    It is as near as all of it, or as the word that is nearest.
    """
    if text.vector is None or text.parts is None:
        return 0.0
    whole = share_of(float(text.vector @ anchor), UNRELATED, RELATED)
    return max(whole, share_of(float(np.max(text.parts @ anchor)), WORD_UNRELATED, WORD_RELATED))


def share_of(cosine: float, unrelated: float, related: float) -> float:
    """Return where a cosine lies between two others, 0 to 1."""
    return round(min(max((cosine - unrelated) / (related - unrelated), 0.0), 1.0), 4)


def kept(
    found: Iterable[tuple[str, float]], leave_out: Collection[str], count: int
) -> list[tuple[str, float]]:
    """Return the first so many words that are not left out."""
    chosen: list[tuple[str, float]] = []
    for word, cosine in found:
        if len(chosen) == count:
            break
        if word not in leave_out:
            chosen.append((word, cosine))
    return chosen


def _forms(word: str) -> Iterator[Sequence[str]]:
    """Yield how a word may stand in the list: as it is, without accents, without an ending."""
    yield (word,)
    letters = unicodedata.normalize("NFKD", word.lower())
    plain = "".join(one for one in letters if not unicodedata.combining(one))
    yield (plain,)
    if plain.endswith(_NOT):
        yield plain.removesuffix(_NOT), _NOT
    for ending in _ENDINGS:
        if plain.endswith(ending):
            yield (plain.removesuffix(ending),)
    if "-" in plain:
        yield plain.split("-")
