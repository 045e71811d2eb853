"""Encode notes, on channels that are shared or on one of their own, and what moves them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Protocol

from engine.core.messages import Note, Trigger
from engine.midi.encode import MidiEncoder
from engine.midi.frames import MIDI
from engine.midi.mpe import REST, Dimension, Expression, MpeZone
from engine.midi.quantize import Quantizer, finite, strained
from engine.midi.voices import Key, NoteOwners, begins
from engine.system.framing import pack_frame

DEFAULT_VELOCITY: Final = 100
"""The velocity of a note that a trigger begins, where its cable sets none."""


class CableNotes(Protocol):
    """Begins and ends the notes of a cable, somewhere."""

    def begin(self, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note."""
        ...

    def end(self, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds and is ours."""
        ...

    def end_all(self) -> list[bytes]:
        """Return what ends every note of ours."""
        ...


class ChannelNotes:
    """The notes of one cable among those that share the channels."""

    def __init__(self, owners: NoteOwners) -> None:
        self._owners = owners

    def begin(self, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note."""
        return self._owners.begin(self, key, velocity)

    def end(self, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds and is ours."""
        return self._owners.end(self, key)

    def end_all(self) -> list[bytes]:
        """Return what ends every note of ours."""
        return self._owners.end_all(self)


class ZoneNotes:
    """The notes of one cable, each on a channel of its own, moved by ``expression``."""

    def __init__(self, zone: MpeZone, expression: Expression) -> None:
        self._zone = zone
        self._expression = expression

    def begin(self, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note, and before it where it begins."""
        return self._zone.begin(self, key, velocity, self._expression)

    def end(self, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds."""
        return self._zone.end(self, key)

    def end_all(self) -> list[bytes]:
        """Return what ends every note of ours."""
        return self._zone.end_all(self)


class NoteEncoder(MidiEncoder):
    """Notes as they come; each is ended by a note-off of its own, whatever happens.

    They wait until all of a moment has come, so that a bend of the same moment goes before.
    """

    accepts: ClassVar[tuple[type, ...]] = (Note,)
    options: ClassVar[tuple[str, ...]] = ("channel", "velocity")

    def __init__(self, notes: CableNotes, channel: int | None, velocity: int | None) -> None:
        self._notes = notes
        self._channel = channel
        self._velocity = velocity
        self._waiting: list[tuple[Key, int]] = []

    def encode(self, message: Note) -> Sequence[bytes]:
        """Keep a note that begins or ends; raise where it is none."""
        key = Key(self._channel or message.channel, message.note)
        velocity = message.velocity and (self._velocity or message.velocity)
        begins(key, velocity)
        self._waiting.append((key, velocity))
        return ()

    def settle(self) -> Sequence[bytes]:
        """Return the note-ons and note-offs, in order."""
        waiting, self._waiting = self._waiting, []
        sent: list[bytes] = []
        for key, velocity in waiting:
            sent += self._notes.begin(key, velocity) if velocity else self._notes.end(key)
        return [pack_frame(MIDI, one) for one in sent]

    def end(self) -> Sequence[bytes]:
        """Return a note-off for every note of this cable that sounds."""
        return [*self.settle(), *(pack_frame(MIDI, one) for one in self._notes.end_all())]


class NoteTrigger(NoteEncoder):
    """One note, begun by a trigger."""

    accepts: ClassVar[tuple[type, ...]] = (Trigger,)
    options: ClassVar[tuple[str, ...]] = ("channel", "velocity", "length")

    def __init__(self, notes: CableNotes, key: Key, velocity: int | None) -> None:
        super().__init__(notes, key.channel, velocity or DEFAULT_VELOCITY)
        self._key = key

    def encode(self, message: Note | Trigger) -> Sequence[bytes]:
        """Keep the note-on; or the note-off, for a ``Note`` without velocity."""
        if isinstance(message, Note):
            return super().encode(message)
        return super().encode(Note(self._key.note, DEFAULT_VELOCITY, self._key.channel))

    def timed_note(self, message: Any) -> Key | None:
        """Return the note, which ends by itself."""
        return self._key


class ExpressionEncoder(MidiEncoder):
    """A number that moves the notes of a cable, each on its own channel, from when it begins."""

    options: ClassVar[tuple[str, ...]] = ("to", "unit")

    def __init__(
        self, zone: MpeZone, expression: Expression, dimension: Dimension, quantize: Quantizer
    ) -> None:
        self._zone = zone
        self._expression = expression
        self._dimension = dimension
        self._quantize = quantize

    def encode(self, message: float) -> Sequence[bytes]:
        """Keep the number for the notes."""
        self._expression[self._dimension] = self._quantize(finite(message))
        return ()

    def settle(self) -> Sequence[bytes]:
        """Return what moves the sounding notes."""
        moved = self._zone.move(self._expression, self._dimension)
        return [pack_frame(MIDI, one) for one in moved]

    def strain(self, message: float) -> str:
        """Return what is said of a bend beyond its range."""
        return strained(self._quantize, message)

    def end(self) -> Sequence[bytes]:
        """Move them no more."""
        self._expression[self._dimension] = REST[self._dimension]
        return ()
