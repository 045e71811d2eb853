"""Reads the inlets and outlets of a node from its ``process``, and the parts of a message.

Why signatures: the ports of a box are then written once, in Python's own words, and cannot
disagree with the code.
"""

from __future__ import annotations

import inspect
import operator
import types
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import reduce
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from engine.core.kinds import KINDS, Carried, in_word, members
from engine.core.memo import cached_by_class
from engine.core.messages import After, Keyword, Later, Note, Ns, Pitch, Text, Trigger
from engine.core.nearest import either

NUMBERS = (bool, int, float)
_BEGINNING = (bool, Note, Pitch, Text, Keyword)
"""What is something that begins, or happens."""
_MANY = (Generator, Iterator, Iterable)


@dataclass(frozen=True)
class Inlet:
    """One argument of ``process``: the types it takes, and its value before the first message."""

    name: str
    accepts: tuple[Carried, ...]
    default: Any = inspect.Parameter.empty

    @property
    def waits(self) -> bool:
        """Whether the box is not called until a first message has come here."""
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True)
class Signature:
    """The inlets and outlets of a node; the outlet "" is the one of a bare cable.

    An outlet carries a type, a union of types, a TypeVar that an inlet has, or ``object``.

    ``moments`` are the inlets whose moment is taken beside their value, in order. ``fields`` are
    the outlets of a NamedTuple in order, empty for a single one; ``is_generator``: whether
    ``process`` yields several events.
    """

    inlets: tuple[Inlet, ...]
    outlets: dict[str, Carried]
    fields: tuple[str, ...]
    takes_at: bool
    is_generator: bool
    moments: tuple[str, ...] = ()


@cached_by_class
def read_signature(cls: type) -> Signature:
    """Return the signature of a node class.

    Raise TypeError when annotations are missing, or name a type that no cable carries.
    """
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
        raise TypeError(
            f"{cls.__name__}.process does not say what it returns: "
            'write "-> float", or another type of message, or "-> None"'
        )
    result, is_generator = _result(hints["return"])
    names = _namedtuple_fields(result)
    filled = [a.name for a in arguments if hints.get(a.name) is Ns]
    moments = _moments(cls, [name for name in filled if name != "at"], inlets[1:])
    if not names:
        outlets = {"": _one(result)} if result else {}
    else:
        outlets = {name: _one(kind) for name, kind in get_type_hints(result).items()}
        outlets = {"": outlets[names[0]], **outlets}
    require_registered(f"{cls.__name__}.process", outlets.values())
    return Signature(inlets, outlets, names, "at" in filled, is_generator, moments)


def _moments(cls: type, filled: list[str], cold: tuple[Inlet, ...]) -> tuple[str, ...]:
    """Return the cold inlets whose moments are arguments; raise TypeError for another argument."""
    asked = {f"{inlet.name}_at": inlet.name for inlet in cold}
    for name in filled:
        if name not in asked:
            known = either(["at", *asked])
            raise TypeError(
                f"{cls.__name__}.process takes a moment that it calls {name}; expected {known}"
            )
    return tuple(asked[name] for name in filled)


def require_registered(where: str, kinds: Iterable[Carried]) -> None:
    """Raise TypeError for a type that no cable carries; ``where`` is what names it."""
    for carried in kinds:
        for one in members(carried):
            if one is not object and one not in KINDS and not isinstance(one, TypeVar):
                name = getattr(one, "__name__", str(one))
                hint = 'write "@kind(Kind.LATEST)" above its dataclass, or use a type that there is'
                if tuple in (one, get_origin(one)):
                    hint = "or, for several outlets, return a NamedTuple"
                raise TypeError(
                    f"{where}: nothing on a cable is of type {name}; "
                    f"register it with kind(): {hint}"
                )


def parts(message: type) -> dict[str, type]:
    """Return the parts that a cable may take by name: numbers, switches and texts."""
    found: dict[str, type] = {}
    if is_dataclass(message):
        hints = get_type_hints(message)
        found = {field.name: hints[field.name] for field in fields(message)}
    members = {
        name: member for cls in reversed(message.__mro__) for name, member in vars(cls).items()
    }
    for name, member in members.items():
        if isinstance(member, property) and member.fget and not name.startswith("_"):
            found[name] = get_type_hints(member.fget).get("return", object)
    return {name: kind for name, kind in found.items() if kind in (*NUMBERS, str)}


def common_parts(carried: Carried) -> dict[str, type]:
    """Return the parts of what a cable carries: of a union, those that all of its types share."""
    every = [parts(one) if isinstance(one, type) else {} for one in members(carried)]
    shared = set.intersection(*map(set, every)) if every else set()
    return {name: kind for name, kind in every[0].items() if name in shared} if every else {}


