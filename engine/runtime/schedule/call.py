"""Calls a node: the one place that knows how arguments go in and events come out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from engine.core.event_inlets import PREFIX, takes_moment
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.signature import read_signature

Call = Callable[[Sequence[Any], Ns], Any]
"""Calls ``process`` with what the inlets hold; gives what it returns, as it is."""


def caller(node: Node) -> Call:
    """Make what calls a node."""
    process = node.process

    def with_at(arguments: Sequence[Any], at: Ns) -> Any:
        return process(*arguments, at=at)

    def without_at(arguments: Sequence[Any], _: Ns) -> Any:
        return process(*arguments)

    return with_at if read_signature(type(node)).takes_at else without_at


def caller_of(node: Node, inlet: str) -> Call:
    """Return what calls an event inlet of a node; of "" what calls ``process``."""
    if not inlet:
        return caller(node)
    handler = getattr(node, f"{PREFIX}{inlet}")

    def with_at(arguments: Sequence[Any], at: Ns) -> Any:
        return handler(*arguments, at=at)

    def without_at(arguments: Sequence[Any], _: Ns) -> Any:
        return handler(*arguments)

    return with_at if takes_moment(handler) else without_at


def events(answer: Any) -> Iterator[Message]:
    """Give the events in what ``process`` or ``on_wake`` returned: none, one or several."""
    if isinstance(answer, Iterator):
        return (event for event in answer if event is not None)
    return iter(() if answer is None else (answer,))


class RemoteError(Exception):
    """What a box raised elsewhere, in words already."""


def describe_error(error: Exception) -> str:
    """Say what a box raised."""
    if isinstance(error, RemoteError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
