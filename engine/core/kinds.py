"""The kinds of messages: one registration holds all that the engine needs to know of a type.

    @kind(Kind.LATEST, words="a star", example=lambda: Star(0.5, np.zeros(3, np.float32)))
    @dataclass(frozen=True, slots=True, eq=False)
    class Star:
        brightness: float
        rays: NDArray[np.float32]

A registered type may travel on any cable: it is checked for NaN, passed to subprocesses, recorded
and replayed, and shown on the page; no other file has to change for it. Its
values are what its constructor takes: numbers, switches, texts, arrays, tuples, ``None``, and other
dataclasses of such.

Why there is a Kind at all: what may be lost when a receiver is slow belongs to the data, not to the
patch. A new camera frame makes the old one worthless; a note-off that is lost sounds for ever.
"""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from math import isfinite
from typing import Any, Final, TypeVar, Union, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
Carried = Any
"""What a cable carries, as far as a patch tells: a type, a union, a TypeVar, or ``object``."""

Image = NDArray[np.uint8]
"""A picture: shape (height, width, 3), blue-green-red."""


class Kind(Enum):
    """What happens when a message piles up in front of a busy receiver."""

    LATEST = "newest only"
    HELD = "keeps its value"
    CONTIGUOUS = "sound"
    LOSSLESS = "never lost"


PLAIN: Final = (bool, int, float, str)
"""The types of messages that are Python's own."""

LONGEST: Final = 80
"""How much of a text is shown."""

_STRICTNESS = (Kind.LATEST, Kind.HELD, Kind.CONTIGUOUS, Kind.LOSSLESS)


@dataclass(frozen=True, slots=True)
class MessageType:
    """The registration of a type; see ``kind`` for its fields."""

    cls: type
    name: str
    policy: Kind
    words: str
    by_message: Callable[[Any], Kind] | None
    is_finite: Callable[[Any], bool] | None
    picture: Callable[[Any], Image] | None
    part: Callable[[str], type | None] | None
    nobody: Callable[[Any], Any] | None
    summary: Callable[[Any], object] | None
    example: Any


KINDS: dict[type, Kind] = {}
"""The Kind of every type that may travel on a cable; of one whose messages differ, the strictest.

Why a table beside the registrations: the loop asks it for every message, and it costs one look.
"""
_TYPES: dict[type, MessageType] = {}
_BY_NAME: dict[str, MessageType] = {}
_BY_MESSAGE: dict[type, Callable[[Any], Kind]] = {}


class UnknownKind(ValueError):
    """A message of a kind that is not registered in this process."""


def kind(
    policy: Kind,
    *,
    name: str = "",
    words: str = "",
    by_message: Callable[[Any], Kind] | None = None,
    is_finite: Callable[[Any], bool] | None = None,
    picture: Callable[[Any], Image] | None = None,
    part: Callable[[str], type | None] | None = None,
    nobody: Callable[[Any], Any] | None = None,
    summary: Callable[[Any], object] | None = None,
    example: Any = None,
) -> Callable[[type[T]], type[T]]:
    """Return a class decorator that registers a type of message.

    - ``policy``: what may be lost. Where that depends on the message, ``by_message`` returns it for
      each one, and ``policy``, the strictest of them, holds while only the type is known.
    - ``name``: its name in recordings, for ever; the class's name in lower case unless given.
    - ``words``: one of it in messages to people, such as "a pose".
    - ``is_finite``: returns whether a message is usable; unless given, whether every float in it,
      and in its arrays, is finite.
    - ``picture``: draws a message that shows what a camera sees. The page shows that; recordings
      hold its pixels only on request; while a show is private it is withheld.
    - ``part``: returns the type of a part whose name only the messages know.
    - ``nobody``: returns a message that shows who is there as one that shows nobody, None where it
      does already. That is said in place of a box that is lost.
    - ``summary``: returns what the page shows of a message: a number, a text, or a small table.
    - ``example``: a message, or a function that makes one, for tests and the reference.

    Raise TypeError for a name that another type has, and for a type whose constructor cannot be
    read.
    """

    def register(cls: type[T]) -> type[T]:
        own = name or cls.__name__.lower()
        _add(
            MessageType(
                cls,
                own,
                policy,
                words or f"{'an' if own[0] in 'aeiou' else 'a'} {own}",
                by_message,
                is_finite,
                picture,
                part,
                nobody,
                summary,
                example,
            )
        )
        return cls

    return register


def _add(found: MessageType) -> None:
    before = _BY_NAME.get(found.name)
    if before is not None and not _replaces(found.cls, before.cls):
        where = f"{before.cls.__module__}.{before.cls.__qualname__}"
        raise TypeError(f'there is a kind "{found.name}" already: {where}; give kind() a name')
    if found.cls not in PLAIN and not is_dataclass(found.cls):
        raise TypeError(f"{found.cls.__name__} must be a dataclass to be a kind")
    _BY_NAME[found.name] = _TYPES[found.cls] = found
    KINDS[found.cls] = found.policy
    if found.by_message is not None:
        _BY_MESSAGE[found.cls] = found.by_message


