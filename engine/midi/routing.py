"""Choose the encoder of a cable by the name of its port, a key of ``send`` of ``midi_out``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.core.messages import Note, Trigger
from engine.midi.encode import (
    FOURTEEN,
    NUMBERS,
    SEVEN,
    ClockEncoder,
    MessageTrigger,
    MidiEncoder,
    NoteEncoder,
    NoteTrigger,
    PositionEncoder,
    bend,
    bend_quantizer,
    controller,
    fine_controller,
    in_midi_units,
    pressure,
    program,
    scaled,
)
from engine.midi.names import MessageName, read_name
from engine.midi.options import MidiOptions
from engine.midi.show_control import ShowControl
from engine.midi.voices import Key, NoteOwners

ACCEPTS: Final[Mapping[str, tuple[type, ...]]] = {
    "notes": (Note,),
    "bend": NUMBERS,
    "pressure": NUMBERS,
    "program": NUMBERS,
    "clock": ClockEncoder.accepts,
    "position": NUMBERS,
    "start": (Trigger,),
    "stop": (Trigger,),
    "continue": (Trigger,),
    "show_control": (Trigger,),
}
"""The types that the names without a number accept."""
NUMBERED: Final = {"note": (Trigger,), "cc": NUMBERS}
OF_A_CHANNEL: Final = ("notes", "bend", "pressure", "program")


def port_name(port: str) -> MessageName:
    """Return the name that a port has; raise UnknownName or ParameterError."""
    return read_name(port.partition("#")[0], ACCEPTS, OF_A_CHANNEL)


def accepted_types(name: MessageName) -> tuple[type, ...]:
    """Return the types that a port accepts."""
    return ACCEPTS.get(name.kind) or NUMBERED[name.kind]


class Routing:
    """Makes the encoders of one output.

    ``channel`` (1 to 16) is that of cables where neither name nor option sets one; a full bend is
    ``bend_range`` semitones.
    """

    def __init__(self, channel: int | None, bend_range: float) -> None:
        self._channel = channel
        self._bend_range = bend_range
        self._owners = NoteOwners()

    def encoder(self, name: MessageName, carries: type, options: MidiOptions) -> MidiEncoder:
        """Return the encoder of a cable; raise ParameterError where its options do not fit."""
        encoder = self._encoder(name, carries, options)
        channel_option = () if name.kind in ("notes", "note") else ("channel",)
        of_a_channel = name.kind in OF_A_CHANNEL or name.number is not None
        options.allow_only(name.kind, *encoder.options, *(channel_option if of_a_channel else ()))
        return encoder

    def _encoder(self, name: MessageName, carries: type, options: MidiOptions) -> MidiEncoder:
        chosen = name.channel or options.channel or self._channel
        channel = chosen or 1
        own = in_midi_units(carries, options, 0.0)
        encoder: MidiEncoder
        match name.kind:
            case "notes":
                encoder = NoteEncoder(self._owners, chosen, options.velocity)
            case "note":
                encoder = NoteTrigger(
                    self._owners, Key(channel, name.number or 0), options.velocity
                )
            case "cc" if name.fine:
                encoder = fine_controller(name.number or 0, channel, scaled(FOURTEEN, own))
            case "cc":
                encoder = controller(name.number or 0, channel, scaled(SEVEN, own))
            case "bend":
                semitones = self._bend_range if in_midi_units(carries, options, -1.0) else None
                encoder = bend(channel, bend_quantizer(semitones))
            case "pressure":
                encoder = pressure(channel, scaled(SEVEN, own))
            case "program":
                encoder = program(channel)
            case "clock":
                encoder = ClockEncoder()
            case "position":
                encoder = PositionEncoder()
            case "show_control":
                encoder = ShowControl(options)
            case _:
                encoder = MessageTrigger(name.kind)
        return encoder
