"""The queue of wake-ups: calls that boxes request for a later moment, without a message."""

from __future__ import annotations

import heapq
from collections.abc import Container, Iterator
from typing import Protocol

from engine.core.box import Box
from engine.core.clock import MILLISECOND
from engine.core.messages import Ns

SHORTEST = MILLISECOND


class Wakeful(Protocol):
    """What may request wake-ups: a box, or a part of the engine itself."""

    def wake(self) -> Ns | None:
        """Return when to be called; None for never."""
        ...


class WakeupQueue:
    """Wake-ups by their moment; ties go by the order of the patch."""

    def __init__(self, order: dict[str, int]) -> None:
        self._order = order
        self._due: dict[str, Ns] = {}
        self._heap: list[tuple[Ns, int, str]] = []

    def ask(self, name: str, box: Wakeful, after: Ns | None = None) -> None:
        """Ask a box when it is to be called; this replaces its last request.

        ``after`` is the moment it was just called for. A box that requests that moment again would
        stop time, and is called SHORTEST later.
        """
        due = box.wake()
        if due is not None and after is not None and due <= after:
            due = Ns(after + SHORTEST)
        if due is None:
            self._due.pop(name, None)
        elif self._due.get(name) != due:
            self._due[name] = due
            heapq.heappush(self._heap, (due, self._order[name], name))

    def call(self, name: str, at: Ns) -> None:
        """Have a box called at a moment, without asking it; this replaces its last request."""
        self._due[name] = at
        heapq.heappush(self._heap, (at, self._order[name], name))

    def reorder(self, order: dict[str, int], staying: Container[str]) -> None:
        """Take over the order of another plan; only the wake-ups of those staying are kept."""
        self._order = order
        self._due = {n: due for n, due in self._due.items() if n in order and n in staying}
        self._heap = [(due, order[name], name) for name, due in self._due.items()]
        heapq.heapify(self._heap)

    def next(self) -> Ns | None:
        """Return the next moment requested; None when there is none."""
        while self._heap and self._due.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def due(self, now: Ns) -> Iterator[tuple[Ns, str]]:
        """Yield (moment, name) of all wake-ups that are due, also of those requested meanwhile.

        Each box comes at most once, so that one that always requests now does not stop the show.
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
    """Whether a box ever requests a wake-up."""
    return type(box).wake is not Box.wake
