"""Encode what a cable carries as MIDI: what each encoder of a kind of message does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final

import mido  # type: ignore[import-untyped]

from engine.midi.frames import MIDI
from engine.midi.voices import Key
from engine.system.framing import pack_frame

NUMBERS: Final = (float, int, bool)


class MidiEncoder:
    """Turns the messages of one cable into frames for the port process; the root of them all."""

    accepts: ClassVar[tuple[type, ...]] = NUMBERS
    options: ClassVar[tuple[str, ...]] = ("to",)

    def encode(self, message: Any) -> Sequence[bytes]:
        """Return the frames of a message; raise ValueError or TypeError for what cannot be sent."""
        raise NotImplementedError

    def strain(self, message: Any) -> str:
        """Return what is said of a message that goes farther than MIDI can say; "" of others."""
        return ""

    def timed_note(self, message: Any) -> Key | None:
        """Return the note of a message that ends by itself after ``length``; None for none."""
        return None

    def settle(self) -> Sequence[bytes]:
        """Return what waited for all of a moment; notes settle before what moves them."""
        return ()

    def end(self) -> Sequence[bytes]:
        """Return what ends everything that was begun, and forget it."""
        return ()

    def restore(self) -> Sequence[bytes]:
        """Return what brings a receiver that has just come back to the current state."""
        return ()

    def at_end(self) -> Sequence[bytes]:
        """Return what the port process shall send last, however the show ends."""
        return ()


def midi_frame(message: mido.Message) -> bytes:
    """Return the frame of one message."""
    return pack_frame(MIDI, bytes(message.bin()))
