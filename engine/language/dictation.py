"""Writes down what a network has heard, token by token, and ends where it only repeats itself.

The likeliest token is taken each time (greedy decoding, Radford et al. 2022), without chance: the
same sound gives the same text.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.language.byte_pairs import Vocabulary

Floats = NDArray[np.float32]
AskDecoder = Callable[[Sequence[int]], tuple[Floats, Floats]]
"""Takes new tokens, and returns how likely each token is the next one, (tokens,), before the
softmax, and how it attended to the sound, (heads, new tokens, steps)."""

ROUNDS: Final = 4
"""A stretch of tokens that comes so often in a row is a loop that does not end by itself."""
LONGEST_ROUND: Final = 24
LONGEST_HINT: Final = 100
"""Tokens of a hint that count, its last ones."""
_SPOKEN_A_SECOND: Final = 8
"""Tokens that nobody exceeds for long."""
_SPARE: Final = 8


@dataclass(frozen=True)
class Dictation:
    """What was written down.

    ``likelihoods`` are natural logarithms, one for each token and one for the end; ``attention`` is
    (heads, tokens + 1, steps). ``nobody`` is how likely it is that nobody speaks, 0 to 1, and
    ``loops`` whether it was ended because it repeated itself.
    """

    tokens: tuple[int, ...]
    likelihoods: tuple[float, ...]
    attention: Floats
    nobody: float
    loops: bool

    @property
    def mean(self) -> float:
        """The mean of the logarithms of how likely each token was."""
        return float(np.mean(self.likelihoods))

    @property
    def sureness(self) -> float:
        """How likely each token was in the mean, 0 to 1."""
        return math.exp(min(self.mean, 0.0))


def dictate(
    step: AskDecoder, vocabulary: Vocabulary, seconds: float, hint: Sequence[int] = ()
) -> Dictation:
    """Write down sound of so many seconds; ``hint`` are tokens as if they had been said before."""
    first, *rest = vocabulary.begins
    before = [vocabulary.before, *hint[-LONGEST_HINT:]] if hint else []
    logits, attention = step([*before, first])
    nobody = float(np.exp(_likelihoods(logits)[vocabulary.nobody]))
    for mark in rest:
        logits, attention = step([mark])
    most = int(_SPOKEN_A_SECOND * seconds) + _SPARE
    tokens: list[int] = []
    likelihoods: list[float] = []
    looked: list[Floats] = []
    loops = False
    while True:
        allowed = _allowed(logits, vocabulary, first=not tokens)
        likely = _likelihoods(allowed)
        token = int(allowed.argmax())
        looked.append(attention[:, -1:])
        likelihoods.append(float(likely[token]))
        if token == vocabulary.ends:
            break
        tokens.append(token)
        loops = round_of(tokens) > 0 or len(tokens) > most
        if loops:
            tokens, likelihoods, looked = _before_the_loop(tokens, likelihoods, looked)
            break
        logits, attention = step([token])
    heads = np.concatenate(looked, axis=1)
    return Dictation(tuple(tokens), tuple(likelihoods), heads, nobody, loops)


def round_of(tokens: Sequence[int], rounds: int = ROUNDS) -> int:
    """Return how long the stretch is that stands ``rounds`` times at the end, 0 for none."""
    for size in range(1, LONGEST_ROUND + 1):
        if size * rounds > len(tokens):
            return 0
        tail = tokens[-size:]
        if all(
            tokens[-size * (number + 1) : -size * number] == tail for number in range(1, rounds)
        ):
            return size
    return 0


def _before_the_loop(
    tokens: list[int], likelihoods: list[float], looked: list[Floats]
) -> tuple[list[int], list[float], list[Floats]]:
    """Return all up to the end of the first round; what stands for the end is the token behind."""
    size = round_of(tokens)
    kept = len(tokens) - size * (ROUNDS - 1) if size else len(tokens) - 1
    return tokens[:kept], likelihoods[: kept + 1], looked[: kept + 1]


def _allowed(logits: Floats, vocabulary: Vocabulary, *, first: bool) -> Floats:
    """Return the logits without what is never written; the end may stand at once."""
    allowed = logits.astype(np.float32, copy=True)
    allowed[list(vocabulary.never)] = -np.inf
    allowed[len(vocabulary.tokens) :] = np.where(
        np.arange(len(vocabulary.tokens), len(allowed)) == vocabulary.ends,
        allowed[len(vocabulary.tokens) :],
        -np.inf,
    )
    if first:
        allowed[list(vocabulary.never_first)] = -np.inf
    return allowed


def _likelihoods(logits: Floats) -> Floats:
    """Return the logarithm of the softmax."""
    finite = logits - logits.max()
    return np.asarray(finite - np.log(np.exp(finite).sum()), np.float32)
