"""Judge how good or bad a text sounds."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from engine.core.messages import Text
from engine.core.node import Node
from engine.inference.known_words import valences
from engine.language.english import is_foreign
from engine.language.feeling import NOTHING, feel
from engine.language.words import plain_text


class Felt(NamedTuple):
    """How good a text sounds, how strongly, how much of it is good and how much bad."""

    valence: float
    strength: float
    positive: float
    negative: float
    known: float


class Mood(Node):
    """Judge how good or bad an English text sounds: the mood of its words, and nobody's feeling.

    ``valence`` is -1, as bad as can be, to 1. ``strength`` is 0 to 1, how much feeling there is of
    either sign; ``positive`` and ``negative`` are how much of each, so a text may have both. All
    are 0 where nothing is felt. ``known`` is the part of the words that are known, 0 to 1: where it
    is low, the rest means little, and 0 in a language that is not English.

    The rules are those of VADER: "not", "very" and "but", capitals, exclamation marks, emoticons
    and emoji count. A word that VADER's list lacks is judged by a small network, from the company
    that it keeps, but not what people are, nor names: these are neither good nor bad. A text of
    several sentences is the mean of those that feel anything. Irony is lost on it. A text that is
    still growing counts too.

    VADER: C. J. Hutto, E. Gilbert, ICWSM 2014. Raises ModelError where its tables are not whole.
    """

    lane: ClassVar[bool] = True

    def open(self) -> None:
        """Read the tables. Raises ModelError where one is not whole."""
        valences()

    def process(self, text: str | Text) -> Felt:
        """Return the mood of a text."""
        heard = plain_text(text)
        return Felt._make(NOTHING if is_foreign(heard) else feel(heard.text, valences()))