def fits(carried: Carried, accepts: tuple[Carried, ...]) -> bool:
    """Whether a cable that carries one type may end where others are accepted.

    Numbers and switches convert to each other; anything can be a trigger. Of a union one must fit.
    """
    if carried is None or object in accepts:
        return True
    taken = tuple(one for kind in accepts for one in members(kind))
    return any(_fits_one(one, taken) for one in members(carried))


def _fits_one(carried: Carried, taken: tuple[Carried, ...]) -> bool:
    if carried is object or object in taken or carried in taken:
        return True
    if carried in NUMBERS and any(kind in NUMBERS for kind in taken):
        return True
    return isinstance(carried, type) and any(
        isinstance(kind, type) and issubclass(carried, kind) for kind in taken
    )


def needs_trigger(carried: Carried, accepts: tuple[Carried, ...], *, counts: bool = False) -> bool:
    """Whether what a cable carries must be turned into a trigger before it fits.

    Where each one ``counts``, that is done to what begins, as a switch or a note does, and not to
    what is told all the time.
    """
    makes = carried is not Trigger and not (counts and carried not in _BEGINNING)
    return accepts == (Trigger,) and makes


def converter(carried: Carried, accepts: tuple[Carried, ...]) -> Callable[[Any], Any] | None:
    """Return the conversion of a number to the accepted type; None when none is needed."""
    taken = tuple(one for kind in accepts for one in members(kind))
    if carried in taken or carried not in NUMBERS:
        return None
    wanted = next((kind for kind in taken if kind in NUMBERS), None)
    if wanted is bool:
        return _is_on
    if wanted is int:
        return round
    return float if wanted is float else None


def in_words(kinds: Iterable[Carried]) -> str:
    """Return types in a performer's words: "a pose", "a number or a note"."""
    return either(list(dict.fromkeys(word for kind in kinds for word in _words(kind))))


def _words(kind: Carried) -> list[str]:
    if isinstance(kind, TypeVar) and kind.__constraints__:
        return [in_word(kind.__constraints__[-1])]
    return [in_word(one) for one in members(kind)]


def _is_on(value: float) -> bool:
    return value > 0


def _accepted(cls: type, name: str, hints: dict[str, Any]) -> tuple[Carried, ...]:
    if name not in hints:
        raise TypeError(
            f"{cls.__name__}.process does not say what type its inlet {name} takes: "
            f'write "{name}: float", or another type of message'
        )
    accepts = options_of(hints[name])
    require_registered(f"{cls.__name__}.process", accepts)
    return accepts


def options_of(hint: Any) -> tuple[Carried, ...]:
    """Return the types that an annotation names; of a message for later, that of the message."""
    if hint in (Any, Later, After):
        return (object,)
    if get_origin(hint) in (Union, types.UnionType):
        options = [
            o for kind in get_args(hint) if kind is not types.NoneType for o in options_of(kind)
        ]
        return tuple(dict.fromkeys(options))
    if get_origin(hint) in (Later, After):
        return options_of(get_args(hint)[0])
    return (hint,)


def _one(hint: Any) -> Carried:
    """Return the type that an outlet carries: of several types of numbers, a float."""
    options = options_of(hint)
    if len(options) > 1 and all(option in NUMBERS for option in options):
        return float
    return object if object in options else reduce(operator.or_, options)


def _result(hint: Any) -> tuple[Carried, bool]:
    if get_origin(hint) in _MANY:
        return _unpacked(get_args(hint)[0]), True
    if hint is None or hint is types.NoneType:
        return None, False
    return _unpacked(hint), False


def _unpacked(hint: Any) -> Carried:
    """Return the return type without None; a NamedTuple stays one."""
    options = options_of(hint)
    return options[0] if len(options) == 1 else hint


def _namedtuple_fields(kind: Carried) -> tuple[str, ...]:
    if isinstance(kind, type) and issubclass(kind, tuple):
        return tuple(getattr(kind, "_fields", ()))
    return ()


def settable(kind: Any) -> tuple[type, ...]:
    """Return the types that can set a parameter of this type; () where none can."""
    if kind in (bool, int, float, str):
        return (kind,)
    if kind is Any or kind is object:
        return (object,)
    if get_origin(kind) is Literal:
        return tuple(dict.fromkeys(type(choice) for choice in get_args(kind)))
    if get_origin(kind) in (Union, types.UnionType):
        return tuple(dict.fromkeys(one for part in get_args(kind) for one in settable(part)))
    return ()
