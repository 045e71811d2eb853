"""How well something is learned: what becomes of takes that are left out of the teaching.

Of a class with several takes these are left out in turn, since the moments of one take are nearly
the same; of one with a single take its moments are, a stretch at a time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.classifier import Classifier
from engine.learning.examples import Examples, OneTake

FOLDS: Final = 4


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


def validated(examples: Examples, reach: float) -> Confusion:
    """Return what becomes of examples that are left out."""
    classes = examples.labels
    table = np.zeros((len(classes), len(classes) + 1), np.intp)
    for kept, out in _folds(examples):
        if not kept.takes:
            continue
        learned = Classifier(kept, reach)
        for take in out:
            for row in take.rows:
                guess = learned.guess(row)
                unsure = guess is None or guess.distance > 1
                place = (
                    -1 if unsure or guess is None else classes.index(learned.classes[guess.best])
                )
                table[classes.index(take.label), place] += 1
    return Confusion(classes, table)


def _folds(examples: Examples) -> list[tuple[Examples, list[OneTake]]]:
    counts = examples.counts(of_takes=True)
    pieces: list[tuple[int, OneTake]] = []
    seen = dict.fromkeys(counts, 0)
    for take in examples.takes:
        if counts[take.label] > 1:
            pieces.append((seen[take.label] % FOLDS, take))
            seen[take.label] += 1
            continue
        for number, part in enumerate(np.array_split(np.arange(len(take.rows)), FOLDS)):
            if len(part):
                piece = OneTake(take.label, take.rows[part], take.times[part], take.targets)
                pieces.append((number, piece))
    return [
        (
            Examples(examples.names, [take for fold, take in pieces if fold != left]),
            [take for fold, take in pieces if fold == left],
        )
        for left in range(FOLDS)
        if any(fold == left for fold, _ in pieces)
    ]
