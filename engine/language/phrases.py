"""Cut a text into phrases that can be spoken one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from engine.language.words import clean

LONGEST_PHRASE: Final = 240
"""Characters of a phrase at most: what is longer is cut at a comma, a space, or anywhere."""

_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？؟।])\s+|(?<=[。！？])")
_PAUSE: Final = re.compile(r"(?<=[,;:،、])\s+|\s+(?=[–—])")


def phrases(text: str, longest: int = LONGEST_PHRASE) -> Iterator[str]:
    """Yield the sentences of a text, and of long ones parts; not those without a letter.

    ``longest`` is how many characters a part has at most.
    """
    for sentence in _SENTENCE.split(clean(text)):
        for part in _short(sentence, longest):
            if any(one.isalnum() for one in part):
                yield part


def _short(sentence: str, longest: int) -> Iterator[str]:
    if len(sentence) <= longest:
        yield sentence.strip()
        return
    parts = (piece for part in _PAUSE.split(sentence) for piece in _pieces(part, longest))
    yield from _together(parts, longest)


def _pieces(part: str, longest: int) -> Iterator[str]:
    """Yield words of a part together as long as they fit, and words that are too long in pieces."""
    cut = (
        word[begin : begin + longest]
        for word in part.split()
        for begin in range(0, len(word), longest)
    )
    yield from _together(cut, longest)


def _together(pieces: Iterable[str], longest: int) -> Iterator[str]:
    """Yield pieces, as many together as fit."""
    line = ""
    for piece in pieces:
        if line and len(line) + len(piece) >= longest:
            yield line
            line = ""
        line = f"{line} {piece}".strip()
    if line:
        yield line
