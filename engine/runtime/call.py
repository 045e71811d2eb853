"""Calls a node: the one place that knows how arguments go in and events come out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.signature import read_signature


class Caller:
    """Calls one node with what its inlets hold."""

    def __init__(self, node: Node) -> None:
        signature = read_signature(type(node))
        self._node = node
        self._takes_at = signature.takes_at

    def __call__(self, arguments: tuple[Any, ...], at: Ns) -> Iterator[Message]:
        """Call ``process`` and give what it answers, one event after another."""
        if self._takes_at:
            return events(self._node.process(*arguments, at=at))
        return events(self._node.process(*arguments))


def events(answer: Any) -> Iterator[Message]:
    """Give the events in what ``process`` or ``on_wake`` returned: none, one or several."""
    if isinstance(answer, Iterator):
        return (event for event in answer if event is not None)
    return iter(() if answer is None else (answer,))


def is_number(message: Message) -> bool:
    """Tell whether a message is not a number that nobody can use: NaN or infinite."""
    return type(message) is not float or math.isfinite(message)
