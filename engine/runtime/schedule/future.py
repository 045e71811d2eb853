"""Messages for a later moment: kept in order of time, emitted when due, taken back by a loss."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container
from itertools import count
from typing import Final

from engine.core.messages import Later, Message, Ns
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.wakeups import WakeupQueue

FUTURE: Final = "the future"
"""As whom it asks to be woken."""

MOST: Final = 100_000
"""How many messages may wait; a box that says more is told so."""


class FutureQueue:
    """What boxes have said for later; a message of one moment leaves in the order it was said."""

    def __init__(
        self, wakes: WakeupQueue, emit: Callable[[BoxState, Message, Ns, int], None]
    ) -> None:
        """``emit`` lets a box emit a message that describes a moment and cost so many ns."""
        self._wakes = wakes
        self._emit = emit
        self._number = count()
        self._waiting: list[tuple[Ns, int, BoxState, Message, int]] = []

    def add(self, state: BoxState, later: Later[Message], cost: int) -> None:
        """Keep a message of a box; raise OverflowError where too many wait."""
        if len(self._waiting) >= MOST:
            raise OverflowError(f"more than {MOST} messages wait for their moment")
        item = (later.at, next(self._number), state, later.message, cost)
        heapq.heappush(self._waiting, item)
        self._wakes.ask(FUTURE, self)

    def wake(self) -> Ns | None:
        """Return when the next message is due; None where none waits."""
        return self._waiting[0][0] if self._waiting else None

    def on_wake(self, at: Ns) -> None:
        """Emit all that is due by now."""
        while self._waiting and self._waiting[0][0] <= at:
            due, _, state, message, cost = heapq.heappop(self._waiting)
            self._emit(state, message, due, cost)
        self._wakes.ask(FUTURE, self)

    def forget(self, state: BoxState) -> None:
        """Take back what a box has said for later."""
        self._keep(lambda one: one is not state)

    def forget_all(self) -> None:
        """Take back everything."""
        self._keep(lambda _: False)

    def keep_only(self, states: Container[BoxState]) -> None:
        """Take back what boxes have said that play no more."""
        self._keep(lambda one: one in states)

    def _keep(self, stays: Callable[[BoxState], bool]) -> None:
        if self._waiting:
            self._waiting = [item for item in self._waiting if stays(item[2])]
            heapq.heapify(self._waiting)
            self._wakes.ask(FUTURE, self)
