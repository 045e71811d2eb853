"""Encodes entries as bytes and decodes them, each on the channel of the box it belongs to.

A patch that takes over is written as its texts: see ``writer``. The callback for a refused command
is no data: a replay refuses in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_type_hints

import msgspec

from engine.core import commands
from engine.core.codec import NotEncodable, Plain, decode, encode, encode_numpy
from engine.core.commands import Command
from engine.core.kinds import UnknownKind
from engine.core.mismatch import describe_mismatch
from engine.recording.amount import check_messagepack
from engine.runtime.entries import (
    Arrival,
    CommandEntry,
    Entry,
    LaneFailure,
    LaneResult,
    LaneSent,
    Rollback,
    StateChange,
    WakeUp,
)

_TOPIC: dict[type, Callable[[Any], str]] = {
    Arrival: lambda entry: f"source/{entry.source}/{entry.outlet}",
    LaneResult: lambda entry: f"lane/{entry.box}",
    LaneFailure: lambda entry: f"lane/{entry.box}",
    LaneSent: lambda entry: f"sent/{entry.box}",
    StateChange: lambda entry: f"state/{entry.box}",
    CommandEntry: lambda entry: f"command/{entry.by}",
    WakeUp: lambda entry: "wake",
    Rollback: lambda entry: "change",
}
TOPICS = frozenset({"source", "lane", "sent", "state", "command", "wake", "change"})
"""What the topics of entries begin with."""

_ENTRY = "entry"
_DO = "do"
_ENTRIES: dict[str, type[Any]] = {
    "Arrival": Arrival,
    "LaneResult": LaneResult,
    "LaneFailure": LaneFailure,
    "LaneSent": LaneSent,
    "StateChange": StateChange,
    "Asked": CommandEntry,
    "WakeUp": WakeUp,
    "TakeBack": Rollback,
}
"""Entries by their name in a recording, which stays what it was when a class is renamed."""
_NAMES: dict[type, str] = {cls: name for name, cls in _ENTRIES.items()}
_COMMANDS: dict[str, type[Command]] = {
    name: cls
    for name, cls in vars(commands).items()
    if isinstance(cls, type) and issubclass(cls, Command) and cls is not Command
}
_MESSAGES = frozenset({"message", "result"})
_COMMAND = "command"


def _hint(cls: type[Any], name: str) -> Any:
    """Return the type of a field; int for a moment."""
    hint = get_type_hints(cls)[name]
    return getattr(hint, "__supertype__", hint)


_HINTS: dict[type, dict[str, Any]] = {
    cls: {f.name: _hint(cls, f.name) for f in fields(cls) if f.name != "refused"}
    for cls in (*_ENTRIES.values(), *_COMMANDS.values())
}

_encode = msgspec.msgpack.Encoder(enc_hook=encode_numpy).encode
_decode = msgspec.msgpack.Decoder().decode


def topic(entry: Entry) -> str:
    """Return the channel of an entry: "source/camera/frame", "lane/pose", "wake"."""
    return _TOPIC[type(entry)](entry)


def to_bytes(entry: Entry, pixels: bool) -> bytes:
    """Return an entry as MessagePack. Raise NotEncodable for a type that is not registered."""
    said: dict[str, Plain] = {_ENTRY: _NAMES[type(entry)]}
    for name in _HINTS[type(entry)]:
        value = getattr(entry, name)
        if name in _MESSAGES:
            value = encode(value, pixels)
        elif isinstance(value, Command):
            value = {_DO: type(value).__name__, **_said(value)}
        said[name] = value
    try:
        return _encode(said)
    except (TypeError, OverflowError, ValueError) as error:
        raise NotEncodable(f"{type(entry).__name__}: {error}") from None


def from_bytes(data: bytes | memoryview) -> Entry:
    """Return the entry that ``to_bytes`` wrote.

    Raise UnknownKind for a message of a kind that is not registered here, RecursionError where
    lists lie too deep in one another, and ValueError with what is wrong for all else.
    """
    check_messagepack(data)
    try:
        said = _decode(data)
        entry: Entry = _made(_ENTRIES[said.pop(_ENTRY)], said)
    except UnknownKind:
        raise
    except msgspec.MsgspecError as error:
        raise ValueError(describe_mismatch(error)) from None
    except (KeyError, TypeError, AttributeError, ValueError):
        raise ValueError("it is no entry that is known here") from None
    return entry


def _said(command: Command) -> dict[str, Plain]:
    return {name: getattr(command, name) for name in _HINTS[type(command)]}


def _made(cls: type[Any], values: dict[str, Any]) -> Any:
    """Return an entry or a command, each value converted to its declared type."""
    hints = _HINTS[cls]
    for name, value in values.items():
        if name in _MESSAGES:
            values[name] = decode(value)
        elif name == _COMMAND:
            values[name] = _made(_COMMANDS[value.pop(_DO)], value)
        elif type(value) is not (hint := hints[name]):
            values[name] = msgspec.convert(value, hint)
    return cls(**values)
