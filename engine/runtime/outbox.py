"""What leaves in a tick: given to the outputs one by one, flushed together, then measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.core.messages import Message, Ns
from engine.runtime.state import BoxState
from engine.runtime.trace import Trace, route_name

if TYPE_CHECKING:
    from engine.runtime.engine import Engine

Sent = tuple[str, Ns, int]


class Outbox:
    """Collects the sends of a tick."""

    def __init__(self, engine: Engine, trace: Trace) -> None:
        self._engine = engine
        self._trace = trace
        self._touched: dict[str, tuple[BoxState, list[Sent]]] = {}

    def send(self, state: BoxState, port: str, message: Message, at: Ns, cost: int) -> None:
        """Give a message to an output."""
        if state.out_lane is not None:
            state.out_lane.offer(port, message, at, cost)
            return
        _, sent = self._touched.setdefault(state.name, (state, []))
        self._engine.last_at[state.name, port] = at
        try:
            state.sink.send(port, message, at)
        except Exception as error:
            self._engine.failed(state, f"{type(error).__name__}: {error}")
        else:
            sent.append((port, at, cost))

    def touch(self, state: BoxState) -> None:
        """Flush an output at the end of this tick though nothing was sent to it."""
        self._touched.setdefault(state.name, (state, []))

    def flush(self, now: Ns) -> None:
        """End the tick: outputs send what they collected, and how late it is gets noted."""
        if not self._touched:
            return
        touched, self._touched = self._touched, {}
        for state, sent in touched.values():
            try:
                state.sink.flush(now)
                state.failing = False
            except Exception as error:
                self._engine.failed(state, f"{type(error).__name__}: {error}")
            if state.wakes:
                self._engine.wakes.ask(state.name, state.box)
            self.note(state.name, sent, self._engine.clock.now())

    def note(self, name: str, sent: Any, now: Ns) -> None:
        """Note in the trace what an output has sent."""
        for port, at, cost in sent:
            self._trace.routes[route_name(name, port)].sent(at, cost, now)
