"""What a page may ask, read from JSON and checked; what is none of it is answered, never obeyed.

Everything is checked here, against the boxes that play, so that rubbish is not told as a fault of
the show.
"""

from __future__ import annotations

import math

import msgspec
from msgspec import Struct

from engine.core.addresses import find_parameter
from engine.core.commands import (
    Command,
    KeepPrivate,
    Panic,
    PlayPatch,
    Release,
    SetParameter,
    Teach,
)
from engine.core.errors import ParameterError, nearest
from engine.runtime.engine import Engine

LARGEST = 4096
"""How many bytes one message of a page may have."""

_LONGEST = 64


class Set(Struct, tag_field="do", tag="set", forbid_unknown_fields=True):
    """Move a knob."""

    box: str
    parameter: str
    value: bool | int | float | str | list[float] | dict[str, float]


class LetGo(Struct, tag_field="do", tag="release", forbid_unknown_fields=True):
    """Give a knob back to its cable."""

    box: str
    parameter: str


class EndAll(Struct, tag_field="do", tag="panic", forbid_unknown_fields=True):
    """End everything that sounds."""


class TeachOne(Struct, tag_field="do", tag="teach", forbid_unknown_fields=True):
    """Let one way out move and all others be silent; "" ends that."""

    route: str


class Hide(Struct, tag_field="do", tag="privacy", forbid_unknown_fields=True):
    """Let no picture leave, or let them leave again."""

    on: bool


class FindRange(Struct, tag_field="do", tag="range", forbid_unknown_fields=True):
    """Look how far the number on a cable moves; -1 ends that."""

    cable: int


class GoTo(Struct, tag_field="do", tag="go", forbid_unknown_fields=True):
    """Go to another patch of the set, by its number from 1."""

    patch: int


Ask = Set | LetGo | EndAll | TeachOne | Hide | FindRange | GoTo
_DECODER: msgspec.json.Decoder[Ask] = msgspec.json.Decoder(Ask)


def read(text: str | bytes) -> Ask:
    """Read one message; raises ValueError with the reason where it is none."""
    if len(text) > LARGEST:
        raise ValueError("too long")
    try:
        return _DECODER.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not understood: {error}") from None


def command(ask: Ask, engine: Engine) -> Command:
    """Make a command of what was asked; raises ValueError with the reason where that cannot be."""
    match ask:
        case Set(box, parameter, value):
            return SetParameter(box, parameter, _fitting(engine, box, parameter, value))
        case LetGo(box, parameter):
            _known(engine, box, parameter)
            return Release(box, parameter)
        case TeachOne(route):
            if route and route not in engine.metrics.routes:
                raise ValueError(f'there is no way out "{route[:_LONGEST]}"')
            return Teach(route)
        case Hide(on):
            if engine.privacy.always and not on:
                raise ValueError("this show is private: only its patch or who began it ends that")
            return KeepPrivate(on)
        case EndAll():
            return Panic()
        case GoTo(patch):
            if not 1 <= patch <= len(engine.playlist):
                raise ValueError(f"there is no patch {patch} in this set of {len(engine.playlist)}")
            return PlayPatch(patch)
    raise ValueError("not a command")


def _known(engine: Engine, box: str, parameter: str) -> None:
    state = engine.states.get(box)
    if state is None:
        shown = [name for name, known in engine.states.items() if not known.hidden]
        raise ValueError(f'there is no box "{box[:_LONGEST]}".{nearest(box[:_LONGEST], shown)}')
    if parameter != "on" and not find_parameter(state.parameters, parameter):
        raise ValueError(f'{box} has no parameter "{parameter[:_LONGEST]}"')


def _fitting(engine: Engine, box: str, parameter: str, value: object) -> object:
    """Make sure that a value fits its parameter, as the engine will once more."""
    _known(engine, box, parameter)
    if parameter == "on":
        if not isinstance(value, bool):
            raise ValueError(f"{box}/on: expected true or false")
        return value
    known = find_parameter(engine.states[box].parameters, parameter)
    if known is None or known.fixed:
        raise ValueError(f"{box}/{parameter}: cannot be changed while playing")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{box}/{parameter}: {value} is no number")
    try:
        known.from_wire(value)
    except ParameterError as error:
        raise ValueError(f"{box}/{parameter}: {error}"[:200]) from None
    return value
