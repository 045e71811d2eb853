"""An output that may block, on a thread of its own: it takes what waits, sends, and tells when."""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.core.clock import SECOND, Clock
from engine.core.mailbox import Mailbox
from engine.core.messages import KINDS, Kind, Message, Ns
from engine.core.node import Sink
from engine.runtime.entries import Entry, LaneFailure, LaneSent

_SILENCE = "silence"


class SinkLane:
    """A thread for one output."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        deliver: Callable[[Entry], None],
        clock: Clock,
        last_at: dict[tuple[str, str], Ns],
    ) -> None:
        """``last_at`` is told which moment each port speaks of."""
        self._name = name
        self._sink = sink
        self._deliver = deliver
        self._clock = clock
        self._last_at = last_at
        self._wake = threading.Event()
        self._stop = False
        self._mailbox = Mailbox(self._wake.set)
        self._thread = threading.Thread(target=self._run, name=f"output {name}", daemon=True)

    def start(self) -> None:
        """Begin; the output has been opened."""
        self._thread.start()

    def stop(self) -> None:
        """Send what waits, and end; a peer that stalls is not waited for longer than 2 s."""
        self._stop = True
        self._wake.set()
        self._thread.join(timeout=2.0)

    def offer(self, port: str, message: Message, at: Ns, cost: int) -> None:
        """Leave a message for a port."""
        self._mailbox.put(port, KINDS.get(type(message), Kind.HELD), (message, cost), at)

    def silence(self, port: str | None) -> None:
        """End what sounds on a port, or on all."""
        self._mailbox.put((_SILENCE, port), Kind.LOSSLESS, port, Ns(0))

    def _run(self) -> None:
        while not self._stop or len(self._mailbox):
            self._wake.wait(self._pause())
            self._wake.clear()
            try:
                self._turn()
            except Exception as error:
                self._deliver(LaneFailure(self._name, 0, f"{type(error).__name__}: {error}"))

    def _pause(self) -> float | None:
        due = self._sink.wake()
        return None if due is None else max(0.0, (due - self._clock.now()) / SECOND)

    def _turn(self) -> None:
        sent: list[tuple[str, Ns, int]] = []
        for item in self._mailbox.take():
            if isinstance(item.key, tuple):
                self._sink.silence(item.content)
                continue
            message, cost = item.content
            port = str(item.key)
            self._last_at[self._name, port] = item.at
            self._sink.send(port, message, item.at)
            sent.append((port, item.at, cost))
        due = self._sink.wake()
        now = self._clock.now()
        if due is not None and due <= now:
            self._sink.on_wake(due)
        self._sink.flush(now)
        if sent:
            self._deliver(LaneSent(self._name, tuple(sent), self._clock.now()))
