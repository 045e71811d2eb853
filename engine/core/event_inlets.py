"""Reads the event inlets of a node: inlets beside the first that must never miss a message.

A value inlet (an argument of ``process``) is read when the box is called, so an event there would
be missed, or seen for ever. A method ``on_NAME`` with one argument is called for each message.
``on_more`` takes the further cables of a list, ``from = ["kick", "clap"]``.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar, get_type_hints

from engine.core.kinds import Kind, is_by_message, policy_of
from engine.core.memo import cached_by_class
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.signature import (
    Inlet,
    in_words,
    options_of,
    read_signature,
    require_registered,
)

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
        inlet = name.removeprefix(PREFIX)
        yield Inlet(inlet, accepts, None)


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
