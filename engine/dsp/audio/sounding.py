"""The notes that one voice has begun and not ended: the one that it sings, and what a pedal holds.

A pitch never begins twice without an end between, and whatever begins ends by ``end_all``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.core.messages import Note


class Sounding:
    """Begins and ends notes; ``sung`` is the note of the melody that sounds, or None.

    Moments are in ns. ``is_ending``: whether the note has ended, and only waits to be long enough.
    """

    def __init__(self) -> None:
        self.sung: int | None = None
        self.is_ending = False
        self._began = 0
        self._note: Note | None = None
        self._held: list[Note] = []
        self._pedal = False

    @property
    def any(self) -> bool:
        """Whether any note sounds."""
        return self._note is not None or bool(self._held)

    def begin(self, sung: int, note: Note, at: int) -> Iterator[Note]:
        """Yield the note, and before it what ends by it."""
        yield from self.end(at)
        silent = replace(note, velocity=0)
        if silent in self._held:
            self._held.remove(silent)
            yield silent
        self.sung, self._note, self._began, self.is_ending = sung, silent, at, False
        yield note

    def end(self, at: int, shortest: int = 0) -> Iterator[Note]:
        """Yield the end of the note; one not ``shortest`` ns long ends later, and is ``is_ending``.

        While the pedal is down it is held instead.
        """
        if self._note is None:
            return
        self.is_ending = at < self.earliest(shortest)
        if self.is_ending:
            return
        ended, self._note, self.sung = self._note, None, None
        if self._pedal:
            self._held.append(ended)
        else:
            yield ended

    def goes_on(self) -> None:
        """Take back an end that has not come yet."""
        self.is_ending = False

    def earliest(self, shortest: int) -> int:
        """Return when the note is ``shortest`` ns long."""
        return self._began + shortest

    def pedal(self, down: bool) -> Iterator[Note]:
        """Hold what ends from now on; yield the ends of what was held when the pedal goes up."""
        self._pedal = down
        if not down:
            held, self._held = self._held, []
            yield from held

    def end_all(self, at: int) -> Iterator[Note]:
        """Yield the ends of all that sounds, whatever the pedal says."""
        yield from self.pedal(False)
        yield from self.end(at)
