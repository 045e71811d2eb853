"""Watches for words in what is said: each is told once a phrase, as soon as it is sure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from engine.core.errors import as_written
from engine.core.spoken import Keyword, part_name
from engine.language.numerals import spelt
from engine.language.spoken_words import WrittenWord
from engine.language.words import words

SURE: Final = 0.5
"""How likely each word must be, 0 to 1, for what may yet become another text."""
MOST: Final = 1000
_TAKEN: Final = ("word", "words")


def keyword_fault(given: Sequence[str]) -> str:
    """Return what is wrong with a list of words to watch for, or ""."""
    if len(given) > MOST:
        return f"{len(given)} are too many to watch for; {MOST} at most"
    named: dict[str, str] = {}
    for word in given:
        if not words(word):
            return f"{as_written(word)} is no word"
        name = part_name(word)
        if name in _TAKEN:
            return f'"{word}" cannot be watched for, as "{name}" has another meaning here'
        if name in named:
            return f"{as_written(named[name])} and {as_written(word)} are the same"
        named[name] = word
    return ""


class Watch:
    """Remembers which words were told in a phrase; of any language with blanks between words."""

    def __init__(self) -> None:
        self._words: tuple[str, ...] = ()
        self._bare: tuple[tuple[str, ...], ...] = ()
        self._told: set[str] = set()

    def watch(self, given: Sequence[str]) -> None:
        """Watch for these words from now on."""
        if tuple(given) != self._words:
            self._words = tuple(given)
            self._bare = tuple(tuple(map(spelt, words(word))) for word in given)

    def heard(self, spoken: Sequence[WrittenWord]) -> Iterator[Keyword]:
        """Yield those among some words that were not told in this phrase, and that each ends."""
        bare = [spelt(part) for one in spoken for part in words(one.written)]
        sure = [one.sureness >= SURE for one in spoken for _ in words(one.written)]
        for word, parts in zip(self._words, self._bare, strict=True):
            if word not in self._told and _stands(parts, bare, sure):
                self._told.add(word)
                yield Keyword(word, self._words)
                yield Keyword("", self._words)

    def phrase_ends(self) -> None:
        """Have every word be told again in the next phrase."""
        self._told.clear()


def _stands(parts: tuple[str, ...], bare: Sequence[str], sure: Sequence[bool]) -> bool:
    """Whether words stand somewhere one behind the other, each of them sure."""
    size = len(parts)
    return any(
        tuple(bare[at : at + size]) == parts and all(sure[at : at + size])
        for at in range(len(bare) - size + 1)
    )
