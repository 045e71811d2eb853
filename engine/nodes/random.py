"""A number by chance."""

from __future__ import annotations

from typing import Annotated

from engine.core.context import Context
from engine.core.messages import Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.chance import seed_of, uniform

MOST = 1_000_000
"""Steps from one end to the other that are told apart."""


class Random(Node):
    """Throw the dice on each trigger: a number by chance, from one end of a range to the other.

    ``step = 1`` gives whole numbers only, and both ends may come: ``to = [1, 6], step = 1`` is a
    die, and ``to = [0, 3], step = 1`` picks one of four entries of a ``choose``. With
    ``repeats = false`` no number comes twice in a row.

    The same patch gives the same numbers each time it is played; another ``seed`` gives others.
    Boxes of different names throw differently.
    """

    to: Annotated[tuple[float, float], Param("the range of the numbers")] = (0.0, 1.0)
    step: Annotated[
        float, Param("from one possible number to the next: 1 for whole ones; 0 for any", 0)
    ] = 0.0
    repeats: Annotated[bool, Param("whether a number may come twice in a row")] = True
    seed: Annotated[int, Param("another one gives other numbers")] = 0

    _own: int = 0
    _index: int = 0
    _last: float | None = None

    def open(self, context: Context) -> None:
        """Begin the series anew."""
        self._own, self._index, self._last = seed_of(context.name), 0, None

    def process(self, trigger: Trigger) -> float:
        """Return the next number."""
        chance = uniform(self._own + self.seed, self._index)
        self._index += 1
        self._last = self._any(chance) if self._steps() is None else self._stepped(chance)
        return self._last

    def reset(self) -> None:
        """Go on: what is lost for a moment does not bring the same numbers again."""

    def _steps(self) -> int | None:
        """Return how many steps there are from one end to the other; None for any number."""
        low, high = min(self.to), max(self.to)
        count = (high - low) / self.step if self.step > 0 else MOST
        return int(count + 1e-9) if count < MOST else None

    def _any(self, chance: float) -> float:
        low, high = self.to
        return min(max((1.0 - chance) * low + chance * high, min(self.to)), max(self.to))

    def _stepped(self, chance: float) -> float:
        low, steps = min(self.to), self._steps() or 0
        every = [low + index * self.step for index in range(steps + 1)]
        if not self.repeats and len(every) > 1 and self._last in every:
            every.remove(self._last)
        return every[int(chance * len(every))]
