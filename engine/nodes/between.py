"""Walk from one word to another by a knob."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, NamedTuple

from engine.core.errors import ParameterError, as_written
from engine.core.node import Node
from engine.core.parameter import Param
from engine.inference.known_words import word_vectors
from engine.language.walking import way
from engine.language.words import words


class WordBetween(NamedTuple):
    """The word at which the knob stands, and which one of the way it is, from 1."""

    word: str
    place: int


class Between(Node):
    """Walk from one word to another by a knob: sea, ocean, coast, island, town, city.

    0 is ``start`` and 1 is ``end``, exactly; between them stand words that lie on the way,
    ``steps`` in all. Each comes once, when the knob arrives at it. ``place`` is which one of the
    way it is, 1 being the first.

    The words are those nearest to the arc between both in the space of words (GloVe), frequent ones
    only. ``block`` leaves out slurs.

    Raises ParameterError for an unknown word, and ModelError where its table is not whole.
    """

    lane: ClassVar[bool] = True

    start: Annotated[str, Param("the word at 0")]
    end: Annotated[str, Param("the word at 1")]
    steps: Annotated[int, Param("how many words, with both ends", 3, 32)] = 9
    block: Annotated[bool, Param("leave out slurs and the coarsest words")] = True

    _made_of: tuple[str, str, int, bool] | None = None
    _way: tuple[str, ...] = ()
    _last: str = ""

    def __post_init__(self) -> None:
        self._check()

    def open(self) -> None:
        """Find the way. Raises ModelError where the table is not whole."""
        self._way = way(word_vectors(), self.start, self.end, self.steps, block=self.block)

    def reset(self) -> None:
        """Forget where the knob stood: the next number says its word in any case."""
        self._last = ""

    def process(self, value: float) -> WordBetween | None:
        """Return the word where the knob is, when it is another one."""
        if self._made_of != (self.start, self.end, self.steps, self.block):
            self._check()
            self.open()
        if not math.isfinite(value):
            return None
        place = round(min(max(value, 0.0), 1.0) * (len(self._way) - 1))
        word = self._way[place]
        if word == self._last:
            return None
        self._last = word
        return WordBetween(word, place + 1)

    def _check(self) -> None:
        """Take the words as they are now. Raise ParameterError for bad ones; the last stay."""
        if fault := self._fault():
            if self._made_of:
                self.start, self.end, self.steps, self.block = self._made_of
            raise ParameterError(fault)
        self._made_of = (self.start, self.end, self.steps, self.block)

    def _fault(self) -> str:
        for name, word in (("start", self.start), ("end", self.end)):
            if len(words(word)) != 1 or words(word)[0] not in word_vectors():
                hint = word_vectors().likely(word.strip().lower())
                return f"{name}: expected a word that is known, got {as_written(word)}.{hint}"
        return ""