def _replaces(new: type, old: type) -> bool:
    """Whether a class is a new version of another: a performer's file that was saved again."""
    last = [cls.__module__.rpartition(".")[2] for cls in (new, old)]
    same = last[0] == last[1] and new.__qualname__ == old.__qualname__
    return same and not old.__module__.startswith("engine.")


def message_type(cls: type) -> MessageType | None:
    """Return what is registered of a type, or None."""
    return _TYPES.get(cls)


def message_types() -> tuple[MessageType, ...]:
    """Return all present registrations, in their order."""
    return tuple(_BY_NAME.values())


def named(name: str) -> MessageType:
    """Return the registration of a name; raise UnknownKind when there is none."""
    found = _BY_NAME.get(name)
    if found is None:
        raise UnknownKind(
            f'there is no kind of message called "{name}" here: the file that registers it with'
            " kind() must be loaded first"
        )
    return found


def members(carried: Carried) -> tuple[Carried, ...]:
    """Return the types that a cable may carry: the members of a union, or those of a TypeVar.

    An unbound TypeVar is ``object``, and so is ``Any``.
    """
    if carried is Any:
        return (object,)
    origin: Any = get_origin(carried)
    if origin in (Union, types.UnionType):
        every = [one for part in get_args(carried) for one in members(part)]
        return tuple(dict.fromkeys(one for one in every if one is not types.NoneType))
    if isinstance(carried, TypeVar):
        return tuple(carried.__constraints__) or members(carried.__bound__ or object)
    return (carried,)


def policy_of(carried: Carried) -> Kind:
    """Return the policy of a cable by the type it carries: the strictest of its members.

    Of an unknown type, nothing may be lost.
    """
    found = KINDS.get(carried) if isinstance(carried, type) else None
    if found is not None:
        return found
    policies = [KINDS.get(one, Kind.LOSSLESS) for one in members(carried)]
    return max(policies, key=_STRICTNESS.index, default=Kind.LOSSLESS)


def policy_for(message: Any) -> Kind:
    """Return the policy of a message; a NumPy number counts as a number."""
    cls = type(message)
    differs = _BY_MESSAGE.get(cls)
    if differs is not None:
        return differs(message)
    found = KINDS.get(cls)
    if found is None:
        found = Kind.HELD if isinstance(message, np.generic | float | int) else Kind.LOSSLESS
    return found


def is_by_message(carried: Carried) -> bool:
    """Whether the policy differs from message to message on such a cable."""
    return any(one in _BY_MESSAGE for one in members(carried))


def is_picture(cls: type) -> bool:
    """Whether messages of a type show what a camera sees."""
    found = _TYPES.get(cls)
    return found is not None and found.picture is not None


def may_be_picture(carried: Carried) -> bool:
    """Whether what is carried may show what a camera sees: where that is not known, it may."""
    return any(
        one is object or not isinstance(one, type) or is_picture(one) for one in members(carried)
    )


def picture_of(message: Any) -> Image | None:
    """Return a message as a picture, uint8 of shape (height, width, 3); None if it is none."""
    found = _TYPES.get(type(message))
    return found.picture(message) if found is not None and found.picture is not None else None


def nobody_in(message: Any) -> Any:
    """Return a message that shows who is there as one that shows nobody; else None."""
    found = _TYPES.get(type(message))
    return found.nobody(message) if found is not None and found.nobody is not None else None


def named_part(carried: Carried, name: str) -> type | None:
    """Return the type of a part whose name only the messages know; None when there is none."""
    found = _TYPES.get(carried) if isinstance(carried, type) else None
    return found.part(name) if found is not None and found.part is not None else None


def in_word(one: Carried) -> str:
    """Return a type in a performer's words: "a pose"; "anything" for an unknown type."""
    found = _TYPES.get(one)
    if found is not None:
        return found.words
    return "anything" if one is object else f"a {getattr(one, '__name__', one)!s}".lower()


def example_of(cls: type) -> Any:
    """Return an example of a registered type; None when it has none."""
    example = _TYPES[cls].example
    return example() if callable(example) else example


def summary_of(message: Any) -> object:
    """Return a summary of a message for the page, of types that JSON has.

    Unless its registration has one: its first three numbers, switches and texts.
    """
    found = _TYPES.get(type(message)) or next(
        (each for each in _TYPES.values() if isinstance(message, each.cls)), None
    )
    if found is None:
        return {"kind": type(message).__name__.lower()}
    if found.summary is not None:
        return found.summary(message)
    plain = [f.name for f in fields(found.cls) if isinstance(getattr(message, f.name), PLAIN)]
    said = [f"{name} {_short(getattr(message, name))}" for name in plain[:3]]
    return ", ".join(said) or {"kind": found.name}


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)[:LONGEST]


def _number(value: float) -> object:
    return value if isfinite(value) else None


kind(Kind.HELD, words="a number", summary=_number, example=0.5)(float)
kind(Kind.HELD, words="a number", summary=lambda number: number, example=3)(int)
kind(Kind.HELD, words="a switch", summary=lambda on: on, example=True)(bool)
kind(Kind.LOSSLESS, words="a text", summary=lambda text: text[:LONGEST], example="word")(str)
