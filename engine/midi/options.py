"""The options of a cable into ``midi_out``, beside where it comes from and how it is scaled."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Literal

from engine.core.errors import ParameterError
from engine.core.parameter import Param

Command = Literal["go", "stop", "resume", "load", "fire", "all_off", "restore", "reset", "go_off"]
Format = Literal["all", "lighting", "sound", "machinery", "video", "projection", "effects"]


@dataclass(kw_only=True)
class MidiOptions:
    """The options of one cable.

    The compiler gives ``to``, the cable's own range, and ``unit``, that of the outlet where it
    begins.
    """

    to: Annotated[tuple[float, float] | None, Param("the range that goes out")] = None
    unit: Annotated[
        Literal["semitones"] | None, Param("what a bend counts; as its output says, if not said")
    ] = None
    channel: Annotated[int | None, Param("the MIDI channel, where the name says none", 1, 16)] = (
        None
    )
    velocity: Annotated[int | None, Param("how hard each note is struck", 1, 127)] = None
    length: Annotated[float, Param("how long a struck note sounds", 0.001, 60, unit="s")] = 0.05
    command: Annotated[Command, Param("what the show shall do")] = "go"
    cue: Annotated[str, Param('which cue, such as "12.5"; "{value}" for the trigger\'s')] = ""
    list_: Annotated[str, Param("which list of cues")] = ""
    device: Annotated[int, Param("which machine; 127 for every", 0, 127)] = 127
    format_: Annotated[Format, Param("which kind of machines")] = "all"

    def allow_only(self, meaning: str, *allowed: str) -> None:
        """Raise ParameterError for an option that was set but means nothing for ``meaning``."""
        for field in fields(self):
            if field.name not in allowed and getattr(self, field.name) != field.default:
                name = field.name.rstrip("_")
                raise ParameterError(f'"{name}" means nothing for {meaning}')
