"""Choose the encoder of a cable by the name of its port, a key of ``send`` of ``midi_out``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

from engine.core.errors import ParameterError
from engine.core.messages import Note, Trigger
from engine.midi.control_encoders import (
    BendEncoder,
    controller,
    fine_controller,
    pressure,
    program,
)
from engine.midi.encode import NUMBERS, MidiEncoder
from engine.midi.frames import MIDI
from engine.midi.mpe import (
    MANAGER,
    MANAGER_BEND_RANGE,
    REST,
    Expression,
    MpeZone,
    bend_sensitivity,
    no_parameter,
)
from engine.midi.names import MessageName, read_name
from engine.midi.note_encoders import (
    ChannelNotes,
    ExpressionEncoder,
    NoteEncoder,
    NoteTrigger,
    ZoneNotes,
)
from engine.midi.options import MidiOptions
from engine.midi.quantize import FOURTEEN, SEVEN, BendQuantizer, in_midi_units, scaled
from engine.midi.show_control import ShowControl
from engine.midi.song_encoders import ClockEncoder, MessageTrigger, PositionEncoder
from engine.midi.voices import Key, NoteOwners
from engine.system.framing import pack_frame

ACCEPTS: Final[Mapping[str, tuple[type, ...]]] = {
    "notes": (Note,),
    "bend": NUMBERS,
    "brightness": NUMBERS,
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
OF_A_CHANNEL: Final = ("notes", "bend", "brightness", "pressure", "program")
Mode = Literal["notes", "bend", "mpe"]
BRIGHTNESS: Final = 74
BEND_RANGE: Final = 2.0
"""Semitones of a full bend where nothing is said, as in General MIDI."""


def port_name(port: str) -> MessageName:
    """Return the name that a port has; raise UnknownName or ParameterError."""
    return read_name(port.partition("#")[0], ACCEPTS, OF_A_CHANNEL)


def accepted_types(name: MessageName) -> tuple[type, ...]:
    """Return the types that a port accepts."""
    return ACCEPTS.get(name.kind) or NUMBERED[name.kind]


def place_of(port: str) -> int:
    """Return which cable of its name a port is, 1 the first: 2 of "notes#2"."""
    _, _, count = port.partition("#")
    return int(count) if count.isdigit() else 1


class Routing:
    """Makes the encoders of one output.

    ``channel`` (1 to 16) is that of cables where neither name nor option sets one; a full bend is
    ``bend_range`` semitones. With a ``zone`` notes have channels of their own.
    """

    def __init__(
        self, mode: Mode, channel: int | None, bend_range: float, zone: MpeZone | None
    ) -> None:
        self._mode = mode
        self._channel = channel
        self.bend_range = bend_range
        self._owners = NoteOwners()
        self._zone = zone
        self._expressions: dict[int, Expression] = {}
        self._bent: dict[int, None] = {}

    @property
    def bends(self) -> bool:
        """Whether a bend is sent by its semitones."""
        return bool(self._bent)

    @property
    def sounds(self) -> bool:
        """Whether a note sounds."""
        return len(self._owners) > 0 or (self._zone is not None and self._zone.sounds)

    def configuration(self) -> list[bytes]:
        """Return the frames that tell a receiver how it is played; none in the mode "notes"."""
        found = self._zone.configure() if self._zone else []
        if self._mode == "bend":
            full = self.bend_range
            told = ((*bend_sensitivity(each, full), *no_parameter(each)) for each in self._bent)
            found = [one for each in told for one in each]
        return [pack_frame(MIDI, one) for one in found]

    def encoder(self, port: str, carries: type, options: MidiOptions) -> MidiEncoder:
        """Return the encoder of a cable; raise UnknownName or ParameterError for a wrong one."""
        name = port_name(port)
        if name.kind != "bend" and options.unit:
            options = replace(options, unit=None)
        encoder = self._encoder(name, place_of(port), carries, options)
        channel_option = () if name.kind in ("notes", "note") else ("channel",)
        of_a_channel = name.kind in OF_A_CHANNEL or name.number is not None
        options.allow_only(name.kind, *encoder.options, *(channel_option if of_a_channel else ()))
        return encoder

    def _encoder(
        self, name: MessageName, place: int, carries: type, options: MidiOptions
    ) -> MidiEncoder:
        chosen = name.channel or options.channel or self._channel
        if self._zone and chosen and self._zone.belongs(chosen):
            raise ParameterError(
                f'in the mode "mpe" channel {chosen} belongs to single notes: name channel 1 for '
                "all of them, or none, or take fewer members"
            )
        if self._zone and chosen is None and name.kind in (*REST, "notes", "note"):
            return self._of_a_zone(self._zone, name, place, carries, options)
        if name.kind in ("notes", "note"):
            return self._of_channels(name, chosen, options)
        return self._on_a_channel(name, chosen or 1, carries, options)

    def _of_channels(
        self, name: MessageName, chosen: int | None, options: MidiOptions
    ) -> MidiEncoder:
        """Return the encoder of notes that share channels."""
        notes = ChannelNotes(self._owners)
        if name.number is None:
            return NoteEncoder(notes, chosen, options.velocity)
        return NoteTrigger(notes, Key(chosen or 1, name.number), options.velocity)

    def _on_a_channel(
        self, name: MessageName, channel: int, carries: type, options: MidiOptions
    ) -> MidiEncoder:
        """Return the encoder of what is no note, and moves no single one."""
        own = in_midi_units(carries, options, 0.0)
        encoder: MidiEncoder
        match name.kind:
            case "cc" if name.fine:
                encoder = fine_controller(name.number or 0, channel, scaled(FOURTEEN, own))
            case "cc":
                encoder = controller(name.number or 0, channel, scaled(SEVEN, own))
            case "brightness":
                encoder = controller(BRIGHTNESS, channel, scaled(SEVEN, own))
            case "bend":
                full = MANAGER_BEND_RANGE if self._zone else self.bend_range
                quantize = self._bend(carries, options, full)
                if quantize.semitones:
                    self._bent[channel] = None
                encoder = BendEncoder(channel, quantize)
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

    def _of_a_zone(
        self,
        zone: MpeZone,
        name: MessageName,
        place: int,
        carries: type,
        options: MidiOptions,
    ) -> MidiEncoder:
        """Return the encoder of notes of a zone, or of what moves those of the same place."""
        expression = self._expressions.setdefault(place, dict(REST))
        match name.kind:
            case "notes":
                return NoteEncoder(ZoneNotes(zone, expression), None, options.velocity)
            case "bend":
                quantize = self._bend(carries, options, zone.bend_range)
                return ExpressionEncoder(zone, expression, "bend", quantize)
            case "brightness" | "pressure":
                own = in_midi_units(carries, options, 0.0)
                return ExpressionEncoder(zone, expression, name.kind, scaled(SEVEN, own))
        notes = ZoneNotes(zone, dict(REST))
        return NoteTrigger(notes, Key(MANAGER, name.number or 0), options.velocity)

    def _bend(self, carries: type, options: MidiOptions, full: float) -> BendQuantizer:
        """Return how a cable's bends are sent: they are semitones, or the whole wheel is -1 to 1.

        In the modes that tell the receiver the range they always are semitones.
        """
        semitones = self._mode != "notes" or options.unit or in_midi_units(carries, options, -1.0)
        return BendQuantizer(full if semitones else None)
