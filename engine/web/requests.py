"""The requests of a page, decoded from JSON and checked; anything else is refused with a reason.

Everything is checked here, against the boxes that play, so that a bad request is not reported as a
fault of the show.
"""

from __future__ import annotations

import math
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from engine.core.addresses import find_parameter
from engine.core.commands import (
    BlackOut,
    Command,
    Freeze,
    KeepPrivate,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
    Teach,
)
from engine.core.errors import ParameterError
from engine.core.mismatch import describe_mismatch
from engine.core.nearest import nearest
from engine.core.parameter import Parameter
from engine.runtime.engine import Engine

LARGEST = 49_152
"""The most bytes of one message of a page: a line of 10,000 characters of four bytes each."""

MOST_PINS = 64
"""The most knobs that may be pinned of a patch."""

_SHOWN = 64


class SetRequest(Struct, tag_field="do", tag="set", forbid_unknown_fields=True):
    """Set a parameter."""

    box: str
    parameter: str
    value: bool | int | float | str | list[float | list[float | list[float]]] | dict[str, float]


class HoldRequest(Struct, tag_field="do", tag="hold", forbid_unknown_fields=True):
    """Hold an event down that takes a text; "" lets go, ``again`` is that it is held still."""

    box: str
    parameter: str
    value: str
    again: bool = False


class ReleaseRequest(Struct, tag_field="do", tag="release", forbid_unknown_fields=True):
    """Release a parameter to its cable."""

    box: str
    parameter: str


class PanicRequest(Struct, tag_field="do", tag="panic", forbid_unknown_fields=True):
    """End everything that sounds (panic)."""


class LearnRequest(Struct, tag_field="do", tag="teach", forbid_unknown_fields=True):
    """Let one route move while all others are silent, for MIDI learn or as a test; "" ends that."""

    route: str
    test: bool = False


class PrivacyRequest(Struct, tag_field="do", tag="privacy", forbid_unknown_fields=True):
    """Switch on, or off, that no picture leaves."""

    on: bool


class BlackOutRequest(Struct, tag_field="do", tag="blackout", forbid_unknown_fields=True):
    """Let pictures leave black, or as they are."""

    on: bool


class FreezeRequest(Struct, tag_field="do", tag="freeze", forbid_unknown_fields=True):
    """Hold the picture that leaves, or let it go on."""

    on: bool


class MasterRequest(Struct, tag_field="do", tag="master", forbid_unknown_fields=True):
    """Set the brightness of the pictures that leave, 0 to 1."""

    level: Annotated[float, Meta(ge=0.0, le=1.0)]


class PinRequest(Struct, tag_field="do", tag="pin", forbid_unknown_fields=True):
    """Pin these knobs, each as "box/parameter", and no others."""

    knobs: Annotated[list[str], Meta(max_length=MOST_PINS)]


class RangeRequest(Struct, tag_field="do", tag="range", forbid_unknown_fields=True):
    """Find the range of the number on a cable; -1 ends that."""

    cable: int


class PatchRequest(Struct, tag_field="do", tag="go", forbid_unknown_fields=True):
    """Go to another patch of the set, by its number from 1."""

    patch: int


class SaveRequest(Struct, tag_field="do", tag="save", forbid_unknown_fields=True):
    """Save what was turned as the draft of this ``key`` shows; without a key, show a draft."""

    key: str = ""


class InviteRequest(Struct, tag_field="do", tag="invite", forbid_unknown_fields=True):
    """Invite guests, or send all of them away."""

    on: bool


class MonitorRequest(Struct, tag_field="do", tag="monitor", forbid_unknown_fields=True):
    """Begin, or end, to be shown what comes in and what leaves, by address."""

    on: bool


PageRequest = (
    SetRequest
    | HoldRequest
    | ReleaseRequest
    | PanicRequest
    | LearnRequest
    | PrivacyRequest
    | BlackOutRequest
    | FreezeRequest
    | MasterRequest
    | PinRequest
    | RangeRequest
    | PatchRequest
    | SaveRequest
    | InviteRequest
    | MonitorRequest
)
R = TypeVar("R")
"""The requests that a site takes."""

