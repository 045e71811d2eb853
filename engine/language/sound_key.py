"""How alike two words sound, 0 to 1: by their letters, and by a rough key of their consonants.

The key is in the manner of Soundex (Russell 1918), for what a recogniser of speech confuses: voiced
and unvoiced, and vowels, count as the same. Of other alphabets the letters alone count.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_PAIRS: Final = (
    *(("ph", "f"), ("gh", ""), ("ck", "k"), ("qu", "kw"), ("wh", "w"), ("wr", "r"), ("kn", "n")),
    *(("tch", "j"), ("ch", "j"), ("sh", "j"), ("th", "t"), ("x", "ks"), ("dg", "j")),
)
_ALIKE: Final = str.maketrans("bdgvzcqywh", "ptkfskk   ")
_VOWELS: Final = frozenset("aeiou ")
_KEYED: Final = 0.8
"""How alike words with the same key are at least."""
_SOME: Final = 0.4
"""How alike their letters are at least."""
_LONG: Final = 2
"""Letters of a key that says something."""


@lru_cache(maxsize=1 << 15)
def alike(one: str, other: str) -> float:
    """Return how alike two words in lower case sound: 1 the same, below 0.5 nothing in common."""
    if one == other:
        return 1.0
    longer = max(len(one), len(other))
    if min(len(one), len(other)) * 2 < longer:
        return 0.0
    letters = 1.0 - distance(one, other) / longer
    key = sound_key(one)
    if letters >= _SOME and len(key) >= _LONG and key == sound_key(other):
        return max(letters, _KEYED)
    return letters


@lru_cache(maxsize=1 << 14)
def sound_key(word: str) -> str:
    """Return the consonants of a word, alike ones as one letter, and its first vowel as "a"."""
    for letters, key in _PAIRS:
        word = word.replace(letters, key)
    word = word.replace("'", "").translate(_ALIKE)
    begins = "a" if word[:1] in _VOWELS else ""
    pairs = zip(" " + word, word, strict=False)
    return begins + "".join(
        letter for before, letter in pairs if letter not in _VOWELS and letter != before
    )


def distance(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many letters, or words, must be changed, added or left out (Levenshtein 1965)."""
    before = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        now = [number]
        for place, another in enumerate(other):
            cost = before[place] + (letter != another)
            now.append(min(cost, before[place + 1] + 1, now[place] + 1))
        before = now
    return before[-1]
