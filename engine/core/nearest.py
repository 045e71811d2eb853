"""Finds the name that was meant: ' Did you mean "pose"?'."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_LONGEST = 100
"""Maximum length of a word compared with names; longer ones are no misspellings."""
_SHORTEST = 3
_STEM = 4
_MOST_GUESSES = 3
_PARTS = re.compile(r"[_/. -]")


_hints: ContextVar[bool] = ContextVar("hints", default=True)


@contextmanager
def without_hints() -> Iterator[None]:
    """Have ``nearest`` find nothing: to compare names takes as long as a hundred commands."""
    before = _hints.set(False)
    try:
        yield
    finally:
        _hints.reset(before)


def nearest(word: str, choices: Iterable[str]) -> str:
    """Return a hint such as ' Did you mean "pose"?', or "" when no choice is close.

    A choice is close where few slips of a hand lie between (one in three letters), or where the
    word is the beginning or one part of it, as "midi" of "midi_in". Why not a ratio of matching
    letters: it takes "osc_out" for "count", and a wrong guess is worse than none.
    """
    if not (_hints.get() and _SHORTEST <= len(word) <= _LONGEST):
        return ""
    folded = word.casefold()
    known = list(dict.fromkeys(choices))
    most = len(folded) // 3 or 1
    slips = ((_slips(folded, each.casefold(), most), each) for each in known)
    close = [(count, each) for count, each in slips if count <= most]
    found = [min(close, key=_closeness(folded))[1]] if close else _completed(folded, known)
    if not found or found == [word]:
        return ""
    quoted = [f'"{each}"' for each in found]
    return f" Did you mean {either(quoted)}?"


def either(words: list[str]) -> str:
    """Join words by commas and a final "or"."""
    return " or ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def _closeness(word: str) -> Callable[[tuple[int, str]], tuple[int, int, int]]:
    """Return the order of choices with their slips: of two the one that begins, then ends alike."""

    def order(choice: tuple[int, str]) -> tuple[int, int, int]:
        count, other = choice[0], choice[1].casefold()
        return count, -_shared(word, other), -_shared(word[::-1], other[::-1])

    return order


def _completed(word: str, choices: list[str]) -> list[str]:
    """Return the few choices that a word begins, is one part of, or ends in another way than.

    [] where there are many.
    """
    begun = [each for each in choices if each.casefold().startswith(word)]
    parts = [each for each in choices if _is_part(word, each.casefold())]
    found = begun or parts or [each for each in choices if _same_stem(word, each.casefold())]
    return found if len(found) <= _MOST_GUESSES else []


def _same_stem(word: str, other: str) -> bool:
    """Whether two words begin alike and only end in another way: "carry", "carries"."""
    return _shared(word, other) >= max(_STEM, 3 * min(len(word), len(other)) / 4)


def _is_part(word: str, other: str) -> bool:
    """Whether a word is a part of another, or ends in it: "midi" of "midi_in", "pitchbend"."""
    return word in _PARTS.split(other) or (len(other) >= _STEM and word.endswith(other))


def _shared(word: str, other: str) -> int:
    """Return how many letters two words begin with together."""
    pairs = enumerate(zip(word, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(word), len(other)))


def _slips(word: str, other: str, most: int) -> int:
    """Return how many letters are put in, left out, exchanged or swapped with the next one.

    More than ``most`` are not counted further (optimal string alignment, Boytsov 2011).
    """
    if abs(len(word) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(word, 1):
        line = [row]
        for column, its in enumerate(other, 1):
            best = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != its))
            if before and column > 1 and (letter, word[row - 2]) == (other[column - 2], its):
                best = min(best, before[column - 2] + 1)
            line.append(best)
        if min(line) > most:
            return most + 1
        before, last = last, line
    return last[-1]
