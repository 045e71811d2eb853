"""Trains a network that writes letter by letter, on a text of one's own.

The last tenth of the text is never learned from: on it is measured how far the text surprises the
network, in nats a letter, beside what the bare frequency of letters would do. The network that is
kept is the one that did best there, so that a short text is not learned by heart.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from engine.core.clock import SECOND, Clock
from engine.language.letters import LINE, Alphabet, LetterWriter, Manner
from engine.language.text_file import lines_of
from engine.language.words import clean
from engine.training.errors import TrainingError
from engine.training.letters_network import Weights, writing_network
from engine.training.picture import TrainingProgress
from engine.training.recurrent import Places, first_letters, learn_stretch, read_letter, surprise_at
from engine.training.unet import Adam

LEAST: Final = 2_000
"""Letters that a text must have."""
_MOST_LETTERS: Final = 160
"""Different letters that are learned, the most frequent ones; the others are left out."""
_HELD_OUT: Final = 0.1
_UNITS: Final = 256
_BATCH: Final = 32
_LENGTH: Final = 64
_RATE: Final = 4e-3
_WARM_UP: Final = 100
"""Steps in which the rate rises."""
_PIECES, _PIECE = 16, 256
"""How many pieces of how many letters of what is held out are measured on as it learns."""
_MEASURED_EVERY: Final = 5.0
"""Seconds."""


class Surprise(NamedTuple):
    """Nats a letter of text that was held out: the network's, and by the frequency of letters."""

    network: float
    frequencies: float


class LearnedText(NamedTuple):
    """A text in numbers: the alphabet, the letters by their places in it, and what was left out."""

    alphabet: Alphabet
    places: Places
    left_out: str


def read_lines(text: str, name: str) -> LearnedText:
    """Return a text as it is learned: clean lines, no two empty ones, and the usual letters.

    Raises TrainingError where it is too short.
    """
    lines = [clean(line) for line in lines_of(text)]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    joined = LINE.join(kept).strip() + LINE
    usual = [one for one, _ in Counter(joined).most_common(_MOST_LETTERS)]
    letters = "".join(sorted({*usual, LINE}))
    left = "".join(dict.fromkeys(one for one in joined if one not in letters))
    alphabet = Alphabet(letters, (name,))
    places = np.array(alphabet.places(joined), np.int64)
    if len(places) < LEAST:
        raise TrainingError(
            f"it has {len(places):,} letters, and {LEAST:,} are needed; a hundred times as many are"
            " better"
        )
    return LearnedText(alphabet, places, left)


class TextTraining:
    """The training of one network; ``step`` until ``done``, then or before then ``network``."""

    def __init__(
        self, text: LearnedText, clock: Clock, *, seconds: float, steps: int = 0, seed: int = 0
    ) -> None:
        """Train for ``seconds``, or for a number of ``steps`` where that is not 0."""
        held = round(len(text.places) * _HELD_OUT)
        self.text = text
        self._seen, self._unseen = text.places[:-held], text.places[-held:]
        self._clock, self._seconds, self._steps = clock, seconds, steps
        self._chance = np.random.default_rng(seed)
        letters = len(text.alphabet.letters)
        self._weights = first_letters(letters, 1, _UNITS, seed)
        self._best = {name: each.copy() for name, each in self._weights.items()}
        self._least = math.inf
        self._adam = Adam(self._weights)
        self._at = np.full(_BATCH, len(self._seen))
        self._state = np.zeros((_BATCH, _UNITS), np.float32)
        self._begun = self._measured = clock.now()
        self.progress = TrainingProgress(0.0, 0.0, 0, math.nan)
        self.losses: list[float] = []
        """Nats a letter of what is held out, as they were measured."""

    @property
    def done(self) -> bool:
        """Whether it has taken its time, or its steps."""
        return self.progress.done >= 1.0

    def step(self) -> None:
        """Learn from one batch. Raises TrainingError where the numbers leave all bounds."""
        loss, gradients, self._state = learn_stretch(self._weights, self._next(), self._state)
        if not math.isfinite(loss):
            raise TrainingError("the training came to what is not a number")
        self._adam.step(iter(gradients.items()), _RATE * self._schedule())
        self._count(loss)
        if self.done or self._clock.now() - self._measured >= _MEASURED_EVERY * SECOND:
            self.keep_best()

    def keep_best(self) -> None:
        """Measure on what is held out, and keep the weights where they are the best so far."""
        found = surprise_at(self._weights, self._pieces(_PIECES, _PIECE))
        self.losses.append(found)
        if found < self._least:
            self._least = found
            self._best = {name: each.copy() for name, each in self._weights.items()}
        self._measured = self._clock.now()

    def network(self) -> bytes:
        """Return the best network so far, as an ONNX file."""
        return writing_network(self._best)

    def measure(self) -> Surprise:
        """Return how far all that is held out surprises the best network."""
        pieces = self._pieces(256, _PIECE)
        counts = np.bincount(self._seen, minlength=len(self.text.alphabet.letters)) + 1.0
        chances = np.log(counts / counts.sum())
        return Surprise(surprise_at(self._best, pieces), float(-chances[pieces[:, 1:]].mean()))

    def sample(self, lines: int, chance: Callable[[], float]) -> Sequence[str]:
        """Return some lines that the best network so far writes."""
        weights: Weights = self._best
        writer = LetterWriter(
            self.text.alphabet, lambda place, state: read_letter(weights, place, state), chance
        )
        written = ("".join(writer.line("", Manner(length=100))).strip() for _ in range(3 * lines))
        return [line for line in written if line][:lines]

    def _next(self) -> Places:
        """Return the next stretches; where one is at the end, it goes on elsewhere, anew."""
        length = min(_LENGTH, len(self._seen) - 2)
        ended = self._at + length + 1 > len(self._seen)
        places = self._chance.integers(0, len(self._seen) - length, _BATCH)
        self._at = np.where(ended, places, self._at)
        self._state = np.where(ended[:, None], np.float32(0), self._state)
        found = self._seen[self._at[:, None] + np.arange(length + 1)]
        self._at = self._at + length
        return found

    def _pieces(self, most: int, length: int) -> Places:
        """Return pieces of what is held out, spread over it, ``most`` at most."""
        length = min(length, len(self._unseen) - 1)
        count = min(most, max(1, len(self._unseen) // (length + 1)))
        begins = np.linspace(0, len(self._unseen) - length - 1, count).astype(np.int64)
        pieces: Places = self._unseen[begins[:, None] + np.arange(length + 1)]
        return pieces

    def _schedule(self) -> float:
        """Return the share of the rate: it rises, and then falls along a cosine."""
        falls = 0.5 + 0.5 * math.cos(math.pi * self.progress.done)
        return min((self.progress.steps + 1) / _WARM_UP, falls) + 0.002

    def _count(self, loss: float) -> None:
        taken = (self._clock.now() - self._begun) / SECOND
        self.progress = self.progress.after_step(
            loss, taken, seconds=self._seconds, steps=self._steps
        )
