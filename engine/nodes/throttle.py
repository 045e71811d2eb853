"""At most one message in a time."""

from __future__ import annotations

import math
from typing import Annotated, Any, TypeVar

from engine.core.clock import ns
from engine.core.messages import Note, Ns
from engine.core.node import Node
from engine.core.parameter import Param

T = TypeVar("T")


class Throttle(Node):
    """Let at most one thing through in every ``time``: ``every`` and ``at_most`` on a cable.

    The first passes at once. Of what comes too soon after it, the last is sent when the time is
    over, so that a fader always arrives where it was left; with ``last = false`` it is dropped, as
    a cue must be that was fired a moment ago. The end of a note always passes, or it would sound
    for ever.
    """

    time: Annotated[float, Param("the least time from one to the next", 0, 3600, unit="s")] = 0.02
    last: Annotated[bool, Param("send the last one that came too soon, when it may")] = True

    _free: Ns | None = None
    _kept: Any = None

    def process(self, value: T, at: Ns) -> T | None:
        """Return what may pass now, or None."""
        if isinstance(value, Note) and value.velocity == 0:
            return value
        if isinstance(value, float) and not math.isfinite(value):
            return None
        if self._free is None or at >= self._free:
            return self._pass(value, at)
        if self.last:
            self._kept = value
        return None

    def wake(self) -> Ns | None:
        """Return when the kept message may pass."""
        return self._free if self._kept is not None else None

    def on_wake(self, at: Ns) -> Any:
        """Return the message that was held back, when its time has come."""
        if self._kept is None or self._free is None or at < self._free:
            return None
        return self._pass(self._kept, at)

    def reset(self) -> None:
        """Drop the kept message; the time of the last one stays, to spare the receiver."""
        self._kept = None

    def _pass(self, value: T, at: Ns) -> T:
        self._free = Ns(at + ns(self.time))
        self._kept = None
        return value
