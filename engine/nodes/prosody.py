"""Scan a line: its words, syllables, stresses, and whether it rhymes."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from engine.core.messages import Text, Trigger
from engine.core.node import Node
from engine.inference.known_words import pronunciations
from engine.language.english import is_foreign
from engine.language.words import plain_text, words


class SpokenLine(NamedTuple):
    """How many words and syllables a line has, its stresses, whether it rhymes, what is known.

    ``rhymed`` is a trigger at each line that does.
    """

    stresses: str
    syllables: int
    words: int
    rhyme: bool | None
    known: float
    rhymed: Trigger | None


class Prosody(Node):
    """Scan an English line: its stresses, syllables, words, and whether it rhymes.

    ``stresses`` has a letter for each syllable, "/" for one that is stressed and "x" for one that
    is not: "the sea is calm tonight" is x/x/x/. ``rhyme`` is on where the last word rhymes with
    that of the line before: from the last stressed vowel on they sound alike, before it they
    differ. So "night" rhymes with "light", and neither with itself nor with "knight". Where one of
    both is in no dictionary, ``rhyme`` says nothing. ``rhymed`` is a trigger at each rhyme.

    ``known`` is the part of the words whose sounds are known, 0 to 1. Of the others syllables are
    guessed by their letters, which is right of 93 in a hundred, with the stress on the first. In
    another language than English all of it is 0. A text that is still growing is told too, without
    rhyme; a line is what is final.

    It knows the 126,000 words of the CMU Pronouncing Dictionary, spoken as in North America.

    Raises ModelError where it is not whole.
    """

    lane: ClassVar[bool] = True

    _last: str = ""

    def open(self) -> None:
        """Read the dictionary. Raises ModelError where it is not whole."""
        pronunciations()

    def reset(self) -> None:
        """Forget the line before: the next one rhymes with nothing."""
        self._last = ""

    def process(self, text: str | Text) -> SpokenLine:
        """Return how a text sounds."""
        heard = plain_text(text)
        found = () if is_foreign(heard) else words(heard.text)
        scanned = [pronunciations().scan(word) for word in found]
        stresses = "".join(each.stresses for each in scanned)
        known = sum(each.known for each in scanned) / len(scanned) if scanned else 0.0
        rhyme = self._rhyme(found[-1]) if found and heard.final else None
        return SpokenLine(
            stresses,
            len(stresses),
            len(found),
            rhyme,
            round(known, 4),
            Trigger() if rhyme else None,
        )

    def _rhyme(self, word: str) -> bool | None:
        """Return whether a word rhymes with the last one, and keep it for the next."""
        before, self._last = self._last, word
        return pronunciations().rhyme(before, word) if before else None
