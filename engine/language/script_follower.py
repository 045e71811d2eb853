"""Where in a known text somebody is who speaks it, by the words that were heard.

What was heard is laid along the text (local alignment, Smith and Waterman 1981) around where the
speaker was, and, once that fails, wherever in the text its rarer words stand. A word counts by how
rare it is in the text, so that "and" leads nowhere; and the farther a place is from where the
speaker should be, the more must speak for it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from engine.language.numerals import spelt
from engine.language.sound_key import alike
from engine.language.words import words

HEARD: Final = 60
"""Words at the end of a phrase that are looked at."""
BEHIND: Final = 40
AHEAD: Final = 120
"""Words of the text before and behind the speaker's place that are looked at first."""
_MATCHES: Final = 0.66
"""How alike two words are at least that count as the same."""
_STEP: Final = 8
"""Words that a speaker may leave out without more evidence than a word of their own."""
_GAP, _OTHER = 0.25, 0.35
"""What a word costs that was not heard or not written, and one that was heard as another."""
_FAR: Final = 0.004
"""What each word between the speaker's place and another costs."""
_UNUSED: Final = 0.02
"""What each word costs that was heard behind the last one that matches."""
_BIN: Final = 4
"""Words by which places may differ that are looked at as one."""
_COMMON: Final = 0.15
"""What the commonest word of a text is worth at least, of 1."""
_RARE: Final = 12
"""Times that a word stands in a text at most to lead to a place in it."""
_PLACES: Final = 6
"""Places far from the speaker that are looked at."""


class Asked(NamedTuple):
    """What must speak for a place: words, the sum of their worth, and their share of the heard."""

    matches: int
    worth: float
    share: float


_ON: Final = Asked(1, 0.0, 0.3)
_NEAR: Final = Asked(1, 0.3, 0.3)
_AHEAD: Final = Asked(3, 1.2, 0.5)
_ELSEWHERE: Final = Asked(4, 2.0, 0.6)
LINE: Final = 0.3
"""What the heard words of a line are worth at least for it to be reached."""
_FUNCTION_WORDS: Final = (
    "a about after all am an and are as at be been but by can could did do does for from had has "
    "have he her here him his how i if in into is it its just let me my no not now of off on one "
    "or our out over she so some than that the thee their them then there these they this those "
    "thou thy to too up upon us very was we were what when where which who will with would ye yet "
    "you your"
)
_SMALL: Final = frozenset(_FUNCTION_WORDS.split(" "))
"""Words of English that stand everywhere, however rare they are in a short text."""


@dataclass(frozen=True, slots=True)
class FoundWords:
    """Where in the text heard words lie: the places of those that match, and how well they do."""

    places: tuple[int, ...]
    score: float

    @property
    def end(self) -> int:
        """The place behind the last word."""
        return self.places[-1] + 1


