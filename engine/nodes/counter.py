"""How many there were, up to a number, and again."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal, NamedTuple

from engine.core.messages import Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.walk import Walk

MOST = 9999


class Counted(NamedTuple):
    """The number reached, and a trigger when it is the last of a round."""

    number: int
    carry: Trigger | None = None


class Counter(Node):
    """Count what happens, from ``min`` to ``max``, and then from ``min`` again.

    ``number`` is the number reached; ``carry`` is a trigger at the last one, so that
    ``from = "four.carry"`` does something at every 4th kick. "pingpong" counts up and down again,
    and ends where it began. With ``loop = false`` it stays at the last number, and takes no more
    until ``reset``.

    ``back`` counts one back. ``reset`` has the next one be the first; it says no number itself.
    """

    min: Annotated[int, Param("the number it counts from", -MOST, MOST)] = 1
    max: Annotated[int, Param("the number it counts to", -MOST, MOST)] = 4
    direction: Annotated[Literal["up", "down", "pingpong"], Param("which way it counts")] = "up"
    loop: Annotated[bool, Param("begin again after the last number")] = True

    _walk: Walk = field(default_factory=Walk)

    def process(self, trigger: Trigger) -> Counted | None:
        """Return the next number."""
        return self._count()

    def on_back(self, back: Trigger) -> Counted | None:
        """Return the number before."""
        return self._count(back=True)

    def on_reset(self, reset: Trigger) -> None:
        """Begin at the first number next time."""
        self.reset()

    def reset(self) -> None:
        """Forget what was counted."""
        self._walk = Walk()

    def _count(self, back: bool = False) -> Counted | None:
        low, high = sorted((self.min, self.max))
        place = self._walk.step(high - low + 1, self.direction, loop=self.loop, back=back)
        if place is None:
            return None
        return Counted(low + place, Trigger() if self._walk.at_end else None)
