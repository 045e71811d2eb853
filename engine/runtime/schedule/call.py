"""Calls a node: how arguments go in and how events come out."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from traceback import walk_tb
from typing import Any

from engine.core import errors
from engine.core.box import Box
from engine.core.event_inlets import PREFIX, takes_moment
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.own_modules import OWN_MODULES
from engine.core.signature import read_signature

Call = Callable[[Sequence[Any], Ns], Any]
"""Calls ``process`` with the values of the inlets and the moment; returns its result unchanged."""


def caller(node: Node) -> Call:
    """Return a function that calls ``process`` of a node."""
    process = _by_place(node)

    def with_at(arguments: Sequence[Any], at: Ns) -> Any:
        return process(*arguments, at=at)

    def without_at(arguments: Sequence[Any], _: Ns) -> Any:
        return process(*arguments)

    return with_at if read_signature(type(node)).takes_at else without_at


def _by_place(node: Node) -> Callable[..., Any]:
    """Return ``process`` so that it takes its inlets, then moments of inlets, and ``at`` by name.

    A box may have written them in another order, or so that they can only be named.
    """
    process = node.process
    signature = read_signature(type(node))
    names = [inlet.name for inlet in signature.inlets] + [
        f"{name}_at" for name in signature.moments
    ]
    written = inspect.signature(process).parameters.values()
    if [one.name for one in written if one.kind is not one.KEYWORD_ONLY][: len(names)] == names:
        return process
    return lambda *arguments, **at: process(**dict(zip(names, arguments, strict=True)), **at)


def caller_of(node: Node, inlet: str) -> Call:
    """Return a function that calls an event inlet of a node; for "" one that calls ``process``."""
    return caller_of_event(node, inlet) if inlet else caller(node)


def caller_of_event(box: Box, inlet: str) -> Call:
    """Return a function that calls an event inlet of a box."""
    handler = getattr(box, f"{PREFIX}{inlet}")

    def with_at(arguments: Sequence[Any], at: Ns) -> Any:
        return handler(*arguments, at=at)

    def without_at(arguments: Sequence[Any], _: Ns) -> Any:
        return handler(*arguments)

    return with_at if takes_moment(handler) else without_at


def events(answer: Any) -> Iterator[Message]:
    """Yield the events in a result of ``process`` or ``on_wake``: none, one or several."""
    if isinstance(answer, Iterator):
        return (event for event in answer if event is not None)
    return iter(() if answer is None else (answer,))


class RemoteError(Exception):
    """An exception raised in the child process, as text."""


def describe_error(error: BaseException) -> str:
    """Return as text what a box raised, and where in a performer's own file it was."""
    if isinstance(error, RemoteError):
        return str(error)
    return errors.describe_error(error) + _place_in_own_file(error)


def _place_in_own_file(error: BaseException) -> str:
    """Return the innermost line of a file in ``nodes/`` that an exception came through."""
    lines = [
        (Path(frame.f_code.co_filename), number)
        for frame, number in walk_tb(error.__traceback__)
        if str(frame.f_globals.get("__name__")).startswith(OWN_MODULES)
    ]
    return (
        f" ({lines[-1][0].parent.name}/{lines[-1][0].name}, line {lines[-1][1]})" if lines else ""
    )
