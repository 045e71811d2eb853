"""Words on the way from one word to another."""

from __future__ import annotations

import numpy as np

from engine.language.blocked import is_blocked
from engine.language.word_vectors import Vector, WordVectors
from engine.language.words import words

SMALL, RARE = 300, 15_000
"""Places of the list between which words are taken: the first say little, the last few know."""


def way(vectors: WordVectors, start: str, end: str, count: int, *, block: bool) -> tuple[str, ...]:
    """Return ``count`` words from one to the other, both ends as written; each stands there once,
    and no other form of one.

    Between them are the words nearest to places on the arc from one to the other, in the order in
    which they leave the first for the last. ``block`` leaves out words that are blocked.
    """
    first, last = (vectors.middle(words(word)) for word in (start, end))
    if first is None or last is None or count < 3:
        return (start, end)
    used = [*words(start), *words(end)]
    between: list[tuple[float, str]] = []
    for number in range(1, count - 1):
        aim = _on_arc(first, last, number / (count - 1))
        for word, _ in vectors.nearest(aim):
            (place,) = vectors.places(word)
            if not SMALL <= place < RARE or any(_is_a_form(word, each) for each in used):
                continue
            if block and is_blocked(word):
                continue
            used.append(word)
            between.append((float(vectors[place] @ (last - first)), word))
            break
    return (start, *(word for _, word in sorted(between)), end)


def _is_a_form(word: str, other: str) -> bool:
    """Whether two words are one, or look like forms of one: "city" and "cities"."""
    least = max(3, min(len(word), len(other)) - 1)
    return word == other or word[:least] == other[:least]


def _on_arc(first: Vector, last: Vector, share: float) -> Vector:
    """Return the place at a share of the arc between two vectors of length 1 (Shoemake 1985)."""
    angle = float(np.arccos(np.clip(first @ last, -1, 1)))
    if angle < 1e-6:
        return first
    found: Vector = np.sin((1 - share) * angle) * first + np.sin(share * angle) * last
    return found / np.linalg.norm(found)