_DECODER: msgspec.json.Decoder[PageRequest] = msgspec.json.Decoder(PageRequest)


def read_request(text: str | bytes) -> PageRequest:
    """Decode one message to a show. Raise ValueError with the reason."""
    return decode_request(text, _DECODER)


def decode_request(text: str | bytes, decoder: msgspec.json.Decoder[R]) -> R:
    """Decode one message to a site. Raise ValueError with the reason."""
    if len(text) > LARGEST:
        raise ValueError("too long")
    try:
        return decoder.decode(text)
    except msgspec.DecodeError as error:
        raise ValueError(f"not understood: {describe_mismatch(error)}") from None
    except (UnicodeDecodeError, RecursionError):
        raise ValueError("not understood: it is no text, or lies too deep in itself") from None


def to_command(request: PageRequest, engine: Engine) -> Command:
    """Return the command of a request. Raise ValueError with the reason where there is none."""
    match request:
        case SetRequest() | HoldRequest() | ReleaseRequest():
            return _turning(request, engine)
        case LearnRequest(route, test):
            if route and route not in engine.metrics.routes:
                raise ValueError(f'there is no way out "{route[:_SHOWN]}"')
            return Teach(route, test=test and route != "")
        case PrivacyRequest(on):
            if engine.privacy.always and not on:
                raise ValueError("this show is private: only its patch or who began it ends that")
            return KeepPrivate(on)
        case PatchRequest(patch):
            if not 1 <= patch <= len(engine.playlist):
                raise ValueError(f"there is no patch {patch} in this set of {len(engine.playlist)}")
            return PlayPatch(patch)
    return _unchecked(request)


def _turning(request: SetRequest | HoldRequest | ReleaseRequest, engine: Engine) -> Command:
    """Return the command of a request that is about one parameter. Raise ValueError."""
    match request:
        case SetRequest(box, parameter, value):
            return SetParameter(box, parameter, _checked(engine, box, parameter, value))
        case HoldRequest(box, parameter, value):
            known = _known_of(engine, box, parameter)
            if known is None or not known.event or known.type is not str:
                raise ValueError(f"{box}/{parameter}: cannot be held down")
            return SetParameter(box, parameter, _checked(engine, box, parameter, value))
        case ReleaseRequest(box, parameter):
            _check_known(engine, box, parameter)
            return Release(box, parameter)


def _unchecked(request: PageRequest) -> Command:
    """Return the command of a request that always can be."""
    match request:
        case BlackOutRequest(on):
            return BlackOut(on)
        case FreezeRequest(on):
            return Freeze(on)
        case MasterRequest(level):
            return SetMaster(level)
        case PanicRequest():
            return Panic()
    raise ValueError("not a command")


def _check_known(engine: Engine, box: str, parameter: str) -> None:
    state = engine.known.get(box)
    if state is None:
        shown = [name for name, known in engine.known.items() if not known.hidden]
        raise ValueError(f'there is no box "{box[:_SHOWN]}".{nearest(box[:_SHOWN], shown)}')
    if parameter != "on" and not find_parameter(state.parameters, parameter):
        raise ValueError(f'{box} has no parameter "{parameter[:_SHOWN]}"')


def _known_of(engine: Engine, box: str, parameter: str) -> Parameter | None:
    _check_known(engine, box, parameter)
    return find_parameter(engine.known[box].parameters, parameter)


def _checked(engine: Engine, box: str, parameter: str, value: object) -> object:
    """Return the value if it fits its parameter, which the engine checks again."""
    _check_known(engine, box, parameter)
    if parameter == "on":
        if not isinstance(value, bool):
            raise ValueError(f"{box}/on: expected true or false")
        return value
    known = _known_of(engine, box, parameter)
    if known is None or known.fixed:
        raise ValueError(f"{box}/{parameter}: cannot be changed while playing")
    if known.event and not engine.known[box].on:
        raise ValueError(f"{box}/{parameter}: {box} is off, and hears nothing")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{box}/{parameter}: {value} is no number")
    try:
        known.from_hand(value) if known.event else known.from_wire(value)
    except ParameterError as error:
        raise ValueError(f"{box}/{parameter}: {error}"[:200]) from None
    return value
