"""MIDI Show Control: cues for lighting desks, sound and video players.

Follows MIDI Show Control 1.0 (RP-002): ``F0 7F <device> 02 <format> <command> <data> F7``, where
the data of a cue is its number, list and path as ASCII digits and dots, zeros between.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

import mido  # type: ignore[import-untyped]

from engine.core.errors import ParameterError
from engine.core.messages import Trigger
from engine.midi.encode import MidiEncoder, midi_frame
from engine.midi.options import Command, Format, MidiOptions

COMMANDS: Final[dict[Command, int]] = {
    "go": 0x01,
    "stop": 0x02,
    "resume": 0x03,
    "load": 0x05,
    "fire": 0x07,
    "all_off": 0x08,
    "restore": 0x09,
    "reset": 0x0A,
    "go_off": 0x0B,
}
FORMATS: Final[dict[Format, int]] = {
    "all": 0x7F,
    "lighting": 0x01,
    "sound": 0x10,
    "machinery": 0x20,
    "video": 0x30,
    "projection": 0x40,
    "effects": 0x50,
}
VALUE: Final = "{value}"
_WITHOUT_CUE: Final = ("all_off", "restore", "reset")
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)*")
_HEAD: Final = (0x7F, 0x02)


class ShowControl(MidiEncoder):
    """Sends one command at every trigger."""

    accepts: ClassVar[tuple[type, ...]] = (Trigger,)
    options: ClassVar[tuple[str, ...]] = ("command", "cue", "list_", "device", "format_")

    def __init__(self, options: MidiOptions) -> None:
        """Raise ParameterError for a cue that is no number, or missing where there must be one."""
        self._cue_options = options
        if options.list_ and not options.cue:
            raise ParameterError("list: a list without a cue says nothing")
        if options.cue and options.command in _WITHOUT_CUE:
            raise ParameterError(f'cue: "{options.command}" takes none')
        if options.command in ("load", "fire") and not options.cue:
            raise ParameterError(f'"{options.command}" must say which cue: cue = "12"')
        self._data(Trigger(1.0))

    def encode(self, message: Trigger) -> Sequence[bytes]:
        """Return the frame of the command."""
        options = self._cue_options
        head = (_HEAD[0], options.device, _HEAD[1], FORMATS[options.format_])
        data = (*head, COMMANDS[options.command], *self._data(message))
        return [midi_frame(mido.Message("sysex", data=data))]

    def _data(self, message: Trigger) -> bytes:
        cue = self._cue_options.cue.replace(VALUE, _format(message.value))
        parts = [part for part in (cue, self._cue_options.list_) if part]
        for part in parts:
            if not _NUMBER.fullmatch(part):
                raise ParameterError(f'expected a number such as "12" or "12.5", got "{part}"')
        if self._cue_options.command == "fire":
            return bytes((_macro(cue),))
        return b"\0".join(part.encode() for part in parts)


def _macro(cue: str) -> int:
    if not cue.isdigit() or int(cue) > 127:
        raise ParameterError(f'"fire" takes the number of a macro, 0 to 127, got "{cue}"')
    return int(cue)


def _format(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
