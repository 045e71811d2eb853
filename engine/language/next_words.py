"""Learns from a text which word comes next, and tells the likeliest: a predictive keyboard.

Interpolated Kneser-Ney (Kneser and Ney, "Improved Backing-Off for M-Gram Language Modeling", 1995;
Chen and Goodman, 1999): of what followed the last three words a little is taken off and left to
what followed the last two, and so on, down to after how many different words one stands at all. No
table of n-grams is made: the places of each word are known, and what followed there is looked up
when it is asked. So a text is learned as fast as it is taken apart.

A word is told as the text writes it: with its capital, and with the signs that stand behind it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

ORDER: Final = 3
"""Words before the next that are looked at."""
TAKEN_OFF: Final = 0.75
"""How much of each count is left to shorter beginnings."""
LEAST: Final = 20
"""Words that a text must have to be learned from."""

_BEGINS: Final = 0
"""The number of what stands before a sentence."""
_TOKEN: Final = re.compile(r"\S+")
_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n")
_ENDS: Final = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_AROUND: Final = re.compile(r"^[\W_]+|[\W_]+$")
_OPENING: Final = re.compile(r"^[\W_]+")

Places = NDArray[np.int32]
_SOME: Final = 64
"""Words that are put in order at first: more are hardly ever asked for."""


class NextWords:
    """What a text says comes next. Without a text it knows nothing."""

    def __init__(self, text: str = "") -> None:
        self._numbers: dict[str, int] = {"": _BEGINS}
        self._forms: list[Counter[str]] = [Counter()]
        """Of each word how it is written, in the middle of a sentence and at its beginning."""
        self._first_forms: list[Counter[str]] = [Counter()]
        self._text: Places = np.array(list(self._taken(text)), np.int32)
        count = len(self._numbers)
        self._count: Places = np.bincount(self._text, minlength=count).astype(np.int32)
        self._order: Places = np.argsort(self._text, kind="stable").astype(np.int32)
        self._from: Places = np.concatenate(([0], np.cumsum(self._count))).astype(np.int32)
        self._continued = self._after_how_many(count)
        common = np.argsort(-self._count, kind="stable")
        self._common = [int(one) for one in common if one != _BEGINS]

    @property
    def words(self) -> int:
        """How many words were learned from."""
        return int(self._count.sum() - self._count[_BEGINS])

    def after(
        self, written: Sequence[str], most: int = 3, passes: Callable[[str], bool] = bool
    ) -> list[str]:
        """Return what may come after the words of a line, likeliest first, ``most`` at most.

        ``passes`` says of a word whether it may be told.
        """
        likely = (self._form(number, written) for number in self._likely(self._read(written)))
        return list(islice((one for one in likely if passes(one)), most))

    def rank(self, written: Sequence[str], word: str, most: int = 3) -> int:
        """Return the place of a word among the likeliest, from 0; ``most`` where it is none."""
        wanted = self._numbers.get(plain(word), -1)
        likely = list(islice(self._likely(self._read(written)), most))
        return likely.index(wanted) if wanted in likely else most

    def common(self, most: int = 3) -> list[str]:
        """Return the words that come most often, whatever stands before them."""
        return [self._form(number, ("a",)) for number in self._common[:most]]

    def _taken(self, text: str) -> Iterator[int]:
        """Yield the numbers of the words of a text, and a 0 before each sentence."""
        for paragraph in _PARAGRAPH.split(text):
            begins = True
            for token in _TOKEN.findall(paragraph):
                word = plain(token)
                if not word:
                    continue
                if begins:
                    yield _BEGINS
                number = self._numbers.setdefault(word, len(self._numbers))
                if number == len(self._forms):
                    self._forms.append(Counter())
                    self._first_forms.append(Counter())
                form = _OPENING.sub("", token)
                (self._first_forms if begins else self._forms)[number][form] += 1
                yield number
                begins = bool(_ENDS.search(token))

    def _after_how_many(self, count: int) -> NDArray[np.float64]:
        """Return the chance of each word by after how many different ones it stands."""
        pairs = np.unique(self._text[:-1].astype(np.int64) * count + self._text[1:])
        found = np.bincount(pairs % count, minlength=count)
        return np.asarray(found / max(len(pairs), 1), np.float64)

    def _read(self, written: Sequence[str]) -> list[int]:
        """Return the last numbers of a line, -1 for a word that is not known."""
        read = [_BEGINS]
        for token in written[-ORDER - 1 :]:
            read.append(self._numbers.get(plain(token), -1))
            if _ENDS.search(token):
                read.append(_BEGINS)
        return read[-ORDER:]

    def _likely(self, before: Sequence[int]) -> Iterator[int]:
        """Yield the numbers of the words that may come, likeliest first, each once."""
        chances = self._continued.copy()
        for length in range(1, len(before) + 1):
            following = self._following(before[len(before) - length :])
            if not len(following):
                break
            numbers, counts = np.unique(following, return_counts=True)
            chances *= TAKEN_OFF * len(numbers) / len(following)
            chances[numbers] += (counts - TAKEN_OFF) / len(following)
        chances[_BEGINS] = -1.0
        some = min(_SOME, len(chances))
        first = np.argpartition(-chances, some - 1)[:some]
        told = sorted(first.tolist(), key=lambda number: (-chances[number], number))
        yield from (number for number in told if number != _BEGINS)
        if some < len(chances):
            known = {*told, _BEGINS}
            rest = np.argsort(-chances, kind="stable").tolist()
            yield from (number for number in rest if number not in known)

    def _following(self, before: Sequence[int]) -> Places:
        """Return the numbers of what came after these, each time."""
        last = before[-1]
        if last < 0 or last >= len(self._count):
            return self._text[:0]
        places = self._order[self._from[last] : self._from[last + 1]]
        for back, wanted in enumerate(reversed(before[:-1]), 1):
            places = places[places >= back]
            places = places[self._text[places - back] == wanted]
        places = places[places + 1 < len(self._text)]
        return self._text[places + 1]

    def _form(self, number: int, written: Sequence[str]) -> str:
        """Return how a word is written after a line: most often so."""
        begins = not written or bool(_ENDS.search(written[-1]))
        first, other = self._first_forms[number], self._forms[number]
        forms = (first or other) if begins else (other or first)
        form = forms.most_common(1)[0][0]
        return form[:1].upper() + form[1:] if begins and not first else form


def plain(token: str) -> str:
    """Return a word without what stands around it, in lower case, with straight apostrophes."""
    return _AROUND.sub("", unicodedata.normalize("NFC", token)).lower().replace("’", "'")
