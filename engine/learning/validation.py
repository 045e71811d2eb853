"""How well something is learned: what becomes of takes that are left out of the teaching.

Of a class with several takes these are left out in turn, since the moments of one take are nearly
the same; of one with a single take its moments are, a stretch at a time. A class of a single moment
is never left out: nothing of it would be left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.classifier import Classifier, Guess
from engine.learning.examples import Examples, OneTake
from engine.learning.weights import EVEN, LessonWeights

FOLDS: Final = 4
_NEVER: Final = -1
TRIED: Final = 400
"""Moments that are left out and asked for, about as many at most."""

Tell = Callable[[NDArray[np.float32]], str]
"""Returns the class of a moment (n,), "" where it is unsure."""


@dataclass(frozen=True, slots=True, eq=False)
class Confusion:
    """What was taken for what: ``table`` int, (classes, classes + 1), the last column unsure."""

    classes: tuple[str, ...]
    table: NDArray[np.intp]

    @property
    def score(self) -> float:
        """The share that was taken for what it is, 0 to 1; NaN where nothing was tried."""
        total = int(self.table.sum())
        return float(np.trace(self.table)) / total if total else float("nan")

    def worst(self) -> tuple[str, str, int] | None:
        """Return the class that is most often taken for another, that one, and how often."""
        wrong = self.table[:, :-1].copy()
        np.fill_diagonal(wrong, 0)
        if not wrong.any():
            return None
        one, other = np.unravel_index(int(wrong.argmax()), wrong.shape)
        return self.classes[int(one)], self.classes[int(other)], int(wrong.max())

    def report(self) -> str:
        """Return how many are right and what is mixed up most, and then a line for each class."""
        if np.isnan(self.score):
            return "how well it tells them apart is known once they are shown more than once"
        worst = self.worst()
        mixed = f"; {worst[0]} is taken for {worst[1]} most" if worst else ""
        return f"{self.score:.0%} right of what was left out{mixed}\n{self.text()}"

    def text(self) -> str:
        """Return it as lines of text, a class each."""
        lines = []
        for label, row in zip(self.classes, self.table, strict=True):
            into = [
                f"{count} {name}"
                for name, count in zip((*self.classes, "unsure"), row.tolist(), strict=True)
                if count
            ]
            lines.append(f"{label}: {', '.join(into) or 'not tried'}")
        return "\n".join(lines)


def told(guess: Guess | None, classes: Sequence[str]) -> str:
    """Return the class that a guess says, "" where it is unsure."""
    return "" if guess is None or guess.distance > 1 else classes[guess.best]


def validated(examples: Examples, reach: float, weights: LessonWeights = EVEN) -> Confusion:
    """Return what becomes of examples that are left out."""
    tried: list[tuple[Tell, list[OneTake]]] = []
    for kept, out in splits(examples):
        learned = Classifier(kept, reach, weights)
        tried.append((partial(_by_examples, learned), out))
    return confusion(examples.labels, tried)


def _by_examples(learned: Classifier, row: NDArray[np.float32]) -> str:
    return told(learned.guess(row), learned.classes)


def confusion(classes: tuple[str, ...], tried: Sequence[tuple[Tell, list[OneTake]]]) -> Confusion:
    """Return what takes are told as; of very many moments some of each take stand for all."""
    table = np.zeros((len(classes), len(classes) + 1), np.intp)
    count = sum(len(take.rows) for _, out in tried for take in out)
    every = -(-count // TRIED) or 1
    for tell, out in tried:
        for take in out:
            for row in take.rows[::every]:
                label = tell(row)
                place = classes.index(label) if label else -1
                table[classes.index(take.label), place] += 1
    return Confusion(classes, table)


def splits(examples: Examples) -> list[tuple[Examples, list[OneTake]]]:
    """Return several ways to leave some takes out: what is kept, and what is not."""
    counts = examples.counts(of_takes=True)
    pieces: list[tuple[int, OneTake]] = []
    seen = dict.fromkeys(counts, 0)
    for take in examples.takes:
        if counts[take.label] > 1:
            pieces.append((seen[take.label] % FOLDS, take))
            seen[take.label] += 1
            continue
        if len(take.rows) == 1:
            pieces.append((_NEVER, take))
            continue
        for number, part in enumerate(np.array_split(np.arange(len(take.rows)), FOLDS)):
            if len(part):
                piece = OneTake(take.label, take.rows[part], take.times[part], take.targets)
                pieces.append((number, piece))
    found = [
        (
            Examples(examples.names, [take for fold, take in pieces if fold != left]),
            [take for fold, take in pieces if fold == left],
        )
        for left in range(FOLDS)
    ]
    return [(kept, out) for kept, out in found if kept.takes and out]
