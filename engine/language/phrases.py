"""Cut a text into phrases that can be spoken one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from engine.language.words import clean

LONGEST_PHRASE: Final = 240
"""Characters of a phrase at most: what is longer is cut at a comma, a space, or anywhere."""

_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？؟।])\s+|(?<=[。！？])")
_PAUSE: Final = re.compile(r"(?<=[,;:،、])\s+|\s+(?=[–—])")


def phrases(text: str) -> Iterator[str]:
    """Yield the sentences of a text, and of long ones parts; not those without a letter."""
    for sentence in _SENTENCE.split(clean(text)):
        for part in _short(sentence):
            if any(one.isalnum() for one in part):
                yield part


def _short(sentence: str) -> Iterator[str]:
    if len(sentence) <= LONGEST_PHRASE:
        yield sentence.strip()
        return
    line = ""
    for part in _PAUSE.split(sentence):
        for piece in _pieces(part):
            if line and len(line) + len(piece) >= LONGEST_PHRASE:
                yield line
                line = ""
            line = f"{line} {piece}".strip()
    if line:
        yield line


def _pieces(part: str) -> Iterator[str]:
    """Yield words of a part together as long as they fit, and words that are too long in pieces."""
    line = ""
    for word in part.split():
        for begin in range(0, len(word), LONGEST_PHRASE):
            piece = word[begin : begin + LONGEST_PHRASE]
            if line and len(line) + len(piece) >= LONGEST_PHRASE:
                yield line
                line = ""
            line = f"{line} {piece}".strip()
    if line:
        yield line
