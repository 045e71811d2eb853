"""Who asked to be called without input, and when."""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterator
from typing import Protocol

from engine.core.box import Box
from engine.core.clock import MILLISECOND
from engine.core.messages import Ns

SHORTEST = MILLISECOND


class Wakeful(Protocol):
    """What may ask to be called: a box, or a part of the engine itself."""

    def wake(self) -> Ns | None:
        """Say when; None for never."""
        ...


class WakeupQueue:
    """A queue of boxes by the moment they asked for; ties go by the order of the patch."""

    def __init__(self, order: dict[str, int]) -> None:
        self._order = order
        self._due: dict[str, Ns] = {}
        self._heap: list[tuple[Ns, int, str]] = []

    def ask(self, name: str, box: Wakeful, after: Ns | None = None) -> None:
        """Ask a box when it wants to be called; an earlier wish of it is forgotten.

        ``after`` is the moment it was just called for: one that asks for that again would stop the
        time, and is called a little later.
        """
        due = box.wake()
        if due is not None and after is not None and due <= after:
            due = Ns(after + SHORTEST)
        if due is None:
            self._due.pop(name, None)
        elif self._due.get(name) != due:
            self._due[name] = due
            heapq.heappush(self._heap, (due, self._order[name], name))

    def reorder(self, order: dict[str, int], staying: Container[str]) -> None:
        """Go by the order of another plan; only who stays is still called."""
        self._order = order
        self._due = {n: due for n, due in self._due.items() if n in order and n in staying}
        self._heap = [(due, order[name], name) for name, due in self._due.items()]
        heapq.heapify(self._heap)

    def next(self) -> Ns | None:
        """Give the next moment that anybody asked for."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: Ns) -> Iterator[tuple[Ns, str]]:
        """Take all that are due, one by one; what they ask for meanwhile counts too.

        A box is taken once at most, so that one that always asks for now does not stop the show.
        """
        taken: set[str] = set()
        while (due := self.next()) is not None and due <= now:
            name = self._heap[0][2]
            if name in taken:
                return
            heapq.heappop(self._heap)
            del self._due[name]
            taken.add(name)
            yield due, name


def wants_waking(box: Box) -> bool:
    """Tell whether a box ever asks to be woken."""
    return type(box).wake is not Box.wake
