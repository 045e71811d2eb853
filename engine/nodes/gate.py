"""On or off, by how large a number is."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

from engine.core.clock import ns
from engine.core.messages import Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param


class Gated(NamedTuple):
    """Whether the gate is open, and a trigger at the moment when it opens or closes."""

    on: bool
    opened: Trigger | None = None
    closed: Trigger | None = None


class Gate(Node):
    """Switch on while a number is above a limit, and off when it falls below another.

    It opens above ``above`` and closes below ``below``; in between it stays as it is, so that a
    number that trembles around the limit does not make it chatter. Without ``below`` it closes a
    tenth under the limit. Once it has changed it stays so for ``hold``.

    ``on`` speaks at the first number and at every change; ``opened`` and ``closed`` are triggers
    that carry the number.
    """

    above: Annotated[float, Param("opens when the number is above this")] = 0.5
    below: Annotated[
        float | None, Param("closes when the number is below this; a tenth under above if not said")
    ] = None
    hold: Annotated[float, Param("how long it stays open or closed at least", 0, 60, unit="s")] = (
        0.0
    )

    _on: bool | None = None
    _value: float = 0.0
    _changed: Ns = Ns(0)

    def process(self, value: float, at: Ns) -> Gated | None:
        """Return what changed, or None."""
        if not math.isfinite(value):
            return None
        self._value = value
        return self._decide(at)

    def wake(self) -> Ns | None:
        """Return when ``hold`` ends, if the gate is to change then."""
        return self._free() if self._on is not None and self._wanted() != self._on else None

    def on_wake(self, at: Ns) -> Gated | None:
        """Make the change that ``hold`` has delayed."""
        return self._decide(at) if self._on is not None else None

    def reset(self) -> None:
        """Forget whether it was open: the next number decides."""
        self._on = None

    def _decide(self, at: Ns) -> Gated | None:
        on = self._wanted()
        if on == self._on or (self._on is not None and at < self._free()):
            return None
        first, self._on, self._changed = self._on is None, on, at
        if on:
            return Gated(on, opened=Trigger(self._value))
        return Gated(on, closed=None if first else Trigger(self._value))

    def _wanted(self) -> bool:
        """Return whether the last number opens or closes it."""
        if not self._on:
            return self._value > self.above
        lower = self.above - 0.1 * abs(self.above) if self.below is None else self.below
        return self._value >= min(lower, self.above)

    def _free(self) -> Ns:
        """Return the moment from which it may change again."""
        return Ns(self._changed + ns(self.hold))
