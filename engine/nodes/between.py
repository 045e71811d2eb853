"""Walk from one word to another by a knob."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, NamedTuple

from engine.core.context import Context
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

    _context: Context = Context()
    _made_of: tuple[str, str, int, bool] | None = None
    _way: tuple[str, ...] = ()
    _last: str = ""

    def __post_init__(self) -> None:
        if fault := self._take():
            raise ParameterError(fault.removesuffix("."))

    def open(self, context: Context | None = None) -> None:
        """Find the way. Raises ModelError where the table is not whole."""
        self._context = context or Context()
        self._find()

    def reset(self) -> None:
        """Forget where the knob stood: the next number says its word in any case."""
        self._last = ""

    def process(self, value: float) -> WordBetween | None:
        """Return the word where the knob is, when it is another one."""
        if self._made_of != (self.start, self.end, self.steps, self.block):
            if fault := self._take():
                self._context.log.warning("%s: %s The last ones stay.", self._context.name, fault)
            self._find()
        if not math.isfinite(value):
            return None
        place = round(min(max(value, 0.0), 1.0) * (len(self._way) - 1))
        word = self._way[place]
        if word == self._last:
            return None
        self._last = word
        return WordBetween(word, place + 1)

    def _find(self) -> None:
        self._way = way(word_vectors(), self.start, self.end, self.steps, block=self.block)

    def _take(self) -> str:
        """Take the words as they are now; return what is wrong with them, and the last stay."""
        fault = self._fault()
        if fault and self._made_of:
            self.start, self.end, self.steps, self.block = self._made_of
        self._made_of = (self.start, self.end, self.steps, self.block)
        return fault

    def _fault(self) -> str:
        for name, word in (("start", self.start), ("end", self.end)):
            if len(words(word)) != 1 or words(word)[0] not in word_vectors():
                hint = word_vectors().likely(word.strip().lower())
                return f"{name}: expected a word that is known, got {as_written(word)}.{hint}"
        return ""
