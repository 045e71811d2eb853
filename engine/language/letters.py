"""Writes a text letter by letter, with whatever says which letter may follow.

That is a recurrent network here, but need not be. Letters are drawn by their chances, sharpened or
flattened by a temperature, and put together to words, so that a word which nobody wants to see can
be drawn anew before anybody has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.language.blocked import is_blocked

LINE: Final = "\n"
"""The letter that ends a line, and stands before the first."""
_WITHIN: Final = "'’-‐"
"""What may stand inside a word."""
_REMEMBERED: Final = 500
"""Letters of a beginning that are read: of more a network remembers nothing."""
_TRIES: Final = 20
"""How often a blocked word is drawn anew; then its line ends before it."""
_LONGEST_WORD: Final = 40
"""Letters from which on what is written is no word any more, and is told as it comes."""

Scores = NDArray[np.floating[Any]]
State = Any
Step = Callable[[int, State], tuple[Scores, State]]
"""Reads the letter at a place of the alphabet, and a state, None at the beginning; returns a score
for each letter that may follow, shape (letters,), and the next state."""


@dataclass(frozen=True, slots=True)
class Alphabet:
    """The letters that a network knows, in its order, and the authors whose voices it learned."""

    letters: str
    authors: tuple[str, ...]

    def places(self, text: str) -> list[int]:
        """Return the places of the letters of a text, without those that it does not know."""
        return [self.letters.index(one) for one in text if one in self.letters]

    def unknown(self, text: str) -> str:
        """Return the letters of a text that it does not know, each once."""
        return "".join(dict.fromkeys(one for one in text if one not in self.letters))

    def to_json(self) -> bytes:
        """Return it as the content of a file."""
        return json.dumps({"letters": self.letters, "authors": self.authors}).encode()


def read_alphabet(data: bytes) -> Alphabet:
    """Return the alphabet in a file. Raises ValueError where there is none."""
    try:
        table = json.loads(data)
        letters, authors = table["letters"], tuple(table["authors"])
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError('expected {"letters": "...", "authors": ["..."]}') from None
    if not isinstance(letters, str) or LINE not in letters or len(set(letters)) < len(letters):
        raise ValueError("letters: expected a text in which each stands once, and a line break too")
    if not authors or not all(isinstance(one, str) and one for one in authors):
        raise ValueError("authors: expected a list of names")
    return Alphabet(letters, authors)


@dataclass(frozen=True, slots=True)
class Manner:
    """How to write: ``temperature`` 0 always takes what is likeliest, 1 what the chances are.

    ``length`` letters are the most of a line, which then ends with its word. ``block``: whether
    words of the block list are drawn anew.
    """

    temperature: float = 0.7
    length: int = 200
    block: bool = True


class LetterWriter:
    """Writes line after line: what one begins with is known of all that stands before it."""

    def __init__(self, alphabet: Alphabet, step: Step, chance: Callable[[], float]) -> None:
        """``chance`` gives numbers from 0 to below 1."""
        self._alphabet = alphabet
        self._step = step
        self._chance = chance
        self._line = alphabet.letters.index(LINE)
        self._scores, self._state = step(self._line, None)

    def line(self, start: str, manner: Manner) -> Iterator[str]:
        """Yield a line in pieces: ``start`` as it is, then a word with what follows it at a time.

        The network reads of the start what it knows. The last piece ends the line, and is told
        without the line break; a line may be empty.
        """
        word = self._read(start)
        if start:
            yield start
        count = 0
        while count < manner.length:
            piece, ended = self._piece(word, manner)
            if piece:
                yield piece
            if ended:
                return
            count += len(piece)
            word = ""
        self._hear(self._line)

    def _read(self, start: str) -> str:
        """Read a beginning; return the word at its end, which may go on."""
        for place in self._alphabet.places(start)[-_REMEMBERED:]:
            self._hear(place)
        at = len(start)
        while at and _in_word(start[at - 1]):
            at -= 1
        return start[at:]

    def _piece(self, begun: str, manner: Manner) -> tuple[str, bool]:
        """Draw the next word; return it with what follows, and whether the line ends there."""
        before = self._scores, self._state
        for _ in range(_TRIES):
            piece, ended = self._drawn(manner)
            if not (manner.block and is_blocked(begun + piece)):
                return piece, ended
            self._scores, self._state = before
        self._hear(self._line)
        return "", True

    def _drawn(self, manner: Manner) -> tuple[str, bool]:
        """Draw letters until a word has ended, and the signs behind it."""
        piece = ""
        while len(piece) < _LONGEST_WORD:
            letter = self._alphabet.letters[self._draw(manner.temperature)]
            self._hear(self._alphabet.letters.index(letter))
            if letter == LINE:
                return piece, True
            piece += letter
            if letter == " ":
                break
        return piece, False

    def _draw(self, temperature: float) -> int:
        """Return the place of a letter by its chance."""
        scores = np.asarray(self._scores, np.float64)
        if temperature < 1e-3:
            return int(scores.argmax())
        chances = np.exp((scores - scores.max()) / temperature).cumsum()
        found = int(np.searchsorted(chances, self._chance() * chances[-1], side="right"))
        return min(found, len(chances) - 1)

    def _hear(self, place: int) -> None:
        self._scores, self._state = self._step(place, self._state)


def nats(step: Step, places: Sequence[int]) -> float:
    """Return how many nats a letter a text takes: how far it surprises, 0 not at all."""
    total, state = 0.0, None
    scores: Scores = np.zeros(0)
    for number, place in enumerate(places):
        if number:
            rest = scores - scores.max()
            total += float(np.log(np.exp(rest).sum()) - rest[place])
        scores, state = step(place, state)
    return total / max(len(places) - 1, 1)


def _in_word(letter: str) -> bool:
    return letter.isalnum() or letter in _WITHIN
