"""How English words are spoken: their syllables, stresses and rhymes.

Words are those of the CMU Pronouncing Dictionary; sounds are written in its letters (ARPAbet), a
vowel with its stress: 0 none, 1 the main one, 2 a lesser one. Of other words the syllables are
guessed from the letters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final, NamedTuple

from engine.language.words import word_set

Sounds = tuple[str, ...]
"""The sounds of a word, such as ("W", "AO1", "T", "ER0")."""

STRESSED, UNSTRESSED = "/", "x"
_FIRST: Final = 33
_VOWELS: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(
    r"(?<=[^aeiouyl])e$|(?<=[aeiouyl]l)e$|(?<=[gq])ue(?=s?$)"
    r"|(?<=[^aeiouytdlr])ed$|(?<=[aeiouyl]l)ed$|(?<=[aeiouyr]r)ed$"
    r"|(?<=[^aeiouylrsxzcgh])es$|(?<=[aeiouyl]l)es$|(?<=[aeiouy]r)es$"
    r"|(?<=[^aeiouyl])e(?=ly$|ment|ful|less|ness|time|where)"
)
"""Vowels that nobody speaks: "bak(e)", "tong(ue)", "call(ed)", "mil(es)", "lov(e)ly"."""
_APART: Final = re.compile(
    r"(?<![tcsgxl])i(?=[aou])|(?<=[tc])i(?=at)|[eouay](?=ing)|sm$|i(?=er|est$)|re(?=at[eio])|eo(?!us)"
)
"""Where one syllable more stands than groups of vowels: "ind(i)an", "d(o)ing", "pri(sm)"."""
_LIGHT: Final = word_set(
    """
    a an the and or nor but if as at by for from in into of off on onto out over to up with than
    that i me my we us our you your he him his she her it its they them their who whom whose which
    is am are was were be been being do does did has have had can could may might must shall should
    will would so too i'm you're he's she's it's we're they're i'll you'll we'll
    """
)
"""Words of one syllable that a line of verse passes over."""


class Scansion(NamedTuple):
    """How a word is spoken: its stresses, such as "/x", and whether that is known."""

    stresses: str
    known: bool


class Pronunciations:
    """The words of a dictionary, and how each is spoken.

    ``data`` is UTF-8 in three parts with zero bytes between: the sounds; the words, one a line; and
    how each is spoken, a character for each sound from "!" on.
    """

    def __init__(self, data: bytes) -> None:
        sounds, words, spoken = data.decode().split("\0")
        self._sounds = {chr(_FIRST + place): one for place, one in enumerate(sounds.split(" "))}
        self._spoken = dict(zip(words.split("\n"), spoken.split("\n"), strict=True))

    def __len__(self) -> int:
        """The number of words."""
        return len(self._spoken)

    def of(self, word: str) -> tuple[Sounds, ...]:
        """Return the ways in which a word in lower case is spoken; () where that is not known."""
        found = self._spoken.get(word) or self._spoken.get(_without_accents(word))
        if found is None:
            return ()
        return tuple(tuple(self._sounds[one] for one in way) for way in found.split(" "))

    def scan(self, word: str) -> Scansion:
        """Return the stresses of a word; of a compound those of its parts."""
        ways = self.of(word)
        if ways:
            stresses = stresses_of(ways[0])
            if len(stresses) == 1 and word in _LIGHT:
                stresses = UNSTRESSED
            return Scansion(stresses, known=True)
        if "-" in word:
            parts = [self.scan(part) for part in word.split("-") if part]
            stresses = "".join(part.stresses for part in parts)
            return Scansion(stresses, all(part.known for part in parts))
        count = estimated_syllables(word)
        return Scansion(STRESSED + UNSTRESSED * (count - 1) if count else "", known=False)

    def rhyme(self, one: str, other: str) -> bool | None:
        """Return whether two words rhyme perfectly; None where one of them is not known.

        From the last stressed vowel on they sound alike, and before it they differ. So no word
        rhymes with itself, and "sea" does not with "see".
        """
        ways, others = self.of(_last_part(one)), self.of(_last_part(other))
        if not (ways and others):
            return None
        return any(_rhyme(a, b) for a in ways for b in others)


def estimated_syllables(word: str) -> int:
    """Return how many syllables an unknown word has, by the groups of its vowels; 0 without any."""
    spoken = _without_accents(_SILENT.sub("", word.lower()))  # the e of "café" is spoken
    if not spoken.isascii() or not any(one.isalpha() for one in spoken):
        return 0
    return max(1, len(_VOWELS.findall(spoken)) + len(_APART.findall(spoken)))


def stresses_of(spoken: Sounds) -> str:
    """Return "/" for each stressed vowel and "x" for the others.

    A lesser stress beside the main one gives way to it, as in "moonlight".
    """
    levels = [sound[-1] for sound in spoken if sound[-1].isdigit()]
    beside = [
        "1" in levels[max(0, place - 1) : place] + levels[place + 1 : place + 2]
        for place in range(len(levels))
    ]
    return "".join(
        STRESSED if level == "1" or (level == "2" and not near) else UNSTRESSED
        for level, near in zip(levels, beside, strict=True)
    )


def _rhyme(one: Sounds, other: Sounds) -> bool:
    begin, end = _tail(one), _tail(other)
    return _bare(one[begin:]) == _bare(other[end:]) and _onset(one, begin) != _onset(other, end)


def _tail(spoken: Sounds) -> int:
    """Return where the last stressed vowel stands; the last vowel of a word without stress."""
    vowels = [place for place, sound in enumerate(spoken) if sound[-1].isdigit()]
    for level in ("1", "2", "0"):
        found = [place for place in vowels if spoken[place][-1] == level]
        if found:
            return found[-1]
    return len(spoken)


def _bare(sounds: Sequence[str]) -> tuple[str, ...]:
    return tuple(sound.rstrip("012") for sound in sounds)


def _onset(spoken: Sounds, place: int) -> str:
    """Return the consonant before a vowel, "" where another vowel or nothing stands there."""
    before = spoken[place - 1] if place else ""
    return "" if before[-1:].isdigit() else before


def _last_part(word: str) -> str:
    return word.rpartition("-")[2]


def _without_accents(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word)
    return "".join(one for one in letters if not unicodedata.combining(one))
