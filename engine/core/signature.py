"""Reads the inlets and outlets of a node from its ``process``, and the parts of a message.

Why signatures: what a box takes and gives is then written once, in Python's own words, and cannot
disagree with the code.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.core.memo import cached_by_class
from engine.core.messages import KINDS, Block, Frame, Ns, Trigger
from engine.core.parameter import either

Carried = Any
"""A message type, or a TypeVar: whatever comes in."""

NUMBERS = (bool, int, float)
_MANY = (Generator, Iterator, Iterable)
_WORDS: dict[Any, str] = {
    float: "a number",
    int: "a number",
    bool: "a switch",
    str: "a text",
    object: "anything",
    Frame: "a picture",
    Block: "sound",
}


@dataclass(frozen=True)
class Inlet:
    """One argument of ``process``: the types it takes, and what it is before its first message."""

    name: str
    accepts: tuple[Carried, ...]
    default: Any = inspect.Parameter.empty

    @property
    def waits(self) -> bool:
        """Whether the box keeps still until a first message has come here."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class Signature:
    """What a node takes and gives; ``outlets`` by name, "" being what a bare cable carries.

    ``fields`` are the outlets of a NamedTuple in order, empty for a single one; ``is_generator``
    says that ``process`` is a generator of several events.
    """

    inlets: tuple[Inlet, ...]
    outlets: dict[str, Carried]
    fields: tuple[str, ...]
    takes_at: bool
    is_generator: bool


@cached_by_class
def read_signature(cls: type) -> Signature:
    """Read the signature of a node class; raises TypeError where its annotations say too little."""
    process: Callable[..., Any] | None = getattr(cls, "process", None)
    if process is None:
        raise TypeError(f"{cls.__name__} has no process method")
    hints = get_type_hints(process)
    arguments = list(inspect.signature(process).parameters.values())[1:]
    inlets = tuple(
        Inlet(a.name, _accepted(cls, a.name, hints), a.default)
        for a in arguments
        if hints.get(a.name) is not Ns
    )
    if not inlets:
        raise TypeError(f"{cls.__name__}.process takes nothing: a node needs an inlet")
    if "return" not in hints:
        raise TypeError(f"{cls.__name__}.process does not say what it returns")
    result, is_generator = _result(hints["return"])
    names = _namedtuple_fields(result)
    takes_at = len(inlets) < len(arguments)
    if not names:
        return Signature(inlets, {"": result} if result else {}, (), takes_at, is_generator)
    outlets = {name: _one(kind) for name, kind in get_type_hints(result).items()}
    return Signature(inlets, {"": outlets[names[0]], **outlets}, names, takes_at, is_generator)


def parts(message: type) -> dict[str, type]:
    """List what a cable may take out of a message by name: its numbers, switches and texts."""
    found: dict[str, type] = {}
    if is_dataclass(message):
        hints = get_type_hints(message)
        found = {field.name: hints[field.name] for field in fields(message)}
    for name, member in vars(message).items():
        if isinstance(member, property) and member.fget and not name.startswith("_"):
            found[name] = get_type_hints(member.fget).get("return", object)
    return {name: kind for name, kind in found.items() if kind in (*NUMBERS, str)}


def fits(carried: Carried, accepts: tuple[Carried, ...]) -> bool:
    """Tell whether a cable that carries one type may end where others are taken.

    Numbers and switches stand for each other; anything can be a trigger.
    """
    if carried is None or carried is object or object in accepts:
        return True
    if isinstance(carried, TypeVar) or any(_stands_for(kind, carried) for kind in accepts):
        return True
    if carried in accepts or (carried in NUMBERS and any(kind in NUMBERS for kind in accepts)):
        return True
    return isinstance(carried, type) and any(
        isinstance(kind, type) and issubclass(carried, kind) for kind in accepts
    )


def needs_trigger(carried: Carried, accepts: tuple[Carried, ...]) -> bool:
    """Tell whether a trigger must be made of what a cable carries before it fits."""
    return accepts == (Trigger,) and carried is not Trigger


def converter(carried: Carried, accepts: tuple[Carried, ...]) -> Callable[[Any], Any] | None:
    """Give what turns a number into the kind of number that is taken; None where nothing need."""
    if carried in accepts or carried not in NUMBERS:
        return None
    wanted = next((kind for kind in accepts if kind in NUMBERS), None)
    if wanted is bool:
        return _is_on
    if wanted is int:
        return round
    return float if wanted is float else None


def in_words(kinds: Iterable[Carried]) -> str:
    """Say types in a performer's words: "a pose", "a number or a note"."""
    return either(list(dict.fromkeys(_word(kind) for kind in kinds)))


def _word(kind: Carried) -> str:
    if isinstance(kind, TypeVar):
        return _word(kind.__constraints__[-1]) if kind.__constraints__ else "anything"
    return _WORDS.get(kind) or f"a {kind.__name__.lower()}"


def _stands_for(kind: Carried, carried: Carried) -> bool:
    """Tell whether a TypeVar may be what a cable carries: anything, or one of its constraints."""
    return isinstance(kind, TypeVar) and carried in (kind.__constraints__ or (carried,))


def _is_on(value: float) -> bool:
    return value > 0


def _accepted(cls: type, name: str, hints: dict[str, Any]) -> tuple[Carried, ...]:
    if name not in hints:
        raise TypeError(f"{cls.__name__}.process does not say what type its inlet {name} takes")
    accepts = _options(hints[name])
    unknown = [
        k for k in accepts if k is not object and not isinstance(k, TypeVar) and k not in KINDS
    ]
    if unknown:
        raise TypeError(f"{cls.__name__}.process: nothing on a cable is of type {unknown[0]}")
    return accepts


def _options(hint: Any) -> tuple[Carried, ...]:
    if hint is Any:
        return (object,)
    if get_origin(hint) in (Union, types.UnionType):
        return tuple(kind for kind in get_args(hint) if kind is not types.NoneType)
    return (hint,)


def _one(hint: Any) -> Carried:
    options = _options(hint)
    return options[0] if len(options) == 1 else object


def _result(hint: Any) -> tuple[Carried, bool]:
    if get_origin(hint) in _MANY:
        return _one(get_args(hint)[0]), True
    if hint is None or hint is types.NoneType:
        return None, False
    return _one(hint), False


def _namedtuple_fields(kind: Carried) -> tuple[str, ...]:
    if isinstance(kind, type) and issubclass(kind, tuple):
        return tuple(getattr(kind, "_fields", ()))
    return ()


def settable(kind: Any) -> tuple[type, ...]:
    """List what a cable may carry to set a parameter of this type; nothing if none can."""
    if kind in (bool, int, float, str):
        return (kind,)
    if kind is Any or kind is object:
        return (object,)
    if get_origin(kind) is Literal:
        return tuple(dict.fromkeys(type(choice) for choice in get_args(kind)))
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(dict.fromkeys(one for part in get_args(kind) for one in settable(part)))
    return ()
