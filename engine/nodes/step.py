"""One after another from a list."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, NamedTuple

from engine.core.context import Context
from engine.core.messages import Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.chance import seed_of
from engine.dsp.walk import Direction, Walk


class Stepped(NamedTuple):
    """The entry, its place in the list (1 is the first), and a trigger when it ends a round."""

    value: str | float
    place: int
    carry: Trigger | None = None


class StepNode(Node):
    """Go to the next entry of a list, of words or numbers, whenever something happens.

    "pingpong" goes to the last and back. "random" takes any but the one before; "shuffle" takes
    each once in an order by chance, and then each once more. ``place`` is where in the list it is,
    1 the first; ``carry`` is a trigger at the last entry of a round. With ``loop = false`` it stays
    there until ``reset``.

    ``back`` goes one back. ``reset`` has the next one be the first; it says nothing itself.

    The same patch goes the same way each time it is played; another ``seed`` leads elsewhere. Boxes
    of different names go different ways.
    """

    steps: Annotated[list[str | float], Param("what it goes through: texts or numbers")]
    direction: Annotated[Direction, Param("which way it goes")] = "up"
    loop: Annotated[bool, Param("begin again after the last entry")] = True
    seed: Annotated[int, Param("another one is another order by chance")] = 0

    _own: int = 0
    _walk: Walk = field(default_factory=Walk)

    def outlets(self) -> Mapping[str, type]:
        """Return the type of the entries, where all are of one."""
        kinds = {type(step) for step in self.steps}
        return {"value": kinds.pop()} if len(kinds) == 1 else {}

    def open(self, context: Context) -> None:
        """Take the order by chance that belongs to its name, and begin anew."""
        self._own = seed_of(context.name)
        self.reset()

    def process(self, trigger: Trigger) -> Stepped | None:
        """Return the next entry."""
        return self._step()

    def on_back(self, back: Trigger) -> Stepped | None:
        """Return the entry before."""
        return self._step(back=True)

    def on_reset(self, reset: Trigger) -> None:
        """Begin at the first entry next time."""
        self.reset()

    def reset(self) -> None:
        """Forget where it was."""
        self._walk = Walk()

    def _step(self, back: bool = False) -> Stepped | None:
        walk = self._walk
        walk.seed = self._own + self.seed
        steps = [step for step in self.steps if isinstance(step, str) or math.isfinite(step)]
        if not steps:
            return None
        place = walk.step(len(steps), self.direction, loop=self.loop, back=back)
        if place is None:
            return None
        carry = Trigger() if walk.at_end else None
        return Stepped(steps[place], place + 1, carry)
