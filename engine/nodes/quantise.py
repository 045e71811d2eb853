"""Numbers in steps, or notes of a scale."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import field
from typing import Annotated

from engine.core.intonation import EQUAL, A4Hz, Tuning, TuningName, read_tuning
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.tuning import A4_HZ, note_of
from engine.dsp.audio.keys import ALL
from engine.dsp.audio.scales import Classes, parse_scale

NOTES = range(128)


class Quantise(Node):
    """Let a number stand only on steps: quarters, whole numbers, or the notes of a scale.

    ``step = 0.25`` gives 0, 0.25, 0.5 and so on, whichever is nearest; ``offset`` moves all steps.
    With a ``scale`` such as "D dorian" or "A minor pentatonic" the number is a note, 60 the middle
    C, and becomes the nearest note of the scale. Another ``tuning`` (a Scala file beside the patch,
    or "19tet") or ``a4`` moves these notes: they become fractions, for what takes them as such, and
    without a scale every degree is one.

    A number that trembles between two steps does not make it chatter: it must pass the middle by
    ``hysteresis``, in parts of the way from one step to the next.

    Raises ParameterError for a scale that is none, and for a file of a tuning that is none.
    """

    step: Annotated[float, Param("from one step to the next", 0)] = 1.0
    offset: Annotated[float, Param("where one of the steps is")] = 0.0
    scale: Annotated[str, Param('notes instead of steps, such as "D dorian"; "" for steps')] = ""
    tuning: TuningName = EQUAL
    a4: A4Hz = A4_HZ
    hysteresis: Annotated[
        float, Param("how far beyond the middle it takes over, in parts of a step", 0, 0.5)
    ] = 0.1

    _named: str = ""
    _tuned: Tuning = field(default_factory=Tuning)
    _notes: tuple[float, ...] = ()
    _last: float | None = None

    def __post_init__(self) -> None:
        self._tuned = read_tuning(self.tuning, self.a4)
        self._name()

    def process(self, value: float) -> float | None:
        """Return the step that a number stands on."""
        if self._named != self.scale or self._tuned.a4 != self.a4:
            self._tuned = self._tuned.tuned_to(self.a4)
            self._name()
        if not math.isfinite(value):
            return None
        below, above = self._around(value)
        if not (math.isfinite(below) and math.isfinite(above)):
            return None
        self._last = self._chosen(value, below, above)
        return self._last

    def reset(self) -> None:
        """Forget the last step: the next number takes its nearest."""
        self._last = None

    def _chosen(self, value: float, below: float, above: float) -> float:
        """Return one of two steps: the nearer, unless the last one is hardly left."""
        middle = below / 2 + above / 2
        margin = self.hysteresis * (above - below)
        if self._last == below:
            middle += margin
        elif self._last == above:
            middle -= margin
        return above if value > middle else below

    def _around(self, value: float) -> tuple[float, float]:
        """Return the steps just below and above a number; twice the same one where it is one."""
        if self._notes:
            below = bisect_right(self._notes, value) - 1
            above = bisect_left(self._notes, value)
            return self._notes[max(below, 0)], self._notes[min(above, len(self._notes) - 1)]
        if self.step == 0:
            return value, value
        count = (value - self.offset) / self.step
        if not math.isfinite(count):
            return math.inf, math.inf
        return (
            self.offset + math.floor(count) * self.step,
            self.offset + math.ceil(count) * self.step,
        )

    def _every(self) -> Classes:
        """Return all classes where a tuning is meant, and none for plain steps."""
        return frozenset() if self._tuned == Tuning() else ALL

    def _name(self) -> None:
        """Take the scale as it is now. Raise ParameterError for a bad one; the last one stays."""
        named, self.scale = self.scale, self._named
        classes = parse_scale(named) if named.strip() else self._every()
        self._notes = tuple(
            sorted(note_of(self._tuned.hz_of(note)) for note in NOTES if note % 12 in classes)
        )
        self.scale = self._named = named
