"""Find the words that are nearest to a word, or that complete an analogy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Final, NamedTuple

import numpy as np

from engine.core.context import Context
from engine.core.errors import ParameterError, as_written
from engine.core.messages import Text
from engine.core.node import Node
from engine.core.parameter import Param
from engine.inference.known_words import word_vectors
from engine.language.blocked import is_blocked
from engine.language.english import is_foreign
from engine.language.word_vectors import Vector
from engine.language.words import plain_text, words

MOST: Final = 64


class Neighbour(NamedTuple):
    """A word, how near it is, 0 to 1, and which one it is, 1 being the nearest."""

    word: str
    nearness: float
    rank: int


class Neighbours(Node):
    """Find the words nearest to a word: "drum" leads to drums, percussion, guitar.

    Each final text gives ``count`` words, the nearest first, each an event of its own with its
    ``nearness``, 0 to 1, and its ``rank`` from 1. A text of several words leads to what is near to
    all of them together. What is not known, or in another language than English, gives nothing.

    Near means: used in the same company. Opposites are near too: "joy" leads to sorrow.

    With ``like`` and ``to`` it completes an analogy: ``like = "man"`` and ``to = "king"`` make
    "queen" of "woman". Of fifteen that have one right answer nine came out right; the others are
    near it.

    It knows 40,000 words (GloVe), among them some that nobody wants to hear: ``block`` leaves out
    slurs.

    Analogies: T. Mikolov, W. Yih, G. Zweig, NAACL 2013. Raises ParameterError for an unknown
    ``like`` or ``to``, and ModelError where its table is not whole.
    """

    lane: ClassVar[bool] = True

    count: Annotated[int, Param("how many words", 1, MOST)] = 5
    like: Annotated[str, Param("the first word of an analogy; empty for none")] = ""
    to: Annotated[str, Param("the second one: the text is to the answer as like is to this")] = ""
    block: Annotated[bool, Param("leave out slurs and the coarsest words")] = True

    _context: Context = Context()
    _analogy: tuple[str, str] = ("", "")

    def __post_init__(self) -> None:
        if fault := self._take():
            raise ParameterError(fault.removesuffix("."))

    def open(self, context: Context | None = None) -> None:
        """Read the table. Raises ModelError where it is not whole."""
        self._context = context or Context()
        word_vectors()

    def process(self, text: str | Text) -> Iterator[Neighbour]:
        """Yield the nearest words of a final text."""
        if self._analogy != (self.like, self.to) and (fault := self._take()):
            self._context.log.warning("%s: %s The last ones stay.", self._context.name, fault)
        heard = plain_text(text)
        if not heard.final or is_foreign(heard):
            return
        given = words(heard.text)
        aim = self._aim(given)
        if aim is None:
            return
        vectors = word_vectors()
        known = [*given, *map(str.lower, self._analogy)]
        left_out = {vectors.words[place] for word in known for place in vectors.places(word)}
        rank = 0
        for word, cosine in vectors.nearest(aim):
            if word in left_out or (self.block and is_blocked(word)):
                continue
            rank += 1
            yield Neighbour(word, round(min(max(cosine, 0.0), 1.0), 4), rank)
            if rank == self.count:
                return

    def _aim(self, given: tuple[str, ...]) -> Vector | None:
        """Return the place near which to look; None where no word is known."""
        vectors = word_vectors()
        middle = vectors.place(given).vector
        if middle is None or not self.like:
            return middle
        first, second = (vectors.place(words(each)).vector for each in self._analogy)
        assert first is not None and second is not None
        aim: Vector = second - first + middle
        length = float(np.linalg.norm(aim))
        return aim / length if length > 1e-6 else middle

    def _take(self) -> str:
        """Take the analogy as it is now; return what is wrong with it, and the last one stays."""
        fault = self._fault()
        if fault:
            self.like, self.to = self._analogy
        self._analogy = (self.like, self.to)
        return fault

    def _fault(self) -> str:
        if bool(self.like) != bool(self.to):
            return 'an analogy has both: like = "man" and to = "king".'
        for name, word in (("like", self.like), ("to", self.to)):
            if word and word_vectors().place(words(word)).vector is None:
                hint = word_vectors().likely(word.strip().lower())
                return f"{name}: {as_written(word)} is no word that is known.{hint}"
        return ""
