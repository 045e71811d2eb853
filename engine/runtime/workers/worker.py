"""Where the box of a lane does its work: on the thread of the lane, or in a process of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from typing import Protocol

from engine.core.box import Box
from engine.core.context import Context
from engine.core.messages import Message
from engine.core.node import Node
from engine.runtime.schedule.job import Job
from engine.runtime.workers.in_process import InProcessWorker
from engine.runtime.workers.out_of_process import SubprocessWorker


class Worker(Protocol):
    """What a lane asks of a box, on its thread; any of it raises what the box raises."""

    took: int | None
    """How many ns the box itself has worked on the call at hand, as measured where it works; None
    where that is here, and nobody knows better than the clock of the lane."""

    @property
    def ended(self) -> bool:
        """Whether what the box works in has ended by itself; may be asked on any thread."""
        ...

    def look(self) -> None:
        """Raise ProcessDied where that has ended: the box must be opened again."""
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
        """Reset the box."""
        ...

    def set(self, field: str, value: object) -> None:
        """Set a parameter."""
        ...

    def answer(self, job: Job) -> Generator[Message]:
        """Call the box; yield what it answers. To close it calls the rest off."""
        ...

    def kill(self) -> None:
        """End what hangs, where that can be; called on another thread."""
        ...


def worker_of(name: str, node: Node, context: Context) -> Worker:
    """Return what a box works in, by its name in the patch."""
    if runs_out_of_process(node):
        return SubprocessWorker(name, node, context)
    return InProcessWorker(node, context)


def runs_out_of_process(box: Box) -> bool:
    """Whether a box gets a process of its own here."""
    return isinstance(box, Node) and box.own_process and os.name == "posix" and _has_name(type(box))


def _has_name(box: type) -> bool:
    """Whether another process can import a class by its name; a performer's own file has none."""
    return sys.modules[box.__module__].__spec__ is not None
