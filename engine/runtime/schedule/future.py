"""Messages for a later moment: queued by time, emitted when due, cancelled by a loss."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Container
from itertools import count
from typing import Final

from engine.core.messages import After, Later, Message, Ns
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.wakeups import WakeupQueue

FUTURE: Final = "the future"
"""Its name among those that request wake-ups."""

MOST: Final = 100_000
"""How many messages may wait; a box that emits more gets an OverflowError."""


class FutureQueue:
    """The messages that boxes emitted for later; those of one moment leave in order of emission."""

    def __init__(
        self,
        wakes: WakeupQueue,
        emit: Callable[[BoxState, Message, Ns, int], None],
        now: Callable[[], Ns],
        emit_after: Callable[[BoxState, list[Message], Ns, int], None],
    ) -> None:
        """``emit(state, message, at, cost)`` emits a message of a box; ``cost`` in ns.

        ``emit_after`` emits messages once what is done now is done.
        """
        self._wakes = wakes
        self._emit = emit
        self._now = now
        self._emit_after = emit_after
        self._last_words: dict[BoxState, Message] = {}
        """What each box owes, since it has said something that must be told to be over."""
        self._through: dict[BoxState, Ns] = {}
        """When the last message of a box leaves that follows others."""
        self._number = count()
        self._waiting: list[tuple[Ns, int, BoxState, Message, int, Message | None]] = []

    def add(self, state: BoxState, later: Later[Message] | After[Message], cost: int) -> None:
        """Queue a message of a box; raise OverflowError when more than MOST wait."""
        if len(self._waiting) >= MOST:
            raise OverflowError(f"more than {MOST} messages wait for their moment")
        due = later.at if isinstance(later, Later) else self._after(state, later.pause)
        last_word = later.last_word if isinstance(later, After) else None
        item = (due, next(self._number), state, later.message, cost, last_word)
        heapq.heappush(self._waiting, item)
        self._wakes.ask(FUTURE, self)

    def _after(self, state: BoxState, pause: Ns) -> Ns:
        """Return when a message leaves that follows the last one of its box."""
        due = Ns(max(self._through.get(state, Ns(0)), self._now()) + pause)
        self._through[state] = due
        return due

    def wake(self) -> Ns | None:
        """Return when the next message is due; None when none waits."""
        return self._waiting[0][0] if self._waiting else None

    def on_wake(self, at: Ns) -> None:
        """Emit all that is due by now."""
        while self._waiting and self._waiting[0][0] <= at:
            due, _, state, message, cost, last_word = heapq.heappop(self._waiting)
            if last_word is not None:
                self._last_words[state] = last_word
            elif state in self._last_words and self._last_words[state] == message:
                del self._last_words[state]
            self._emit(state, message, due, cost)
        self._wakes.ask(FUTURE, self)

    def forget(self, state: BoxState) -> None:
        """Cancel the messages of a box."""
        self._keep(lambda one: one is not state)

    def forget_all(self) -> None:
        """Cancel all messages."""
        self._keep(lambda _: False)

    def keep_only(self, states: Container[BoxState]) -> None:
        """Cancel the messages of all boxes but these."""
        self._keep(lambda one: one in states)

    def _keep(self, stays: Callable[[BoxState], bool]) -> None:
        for state, message in [*self._last_words.items()]:
            if not stays(state):
                del self._last_words[state]
                self._emit_after(state, [message], self._now(), 0)
        self._through = {state: due for state, due in self._through.items() if stays(state)}
        if self._waiting:
            self._waiting = [item for item in self._waiting if stays(item[2])]
            heapq.heapify(self._waiting)
            self._wakes.ask(FUTURE, self)
