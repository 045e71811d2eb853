"""Where the box of a lane does its work: on the thread of the lane, or in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from engine.core.messages import Frame, Message, Ns
from engine.core.node import Box, Model, Node
from engine.core.priority import stand_back
from engine.core.signature import read_signature
from engine.runtime.call import caller, events
from engine.runtime.outside.process import Outside


class Worker(Protocol):
    """What a lane asks of a box, on its thread; any of it raises what the box raises."""

    @property
    def ended(self) -> bool:
        """Whether what the box works in has ended by itself; may be asked on any thread."""
        ...

    def look(self) -> None:
        """Raise Gone where that has ended: the box must be opened again."""
        ...

    def begin(self) -> None:
        """Get the thread ready."""
        ...

    def open(self) -> None:
        """Open the box."""
        ...

    def close(self) -> None:
        """Close the box, where it was opened."""
        ...

    def reset(self) -> None:
        """Have the box forget the past."""
        ...

    def set(self, field: str, value: object) -> None:
        """Set a parameter."""
        ...

    def answer(self, arguments: Sequence[Any], at: Ns) -> Iterator[Message]:
        """Call the box; gives what it answers."""
        ...

    def kill(self) -> None:
        """End what hangs, where that can be; called on another thread."""
        ...


class Inside:
    """Has a box work on the thread that asks."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._call = caller(node)
        self._opened = False
        self.reset = node.reset

    @property
    def ended(self) -> bool:
        """Whether what the box works in has ended: never."""
        return False

    def look(self) -> None:
        """Do nothing."""

    def begin(self) -> None:
        """Let this thread yield to others where it looks at pictures."""
        if Frame in read_signature(type(self._node)).inlets[0].accepts:
            stand_back()  # so that sound, and all that is quick, goes first

    def open(self) -> None:
        """Open the box."""
        self._node.open()
        self._opened = True

    def close(self) -> None:
        """Close the box, where it was opened."""
        if self._opened:
            self._node.close()

    def set(self, field: str, value: object) -> None:
        """Set a parameter."""
        setattr(self._node, field, value)

    def answer(self, arguments: Sequence[Any], at: Ns) -> Iterator[Message]:
        """Call the box; gives what it answers."""
        return events(self._call(arguments, at))

    def kill(self) -> None:
        """Do nothing: no thread can be ended."""


def worker_of(name: str, node: Node) -> Worker:
    """Give where a box works, by its name in the patch."""
    return Outside(name, node) if works_outside(node) else Inside(node)


def works_outside(box: Box) -> bool:
    """Tell whether a box gets a process of its own here."""
    return (
        isinstance(box, Model) and box.own_process and os.name == "posix" and _has_name(type(box))
    )


def _has_name(box: type) -> bool:
    """Tell whether another process finds a class by its name; a performer's own file has none."""
    return sys.modules[box.__module__].__spec__ is not None
