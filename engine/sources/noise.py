"""A number that wanders by chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from engine.core.clock import ns
from engine.core.context import Context
from engine.core.messages import Message, Ns
from engine.core.parameter import Param
from engine.core.source import Emit, Tape
from engine.dsp.chance import seed_of, smooth, uniform

STEPS = 60
"""Numbers a second of smooth noise."""

SLOWEST = 0.001


class Noise(Tape):
    """Wander by chance, all by itself: softly as a leaf in the wind, or in jumps as a flicker.

    "smooth" noise goes to another place ``rate`` times a second on a soft way, and says 60 numbers
    a second; "white" noise jumps to another number ``rate`` times a second.

    The same patch gives the same numbers each time it is played; another ``seed`` gives others.
    Boxes of different names wander differently.
    """

    OUT: ClassVar[Mapping[str, type]] = {"value": float}

    kind: Annotated[Literal["smooth", "white"], Param("on a soft way, or in jumps")] = "smooth"
    rate: Annotated[float, Param("how often a second it goes elsewhere", SLOWEST, 1000)] = 1.0
    to: Annotated[tuple[float, float], Param("the range of the numbers")] = (0.0, 1.0)
    seed: Annotated[int, Param("another one gives other numbers")] = 0

    _own: int = 0

    @property
    def endless(self) -> bool:
        """Whether the show does not end with it: always True."""
        return True

    def open(self, emit: Emit, context: Context) -> None:
        """Take the numbers that belong to its name."""
        self._own = seed_of(context.name)

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the numbers, without end; moments are summed in s, so that they do not drift."""
        seconds, phase, index = 0.0, 0.0, 0
        while True:
            seed = self._own + self.seed
            white = self.kind == "white"
            part = uniform(seed, index) if white else smooth(seed, phase)
            yield ns(seconds), "value", (1.0 - part) * self.to[0] + part * self.to[1]
            rate = max(self.rate, SLOWEST)
            passed = 1.0 / rate if white else 1.0 / STEPS
            seconds, phase, index = seconds + passed, phase + rate * passed, index + 1
