"""The words of a dictation, each with when it was spoken, without what nobody said.

Whisper sometimes writes a sentence twice, or goes round in one: the second has no sound of its own,
and its words follow each other faster than a mouth can.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from engine.language.byte_pairs import Vocabulary
from engine.language.words import words

FASTEST: Final = 0.08
"""Seconds that a word takes at least, in the mean of several."""
FAST: Final = 0.22
"""Seconds a word takes where somebody speaks fast."""
SHORTEST_ECHO: Final = 3
"""Words of the beginning of a phrase that are taken for a second writing of it."""
LONGEST_ECHO: Final = 30
"""Words that are looked at for a repetition."""


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word as it was written, with its blank and marks, from when to when it was spoken, in s.

    ``sureness`` is the mean likelihood of its tokens, 0 to 1.
    """

    written: str
    begin: float
    end: float
    sureness: float

    @property
    def bare(self) -> str:
        """The word alone, in lower case; "" for marks such as a dash."""
        return " ".join(words(self.written))


def spoken_words(
    tokens: Sequence[int],
    likelihoods: Sequence[float],
    moments: Sequence[float],
    vocabulary: Vocabulary,
) -> list[WrittenWord]:
    """Return the words that tokens make up.

    ``moments`` are the seconds at which each token begins, and that at which the last one ends.
    """
    found: list[WrittenWord] = []
    for first, behind in _groups(tokens, vocabulary):
        written = vocabulary.text(tokens[first:behind])
        mean = sum(likelihoods[first:behind]) / (behind - first)
        if not words(written) and found:  # marks belong to the word before
            last = found.pop()
            found.append(WrittenWord(last.written + written, last.begin, last.end, last.sureness))
            continue
        sureness = math.exp(min(mean, 0.0))
        found.append(WrittenWord(written, moments[first], moments[behind], sureness))
    return found


def _groups(tokens: Sequence[int], vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Return where each word begins and ends among the tokens: at a blank, or before a mark."""
    begins = [
        place
        for place, token in enumerate(tokens)
        if not place
        or vocabulary.starts_word(token)
        or (not words(vocabulary.text([token])) and len(vocabulary.text([token])) > 0)
    ]
    begins = _rejoined(begins, tokens, vocabulary)
    return list(zip(begins, [*begins[1:], len(tokens)], strict=True))


def _rejoined(begins: list[int], tokens: Sequence[int], vocabulary: Vocabulary) -> list[int]:
    """Return the beginnings without a mark that stands within a word, as an apostrophe does."""
    kept = []
    for number, place in enumerate(begins):
        behind = begins[number + 1] if number + 1 < len(begins) else len(tokens)
        before = vocabulary.text(tokens[begins[number - 1] : place]) if number else " "
        here = vocabulary.text(tokens[place:behind])
        inside = bool(here) and here[0] in "'’-" and len(here) > 1 and here[1:2].isalnum()
        if not (inside and before[-1:].isalnum()):
            kept.append(place)
    return kept


def without_echo(spoken: Sequence[WrittenWord], silent_from: float) -> list[WrittenWord]:
    """Return words without a stretch that repeats what stands before it and has no sound.

    ``silent_from`` is the second from which on nobody speaks. A phrase that was written twice over,
    whole or in part, is taken for one where nobody could have said all that in the time.
    """
    kept = _once(spoken, silent_from)
    place = 1
    while place < len(kept):
        size = _echo_at(kept, place, silent_from)
        if size:
            del kept[place : place + size]
        else:
            place += 1
    return kept


def _once(spoken: Sequence[WrittenWord], silent_from: float) -> list[WrittenWord]:
    """Return a phrase without its second writing, where both are too many words for the time."""
    count = len(spoken)
    bare = [one.bare for one in spoken]
    if not count or silent_from - spoken[0].begin >= FAST * count:
        return list(spoken)
    for size in range((count + 1) // 2, count - SHORTEST_ECHO + 1):
        if bare[size:] == bare[: count - size]:
            return list(spoken[:size])
    return list(spoken)


def _echo_at(spoken: Sequence[WrittenWord], place: int, silent_from: float) -> int:
    """Return how many words from a place on repeat those before it without a sound; 0 for none."""
    for size in range(min(place, len(spoken) - place, LONGEST_ECHO), 0, -1):
        first, second = spoken[place - size : place], spoken[place : place + size]
        if [one.bare for one in first] != [one.bare for one in second]:
            continue
        begin, end = second[0].begin, second[-1].end
        if begin >= silent_from or min(end, silent_from) - begin < FASTEST * size:
            return size
    return 0