class ScriptFollower:
    """Follows somebody who speaks a text of several lines.

    ``place`` is the place of the word that comes next, ``misses`` how many phrases in a row fitted
    nowhere.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        spoken = [(spelt(word), at) for at, line in enumerate(lines) for word in words(line)]
        self._words = [word for word, _ in spoken]
        self._line_of = [at for _, at in spoken]
        self._worth = _worth(self._words)
        self._where: dict[str, list[int]] = {}
        for place, word in enumerate(self._words):
            self._where.setdefault(word, []).append(place)
        self.place = 0
        self.misses = 0

    @property
    def count(self) -> int:
        """How many words the text has."""
        return len(self._words)

    def line_at(self, place: int) -> int:
        """Return the line in which the word at a place stands, from 0."""
        return self._line_of[place]

    def worth_at(self, place: int) -> float:
        """Return how much the word at a place says of where one is, 0 to 1."""
        return self._worth[self._words[place]]

    def ends_line(self, place: int) -> bool:
        """Whether the word at a place is the last one of its line."""
        return place + 1 == self.count or self._line_of[place + 1] != self._line_of[place]

    def go(self, line: int) -> None:
        """Begin at a line, which counts from 0."""
        places = (place for place, at in enumerate(self._line_of) if at >= line)
        self.place = next(places, self.count)
        self.misses = 0

    def find(self, text: str) -> FoundWords | None:
        """Return where heard words lie, seen from ``place``; None where that is not clear."""
        heard = [spelt(word) for word in words(text)[-HEARD:]]
        if not heard or not self._words:
            return None
        around = range(max(0, self.place - BEHIND), min(self.count, self.place + AHEAD))
        near = self._aligned(heard, around)
        if near is not None and self._is_clear(near, len(heard)):
            return near
        others = (self._aligned(heard, span) for span in self._elsewhere(heard))
        clear = (one for one in others if one is not None and self._is_clear(one, len(heard)))
        return max(clear, key=lambda one: one.score, default=None)

    def take(self, found: FoundWords | None) -> None:
        """Go to where a phrase that has ended lies; None where it lies nowhere."""
        if found is None:
            self.misses += 1
        else:
            self.place, self.misses = found.end, 0

    def _is_clear(self, found: FoundWords, heard: int) -> bool:
        """Whether enough speaks for a place, as far away as it is."""
        first = found.places[0] - self.place
        if found.end <= self.place or first > AHEAD:
            asked = _ELSEWHERE
        elif first <= 1:
            asked = _ON
        else:
            asked = _NEAR if first <= _STEP else _AHEAD
        worth = sum(map(self.worth_at, found.places))
        matches = len(found.places)
        return matches >= asked.matches and worth >= asked.worth and matches >= asked.share * heard

    def _aligned(self, heard: Sequence[str], span: range) -> FoundWords | None:
        """Return the best local alignment of heard words with a stretch of the text."""
        scores = [[0.0] * (len(span) + 1) for _ in range(len(heard) + 1)]
        best, best_score = (0, 0), 0.0
        for row, word in enumerate(heard, 1):
            before, now = scores[row - 1], scores[row]
            for column, place in enumerate(span, 1):
                value = max(
                    0.0,
                    before[column - 1] + self._says(word, self._words[place]),
                    before[column] - _GAP,
                    now[column - 1] - _GAP,
                )
                now[column] = value
                rated = value - _FAR * abs(place - self.place) - _UNUSED * (len(heard) - row)
                if value > 0 and (rated > best_score or best == (0, 0)):
                    best, best_score = (row, column), rated
        places = tuple(self._traced(heard, span, scores, best))
        return FoundWords(places, best_score) if places else None

    def _traced(
        self, heard: Sequence[str], span: range, scores: list[list[float]], end: tuple[int, int]
    ) -> list[int]:
        """Return the places of the words that match on the way to a cell."""
        row, column = end
        places: list[int] = []
        while row and column and scores[row][column] > 0:
            said = self._says(heard[row - 1], self._words[span[column - 1]])
            value = scores[row][column]
            if math.isclose(value, scores[row - 1][column - 1] + said, abs_tol=1e-9):
                row, column = row - 1, column - 1
                if said > 0:
                    places.append(span[column])
            elif math.isclose(value, scores[row - 1][column] - _GAP, abs_tol=1e-9):
                row -= 1
            else:
                column -= 1
        return places[::-1]

    def _says(self, heard: str, written: str) -> float:
        """Return what it is worth that a word was heard where another is written."""
        sounds = alike(heard, written)
        return self._worth[written] * sounds if sounds >= _MATCHES else -_OTHER

    def _elsewhere(self, heard: Sequence[str]) -> Iterator[range]:
        """Yield stretches of the text in which several of the rarer heard words stand."""
        votes: Counter[int] = Counter()
        for number, word in enumerate(heard):
            places = self._where.get(word, ())
            if word not in _SMALL and len(places) <= _RARE:
                votes.update({(place - number) // _BIN for place in places})
        for begin, _ in votes.most_common(_PLACES):
            first = max(0, begin * _BIN - 2 * _BIN)
            yield range(first, min(self.count, first + len(heard) + 6 * _BIN))


def _worth(spoken: Sequence[str]) -> dict[str, float]:
    """Return how much each word says of where in the text one is, 0 to 1."""
    size = math.log(max(len(spoken), 3))
    return {
        word: _COMMON if word in _SMALL else max(_COMMON, 1.0 - 1.5 * math.log(count) / size)
        for word, count in Counter(spoken).items()
    }
