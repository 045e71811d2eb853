"""Reads the event inlets of a node: inlets beside the first that must never miss a message.

A value inlet (an argument of ``process``) is read when the box is called, so an event there would
be missed, or seen for ever. A method ``on_NAME`` with one argument is called for each message.
``on_more`` takes the further cables of a list, ``from = ["kick", "clap"]``.

A parameter that is an ``Event`` is such an inlet, too, and what a hand sets calls it. A source may
have one, which only hands reach: its ``on_NAME`` returns (outlet, message), one or several.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, TypeVar, get_args, get_origin, get_type_hints

from engine.core.box import Box
from engine.core.kinds import Kind, is_by_message, policy_of
from engine.core.memo import cached_by_class
from engine.core.messages import Message, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Parameter, read_parameters
from engine.core.signature import (
    Inlet,
    fits,
    in_words,
    options_of,
    read_signature,
    require_registered,
)
from engine.core.source import Source

PREFIX: Final = "on_"
_NOT_INLETS: Final = frozenset({"on_wake", "on_input_lost"})


@cached_by_class
def read_event_inlets(cls: type[Node]) -> Mapping[str, Inlet]:
    """Return the event inlets of a node class by name; raise TypeError when one is unclear."""
    return {inlet.name: inlet for inlet in _read(cls)}


def _read(cls: type[Node]) -> Iterator[Inlet]:
    for name in dir(cls):
        method = getattr(cls, name)
        if not name.startswith(PREFIX) or name in _NOT_INLETS or not inspect.isfunction(method):
            continue
        yield _inlet(cls, name)


def _inlet(cls: type[Box], name: str) -> Inlet:
    method = getattr(cls, name)
    hints = get_type_hints(method)
    arguments = list(inspect.signature(method).parameters)[1:]
    taken = [argument for argument in arguments if hints.get(argument) is not Ns]
    if len(taken) != 1 or taken[0] not in hints:
        raise TypeError(
            f"{cls.__name__}.{name} takes one message, and says of which type it is: "
            f'write "def {name}(self, {name.removeprefix(PREFIX)}: Trigger)", or another type'
        )
    accepts = options_of(hints[taken[0]])
    require_registered(f"{cls.__name__}.{name}", accepts)
    return Inlet(name.removeprefix(PREFIX), accepts, None)


@cached_by_class
def read_hand_events(cls: type[Box]) -> Mapping[str, Inlet]:
    """Return the inlets that hands reach, by the parameters that are events.

    Raise TypeError where the class has no method for one, or one of another type.
    """
    return {each.name: _hand_event(cls, each) for each in _events_of(cls)}


def message_by_hand(inlet: Inlet, value: Any) -> Message | None:
    """Return what an event inlet is called with for a value of its parameter.

    An inlet of triggers is called when a button is pressed, and not when it is let go.
    """
    if inlet.accepts != (Trigger,):
        return value
    return Trigger() if value else None


def _events_of(cls: type[Box]) -> Iterator[Parameter]:
    return (each for each in read_parameters(cls).values() if each.event)


def _hand_event(cls: type[Box], parameter: Parameter) -> Inlet:
    name = f"{PREFIX}{parameter.field}"
    where = f"{cls.__name__}.{parameter.field}"
    if not issubclass(cls, Node | Source):
        raise TypeError(f"{where}: an output has no events; write Param without Event")
    if not inspect.isfunction(getattr(cls, name, None)):
        raise TypeError(f'{where} is an event: write "def {name}(self, {parameter.field}: ...)"')
    if parameter.required:
        raise TypeError(f"{where} is an event, and needs a default, which nobody hears")
    inlet = _inlet(cls, name)
    choices = get_args(parameter.type) if get_origin(parameter.type) is Literal else ()
    said = {type(one) for one in choices} or {parameter.type}
    pressed = inlet.accepts == (Trigger,)
    if said != {bool} if pressed else not all(fits(kind, inlet.accepts) for kind in said):
        hint = ": write bool" if pressed else ""
        takes = in_words(inlet.accepts)
        raise TypeError(f"{where} is of another type than {name} takes, {takes}{hint}")
    return inlet


def takes_moment(method: Any) -> bool:
    """Whether a handler has an argument for the moment that its message describes."""
    hints = get_type_hints(method)
    return any(hints.get(name) is Ns for name in inspect.signature(method).parameters)


def check_value_inlets(cls: type[Node]) -> None:
    """Raise TypeError when a value inlet beside the first takes a kind that is never lost."""
    events = read_event_inlets(cls)
    for inlet in read_signature(cls).inlets[1:]:
        if inlet.name in events:
            raise TypeError(
                f"{cls.__name__}.process takes {inlet.name}, and {PREFIX}{inlet.name} does too: "
                f"an event inlet is no argument of process"
            )
        lossless = [
            kind
            for kind in inlet.accepts
            if not isinstance(kind, TypeVar)
            and kind is not object
            and policy_of(kind) is Kind.LOSSLESS
            and not is_by_message(kind)
        ]
        if lossless:
            raise TypeError(
                f"{cls.__name__}.process would miss or repeat {in_words(lossless)} on its inlet "
                f"{inlet.name}: write a method {PREFIX}{inlet.name} in its place"
            )
