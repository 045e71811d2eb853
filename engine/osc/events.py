"""Triggers and notes: events that must never be lost, and must be released."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from engine.core.messages import Note, Ns, Trigger
from engine.osc.address import check
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.numbers import ArgumentsLayout
from engine.osc.packer import Packer


class TriggerLayout(Layout):
    """A trigger: 1 to the address and 0 50 ms later, or the arguments that were written.

    Why both: a receiver that shows a button releases it, and one that waits for a change
    from 0 sees the next trigger.
    """

    has_off: ClassVar[bool] = True

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a trigger", "args", "off")
        args = [1] if options.args is None else options.args
        off = [0] if options.args is None and options.off is None else options.off
        self._press = ArgumentsLayout(address, float, args, dialect)
        self._release = None if off is None else ArgumentsLayout(address, float, off, dialect)

    def encode(self, message: Trigger, at: Ns) -> Sequence[bytes]:
        """Return the message that presses."""
        return (self._press.fill(message.value),)

    def off(self, message: Trigger) -> bytes:
        """Return the message that releases; b"" where none is sent."""
        return self._release.fill(message.value) if self._release else b""

    def example(self) -> Sequence[bytes]:
        """Return both messages."""
        return (self._press.fill(0.0), self.off(Trigger(0.0)))


class NoteLayout(Layout):
    """A note: its number, its velocity (0 ends it) and its channel, to the address itself."""

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("a note")
        check(address, ())
        self._pack = Packer(address, dialect.tag("i") * 3).pack
        self._sounding: dict[tuple[int, int], None] = {}

    def encode(self, message: Note, at: Ns) -> Sequence[bytes]:
        """Return the message of a note-on or a note-off."""
        key = (message.note, message.channel)
        if message.velocity > 0:
            self._sounding[key] = None
        else:
            self._sounding.pop(key, None)
        return (self._pack(message.note, message.velocity, message.channel),)

    def end(self) -> Sequence[bytes]:
        """Return a note-off for every note that sounds."""
        ends = [self._pack(note, 0, channel) for note, channel in self._sounding]
        self._sounding.clear()
        return ends

    def example(self) -> Sequence[bytes]:
        """Return the message of a note."""
        return (self._pack(0, 0, 1),)
