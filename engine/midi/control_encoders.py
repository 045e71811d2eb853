"""Encode what a receiver keeps: controllers, the bend wheel, pressure and programs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import mido  # type: ignore[import-untyped]

from engine.midi.active_notes import PEDALS
from engine.midi.encode import MidiEncoder, midi_frame
from engine.midi.frames import AT_END
from engine.midi.quantize import (
    CENTRE,
    SEVEN,
    BendQuantizer,
    Quantizer,
    finite,
    scaled,
    strained,
)
from engine.system.framing import pack_frame


class ControlEncoder(MidiEncoder):
    """A number that the receiver keeps: sent only when it changes."""

    def __init__(self, quantize: Quantizer, spell: Callable[[int], Sequence[mido.Message]]) -> None:
        self._quantize = quantize
        self._spell = spell
        self._last: int | None = None

    def encode(self, message: float) -> Sequence[bytes]:
        """Return the frames, none where the number is the same as before."""
        number = self._quantize(finite(message))
        if number == self._last:
            return ()
        self._last = number
        return self._frames()

    def restore(self) -> Sequence[bytes]:
        """Return the last number again."""
        return self._frames()

    def _frames(self) -> Sequence[bytes]:
        return () if self._last is None else [midi_frame(one) for one in self._spell(self._last)]


class PedalEncoder(ControlEncoder):
    """A controller that holds notes: it is released when its cable is lost."""

    def end(self) -> Sequence[bytes]:
        """Release the pedal."""
        return self.encode(0.0) if self._last else ()


class BendEncoder(ControlEncoder):
    """A bend wheel: it springs back to the centre, also where the show dies."""

    options: ClassVar[tuple[str, ...]] = ("to", "unit")

    def __init__(self, channel: int, quantize: BendQuantizer) -> None:
        super().__init__(quantize, self._spelt)
        self._channel = channel

    def strain(self, message: float) -> str:
        """Return what is said of a bend beyond its range."""
        return strained(self._quantize, message)

    def end(self) -> Sequence[bytes]:
        """Centre it."""
        return self.encode(0.0) if self._last is not None else ()

    def at_end(self) -> Sequence[bytes]:
        """Centre it."""
        return [pack_frame(AT_END, bytes(one.bin())) for one in self._spelt(CENTRE)]

    def _spelt(self, value: int) -> Sequence[mido.Message]:
        return [mido.Message("pitchwheel", channel=self._channel - 1, pitch=value - CENTRE)]


def controller(number: int, channel: int, quantize: Quantizer) -> ControlEncoder:
    """Return the encoder of a controller of 7 bits."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [_control(channel, number, value)]

    return (PedalEncoder if number in PEDALS else ControlEncoder)(quantize, spell)


def fine_controller(number: int, channel: int, quantize: Quantizer) -> ControlEncoder:
    """Return the encoder of two controllers that are one of 14 bits: the coarse one first."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [
            _control(channel, number, value >> 7),
            _control(channel, number + 32, value & 0x7F),
        ]

    return ControlEncoder(quantize, spell)


def pressure(channel: int, quantize: Quantizer) -> ControlEncoder:
    """Return the encoder of channel pressure (aftertouch)."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("aftertouch", channel=channel - 1, value=value)]

    return ControlEncoder(quantize, spell)


def program(channel: int) -> ControlEncoder:
    """Return the encoder of program changes: 0 is the first of 128."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("program_change", channel=channel - 1, program=value)]

    return ControlEncoder(scaled(SEVEN, own=True), spell)


def _control(channel: int, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel - 1, control=number, value=value)
