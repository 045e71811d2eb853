"""The mood of sentences: the rules by which words change each other's weight.

Written from C. J. Hutto and E. Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment
Analysis of Social Media Text", ICWSM 2014, whose numbers these are: people rated sentences with and
without an exclamation mark, capitals, "very", "not" and "but". English only.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from engine.language.valence import Valences
from engine.language.words import LONGEST, word_set

SCALE: Final = 15.0
"""The sum s of a sentence becomes s / sqrt(s² + 15), -1 to 1."""
CAPITALS: Final = 0.733
"""What a word in capitals gains, where not all are."""
DEGREE: Final = 0.293
"""What "very" adds to the word behind it, and "slightly" takes away."""
FADES: Final = (1.0, 0.95, 0.9)
"""How much of that is left over one, two and three words."""
NOT: Final = -0.74
"""What "not" makes of one of the three words behind it."""
BEFORE_BUT, AFTER_BUT = 0.5, 1.5
EXCLAMATION, EXCLAMATIONS = 0.292, 4
QUESTION, QUESTIONS = 0.18, 0.96
"""What one more question mark adds, and many."""

_MORE: Final = word_set(
    """
    absolutely amazingly awfully completely considerably deeply enormously entirely especially
    exceptionally extremely fabulously frightfully fully greatly highly hugely incredibly
    insanely intensely majorly more most particularly purely quite really remarkably so
    substantially thoroughly totally tremendously truly unbelievably unusually utterly very
    """
)
_LESS: Final = word_set(
    """
    almost barely fairly hardly kinda less little marginally occasionally partly rather scarcely
    slightly somewhat sorta
    """
)
_NEGATIONS: Final = word_set(
    """
    no not never none nobody nothing neither nor nowhere without cannot cant dont doesnt didnt
    isnt wasnt wont wouldnt couldnt shouldnt arent werent hasnt havent hadnt aint rarely seldom
    despite
    """
)
_BUT: Final = "but"
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+|[\n;]+")
_WORD: Final = re.compile(r"[^\W_]+(?:['’\-‐·][^\W_]+)*")
_SELECTORS: Final = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u200d"))


class Feeling(NamedTuple):
    """The mood of a text.

    ``valence`` is -1 to 1, ``strength`` how much feeling there is of either sign, ``positive`` and
    ``negative`` how much of each, and ``known`` the part of its words that are known: 0 to 1.
    """

    valence: float
    strength: float
    positive: float
    negative: float
    known: float


NOTHING: Final = Feeling(0.0, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word or sign of a sentence: in lower case, whether it shouts, its valence, if known."""

    word: str
    shouts: bool
    value: float
    known: bool


def feel(text: str, valences: Valences) -> Feeling:
    """Return the mood of a text: the mean of its sentences that have one."""
    sentences = [each for each in _SENTENCE.split(text[:LONGEST]) if each.strip()]
    tokens = [_tokens(each, valences) for each in sentences]
    every = [token for each in tokens for token in each]
    if not every:
        return NOTHING
    known = round(sum(token.known for token in every) / len(every), 4)
    felt = [
        found
        for sentence, each in zip(sentences, tokens, strict=True)
        if (found := _sentence(sentence, each)) != (0.0, 0.0)
    ]
    if not felt:
        return NOTHING._replace(known=known)
    columns = zip(*(_scaled(*each) for each in felt), strict=True)
    return Feeling._make([*(round(sum(each) / len(felt), 4) for each in columns), known])


def _scaled(positive: float, negative: float) -> tuple[float, float, float, float]:
    """Return valence, strength, positive and negative of what a sentence adds up to."""
    sums = (positive - negative, positive + negative, positive, negative)
    a, b, c, d = (each / math.sqrt(each * each + SCALE) for each in sums)
    return a, b, c, d


def _sentence(text: str, tokens: Sequence[_Token]) -> tuple[float, float]:
    """Return how much of a sentence is good and how much is bad, each 0 or more."""
    values = [_in_place(tokens, index) for index in range(len(tokens))]
    _weigh_but(tokens, values)
    positive = sum(value for value in values if value > 0)
    negative = -sum(value for value in values if value < 0)
    louder = _emphasis(text)
    if positive > negative:
        positive += louder
    elif negative > positive:
        negative += louder
    return positive, negative


def _in_place(tokens: Sequence[_Token], index: int) -> float:
    """Return the valence of a word where it stands: behind "very", behind "not", in capitals."""
    token = tokens[index]
    if not token.value:
        return 0.0
    sign = math.copysign(1.0, token.value)
    value = token.value + (sign * CAPITALS if token.shouts else 0.0)
    negated = False
    for fade, before in zip(FADES, reversed(tokens[max(0, index - 3) : index]), strict=False):
        if before.word in _MORE:
            value += sign * DEGREE * fade
        elif before.word in _LESS:
            value -= sign * DEGREE * fade
        negated |= _negates(before.word)
    return value * NOT if negated else value


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def _weigh_but(tokens: Sequence[_Token], values: list[float]) -> None:
    """Halve what stands before the last "but", and raise what stands behind it."""
    places = [index for index, token in enumerate(tokens) if token.word == _BUT]
    if places:
        for index in range(len(values)):
            values[index] *= BEFORE_BUT if index < places[-1] else AFTER_BUT


def _emphasis(text: str) -> float:
    """Return what the exclamation and question marks of a sentence add to its feeling."""
    questions = text.count("?")
    asked = 0.0 if questions < 2 else QUESTION * questions if questions < 4 else QUESTIONS
    return EXCLAMATION * min(text.count("!"), EXCLAMATIONS) + asked


def _tokens(sentence: str, valences: Valences) -> list[_Token]:
    """Return the words of a sentence, and its emoticons and emoji, in order."""
    found = list(_pieces(sentence, valences))
    shouting = [piece.isupper() and len(piece) > 1 for piece in found]
    some = any(shouting) and not all(shouting)
    mixed = any(piece.islower() for piece in found)
    return [
        _token(piece, some and shouts, valences, is_name=mixed and place > 0 and piece.istitle())
        for place, (piece, shouts) in enumerate(zip(found, shouting, strict=True))
    ]


def _token(piece: str, shouts: bool, valences: Valences, *, is_name: bool) -> _Token:
    if piece in valences.signs:
        return _Token(piece, shouts=False, value=valences.rated[piece], known=True)
    word = piece.lower().replace("’", "'")
    if word == "no" or _negates(word):  # it turns others about, and says nothing itself
        return _Token(word, shouts, 0.0, known=True)
    value, known = valences.of(word, is_name=is_name)
    return _Token(word, shouts, value, known)


def _pieces(sentence: str, valences: Valences) -> Iterator[str]:
    """Yield the words and signs of a sentence as written."""
    for chunk in unicodedata.normalize("NFC", sentence).translate(_SELECTORS).split():
        bare = chunk.rstrip(".,!?")
        if chunk in valences.signs or bare in valences.signs:
            yield chunk if chunk in valences.signs else bare
            continue
        place = 0
        for match in _WORD.finditer(chunk):
            yield from (one for one in chunk[place : match.start()] if one in valences.signs)
            yield match[0]
            place = match.end()
        yield from (one for one in chunk[place:] if one in valences.signs)
