"""Emits what boxes say by themselves: at once, after the tick at hand, or at a later moment."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial

from engine.core.messages import Message, Ns
from engine.runtime.schedule.finite import describe_not_finite, is_finite
from engine.runtime.schedule.future import FutureQueue
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import Emitter, Slot, Ticker
from engine.runtime.schedule.state import BoxState


class Emission:
    """Passes on what boxes emit, tick by tick; ``future`` holds what they said for later."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.ticker = Ticker()
        self.future = FutureQueue(
            services.wakes, self._emit_one, lambda: services.now, self.emit_after
        )
        self._after: deque[tuple[BoxState, list[Message], Ns, int]] = deque()

    def emitter(self, state: BoxState, slots: list[Slot], multi_output: bool) -> Emitter:
        """Return the emitter of a box."""
        is_valid, schedule = partial(self.is_valid, state), partial(self.future.add, state)
        return Emitter(slots, multi_output, self.ticker, is_valid, schedule)

    def emit(self, state: BoxState, messages: Iterable[Message], at: Ns, cost: int) -> None:
        """Emit messages of a box that was not called by a step, and run the steps downstream."""
        if not state.on or state.emitter is None:
            deque(messages, maxlen=0)  # a generator works while it is read
            return
        tick = self.ticker.next()
        try:
            state.emitter.emit_all(messages, at, cost, tick)
        finally:
            self.ticker.run(state.emitter.downstream, tick)

    def emit_after(self, state: BoxState, messages: list[Message], at: Ns, cost: int) -> None:
        """Emit messages of a box at ``finish``."""
        self._after.append((state, messages, at, cost))

    def finish(self) -> None:
        """Emit what waits for the end of the tick."""
        while self._after:
            self.emit(*self._after.popleft())

    def is_valid(self, state: BoxState, message: Message) -> bool:
        """Whether a message of a box may be passed on; what may not is told."""
        if is_finite(message):
            return True
        self._services.tell(state.name, describe_not_finite(message))
        return False

    def _emit_one(self, state: BoxState, message: Message, at: Ns, cost: int) -> None:
        self.emit(state, (message,), at, cost)
