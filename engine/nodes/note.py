"""A note out of a number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

from engine.core.clock import ns
from engine.core.messages import Note, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param


class NoteNode(Node):
    """Play a note whenever something happens: which one, and how hard, are numbers.

    The first inlet takes a trigger. ``note`` is the number of the note, 60 the middle C; a fraction
    goes to the nearest. ``velocity`` is 1 to 127; at 0 none is played. Each may be a cable:
    ``velocity = { from = "level", in = [-50, -10], to = [1, 127] }``.

    It ends after ``length``, or when another one begins. A switch cabled into ``gate`` plays by
    itself: the note begins when it goes on, and ends when it goes off.
    """

    note: Annotated[float, Param("the number of the note; 60 is the middle C", 0, 127)] = 60.0
    velocity: Annotated[float, Param("how hard it is struck; 0 is not at all", 0, 127)] = 100.0
    length: Annotated[float, Param("how long it sounds", 0.001, 600, unit="s")] = 0.2
    channel: Annotated[int, Param("MIDI channel", 1, 16)] = 1

    _playing: Note | None = None
    _ends: Ns | None = None

    def process(self, trigger: Trigger | None = None, *, at: Ns) -> Iterator[Note]:
        """Yield the end of the note that sounds, and the one that begins."""
        if trigger is not None:
            yield from self._begin(at, Ns(at + ns(self.length)))

    def on_gate(self, gate: bool, at: Ns) -> Iterator[Note]:
        """Begin a note when the gate goes on, and end it when it falls."""
        if gate and not self._held:
            yield from self._begin(at, None)
        elif not gate and self._held:
            yield from self._end()

    @property
    def _held(self) -> bool:
        return self._playing is not None and self._ends is None

    def wake(self) -> Ns | None:
        """Return when the note ends."""
        return self._ends

    def on_wake(self, at: Ns) -> Iterator[Note]:
        """End the note."""
        yield from self._end()

    def reset(self) -> None:
        """Forget the sounding note; the engine silences the outputs."""
        self._playing = self._ends = None

    def _begin(self, at: Ns, ends: Ns | None) -> Iterator[Note]:
        yield from self._end()
        if not (math.isfinite(self.note) and math.isfinite(self.velocity)):
            return
        number = min(max(round(self.note), 0), 127)
        if self.velocity > 0:
            velocity = min(max(round(self.velocity), 1), 127)
            self._playing, self._ends = Note(number, 0, self.channel), ends
            yield Note(number, velocity, self.channel)

    def _end(self) -> Iterator[Note]:
        if self._playing is not None:
            ended, self._playing, self._ends = self._playing, None, None
            yield ended
