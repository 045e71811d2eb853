"""The box of a lane on the very thread that asks: that of the lane, or of a process of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.core.messages import Frame, Message, Ns
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.runtime.schedule.call import caller, events
from engine.system.priority import lower_priority


class InProcessWorker:
    """Has a box work on the thread that asks."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._call = caller(node)
        self._opened = False

    @property
    def ended(self) -> bool:
        """Whether what the box works in has ended: never."""
        return False

    def look(self) -> None:
        """Do nothing."""

    def begin(self) -> None:
        """Let this thread yield to others where it looks at pictures."""
        if Frame in read_signature(type(self._node)).inlets[0].accepts:
            lower_priority()  # so that sound, and all that is quick, goes first

    def open(self) -> None:
        """Open the box."""
        self._node.open()
        self._opened = True

    def close(self) -> None:
        """Close the box, where it was opened."""
        if self._opened:
            self._node.close()

    def reset(self) -> None:
        """Have the box forget the past."""
        self._node.reset()

    def set(self, field: str, value: object) -> None:
        """Set a parameter."""
        setattr(self._node, field, value)

    def answer(self, arguments: Sequence[Any], at: Ns) -> Iterator[Message]:
        """Call the box; gives what it answers."""
        return events(self._call(arguments, at))

    def kill(self) -> None:
        """Do nothing: no thread can be ended."""
