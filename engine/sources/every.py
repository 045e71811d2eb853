"""A metronome."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from engine.core.clock import ns
from engine.core.messages import Message, Ns, Trigger
from engine.core.parameter import Param
from engine.core.source import Tape

SHORTEST = 0.001


class Every(Tape):
    """Emit a trigger again and again, at even times, the first at once.

    Changing ``time`` while it plays counts from the last tick on.
    """

    OUT: ClassVar[Mapping[str, type]] = {"tick": Trigger}

    @property
    def endless(self) -> bool:
        """Whether the show does not end with it: always True."""
        return True

    time: Annotated[float, Param("from one tick to the next", SHORTEST, 86400, unit="s")] = 1.0

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the ticks, without end."""
        at = Ns(0)
        while True:
            yield at, "tick", Trigger()
            at = Ns(at + ns(max(self.time, SHORTEST)))
