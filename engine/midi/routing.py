"""Chooses the form of a cable by the name of its port: what ``send`` of ``midi_out`` may say."""

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
    bend,
    bent,
    controller,
    fine_controller,
    in_own_units,
    pressure,
    program,
    scaled,
)
from engine.midi.names import MessageName, read_name
from engine.midi.options import MidiOptions
from engine.midi.show_control import ShowControl
from engine.midi.voices import Key, NoteOwners

TAKES: Final[Mapping[str, tuple[type, ...]]] = {
    "notes": (Note,),
    "bend": NUMBERS,
    "pressure": NUMBERS,
    "program": NUMBERS,
    "clock": NUMBERS,
    "start": (Trigger,),
    "stop": (Trigger,),
    "continue": (Trigger,),
    "show_control": (Trigger,),
}
"""What the names without a number take."""
NUMBERED: Final = {"note": (Trigger,), "cc": NUMBERS}
OF_A_CHANNEL: Final = ("notes", "bend", "pressure", "program")


def port_name(port: str) -> MessageName:
    """Read the name of a port; raises UnknownName or ParameterError."""
    return read_name(port.partition("#")[0], TAKES, OF_A_CHANNEL)


def taken(name: MessageName) -> tuple[type, ...]:
    """Give the types that a port takes."""
    return TAKES.get(name.kind) or NUMBERED[name.kind]


class Routing:
    """Makes the forms of one output; ``channel`` stands where neither name nor cable says one."""

    def __init__(self, channel: int | None, bend_range: float) -> None:
        self._channel = channel
        self._bend_range = bend_range
        self._voices = NoteOwners()

    def form(self, name: MessageName, carries: type, options: MidiOptions) -> MidiEncoder:
        """Make the form of a cable; raises ParameterError where its options do not fit."""
        form = self._of(name, carries, options)
        saying_channel = () if name.kind in ("notes", "note") else ("channel",)
        of_a_channel = name.kind in OF_A_CHANNEL or name.number is not None
        options.only(name.kind, *form.may_say, *(saying_channel if of_a_channel else ()))
        return form

    def _of(self, name: MessageName, carries: type, options: MidiOptions) -> MidiEncoder:
        said = name.channel or options.channel or self._channel
        channel = said or 1
        own = in_own_units(carries, options, 0.0)
        form: MidiEncoder
        match name.kind:
            case "notes":
                form = NoteEncoder(self._voices, said, options.velocity)
            case "note":
                form = NoteTrigger(self._voices, Key(channel, name.number or 0), options.velocity)
            case "cc" if name.fine:
                form = fine_controller(name.number or 0, channel, scaled(FOURTEEN, own))
            case "cc":
                form = controller(name.number or 0, channel, scaled(SEVEN, own))
            case "bend":
                semitones = self._bend_range if in_own_units(carries, options, -1.0) else None
                form = bend(channel, bent(semitones))
            case "pressure":
                form = pressure(channel, scaled(SEVEN, own))
            case "program":
                form = program(channel)
            case "clock":
                form = ClockEncoder()
            case "show_control":
                form = ShowControl(options)
            case _:
                form = MessageTrigger(name.kind)
        return form
