"""Examples: what was shown, under which name, and in which take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.named_numbers import MOST, NamedNumbers, aligned

MOST_EXAMPLES: Final = 5000
"""Moments of all examples together."""
MOST_CLASSES: Final = 64
MOST_NUMBERS: Final = 2_000_000
"""Numbers of all examples together: a file of them must stay one that is read again."""
UNSURE: Final = "unsure"
"""What is called so is like nothing that was shown; no class is called so."""

Floats = NDArray[np.float32]


@dataclass(slots=True)
class OneTake:
    """One time that something was shown: ``rows`` float32, shape (moments, numbers).

    ``times`` are the seconds since it began. ``targets`` are the knobs as they stood then.
    """

    label: str
    rows: Floats
    times: Floats
    targets: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Examples:
    """All takes, in the order in which they were shown, over the same ``names``."""

    names: tuple[str, ...] = ()
    takes: list[OneTake] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many moments were shown."""
        return sum(len(take.rows) for take in self.takes)

    @property
    def labels(self) -> tuple[str, ...]:
        """The names that were taught, in the order of their first take."""
        return tuple(dict.fromkeys(take.label for take in self.takes))

    @property
    def knobs(self) -> tuple[str, ...]:
        """The names of the knobs that were taught."""
        return tuple(dict.fromkeys(name for take in self.takes for name in take.targets))

    def counts(self, *, of_takes: bool = False) -> Mapping[str, int]:
        """Return how many moments, or takes, each name has."""
        found = dict.fromkeys(self.labels, 0)
        for take in self.takes:
            found[take.label] += 1 if of_takes else len(take.rows)
        return found

    def begin(self, label: str, targets: Mapping[str, float]) -> None:
        """Begin a take."""
        empty = np.empty((0, len(self.names)), np.float32)
        turned = {name: float(value) for name, value in targets.items()}
        self.takes.append(OneTake(label, empty, np.empty(0, np.float32), turned))

    def add(self, shown: NamedNumbers, seconds: float) -> bool:
        """Add a moment to the take that was begun; return False where no more fit.

        A name that is new becomes one of all examples: of those before it is not known.
        """
        known = set(self.names)
        if self.count < MOST_EXAMPLES:
            self._widen(tuple(name for name in shown.names if name not in known))
        if self.count >= min(MOST_EXAMPLES, MOST_NUMBERS // max(1, len(self.names))):
            return False
        take = self.takes[-1]
        take.rows = np.vstack([take.rows, aligned(shown, self.names)])
        take.times = np.append(take.times, np.float32(seconds))
        return True

    def join(self, other: Examples) -> None:
        """Add the takes of others; names that are new become names of all."""
        known = set(self.names)
        self._widen(tuple(name for name in other.names if name not in known))
        places = {name: place for place, name in enumerate(other.names)}
        found = [places.get(name, -1) for name in self.names]
        for take in other.takes:
            unknown = np.full((len(take.rows), 1), np.nan, np.float32)
            rows = np.hstack([take.rows, unknown])[:, found]
            self.takes.append(OneTake(take.label, rows, take.times, take.targets))

    def part(self, numbers: NDArray[np.intp], takes: NDArray[np.intp]) -> Examples:
        """Return some takes over some numbers, by their places."""
        names = tuple(self.names[place] for place in numbers)
        chosen = [self.takes[place] for place in takes]
        return Examples(
            names,
            [OneTake(one.label, one.rows[:, numbers], one.times, one.targets) for one in chosen],
        )

    def drop_empty(self) -> None:
        """Forget takes in which nothing was seen."""
        self.takes = [take for take in self.takes if len(take.rows)]

    def undo(self) -> OneTake | None:
        """Take the last take back, and return it; None where there is none."""
        return self.takes.pop() if self.takes else None

    def delete(self, label: str) -> int:
        """Forget all takes of a name; return how many there were."""
        before = len(self.takes)
        self.takes = [take for take in self.takes if take.label != label]
        return before - len(self.takes)

    def rows(self) -> Floats:
        """Return all moments: float32, shape (count, numbers)."""
        rows = [take.rows for take in self.takes]
        return np.vstack(rows) if rows else np.empty((0, len(self.names)), np.float32)

    def numbers(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return of each moment the number of its name among ``labels``, and of its take."""
        sizes = [len(take.rows) for take in self.takes]
        places = {label: place for place, label in enumerate(self.labels)}
        labels = np.repeat([places[take.label] for take in self.takes], sizes)
        return labels.astype(np.intp), np.repeat(np.arange(len(sizes)), sizes).astype(np.intp)

    def targets(self) -> Floats:
        """Return the knobs of each moment: float32, shape (count, knobs), NaN where not taught."""
        knobs = self.knobs
        rows = [[take.targets.get(name, np.nan) for name in knobs] for take in self.takes]
        each = np.array(rows, np.float32).reshape(len(rows), len(knobs))
        return np.repeat(each, [len(take.rows) for take in self.takes], axis=0)

    def _widen(self, more: tuple[str, ...]) -> None:
        most = min(MOST, MOST_NUMBERS // max(1, self.count))
        more = more[: max(0, most - len(self.names))]
        if not more:
            return
        self.names += more
        for take in self.takes:
            unknown = np.full((len(take.rows), len(more)), np.nan, np.float32)
            take.rows = np.hstack([take.rows, unknown])
