"""Encode what a sequencer goes by: start and stop, the place in the song, and the clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import mido  # type: ignore[import-untyped]

from engine.core.messages import Beat, Trigger
from engine.midi.encode import NUMBERS, MidiEncoder, midi_frame
from engine.midi.frames import BEAT, BPM, TEMPO
from engine.midi.quantize import FOURTEEN, finite
from engine.system.framing import pack_frame


class MessageTrigger(MidiEncoder):
    """The same message at every trigger, such as start and stop."""

    accepts: ClassVar[tuple[type, ...]] = (Trigger,)
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, kind: str) -> None:
        self._frame = midi_frame(mido.Message(kind))

    def encode(self, message: Trigger) -> Sequence[bytes]:
        """Return the frame of the message."""
        return [self._frame]


class PositionEncoder(MidiEncoder):
    """Where in the song a sequencer goes on, in beats: the song position pointer."""

    options: ClassVar[tuple[str, ...]] = ()

    def encode(self, message: float) -> Sequence[bytes]:
        """Return the position, to a sixteenth."""
        sixteenths = min(max(round(finite(message) * 4), 0), FOURTEEN)
        return [midi_frame(mido.Message("songpos", pos=sixteenths))]


class ClockEncoder(MidiEncoder):
    """A clock in beats per minute, or of beats that come; 0 or less stops it.

    The port process keeps its time.
    """

    accepts: ClassVar[tuple[type, ...]] = (*NUMBERS, Beat)
    options: ClassVar[tuple[str, ...]] = ("to",)

    def __init__(self) -> None:
        self._bpm = 0.0
        self._beats = False

    def encode(self, message: float | Beat) -> Sequence[bytes]:
        """Return a beat, or the tempo where it changed."""
        if isinstance(message, Beat):
            self._beats = True
            return [pack_frame(BEAT, BPM.pack(finite(message.bpm)))]
        if finite(message) == self._bpm:
            return ()
        self._bpm = message
        return self.restore()

    def end(self) -> Sequence[bytes]:
        """Stop the clock."""
        if self._beats:
            self._beats = False
            return self.restore()
        return self.encode(0.0)

    def restore(self) -> Sequence[bytes]:
        """Return the tempo again."""
        return [pack_frame(TEMPO, BPM.pack(self._bpm))]
