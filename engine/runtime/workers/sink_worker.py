"""An output that may block, on a thread of its own: it takes what waits, sends, and tells when."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from functools import partial

from engine.core.box_errors import anything_raised
from engine.core.clock import SECOND, Clock
from engine.core.errors import Overrun
from engine.core.kinds import Kind, is_picture, policy_for
from engine.core.mailbox import Item, Mailbox
from engine.core.messages import Message, Ns
from engine.core.sink import Sink
from engine.runtime.entries import Entry, LaneFailure, LaneSent
from engine.runtime.schedule.call import describe_error
from engine.runtime.sent_moments import SentMoments, stamp

_DO = "do"
_UNSURE = 1.0
"""Seconds until an output is asked again that could not say when it wants to be called."""


class SinkWorker:
    """A thread for one output."""

    def __init__(
        self,
        name: str,
        sink: Sink,
        deliver: Callable[[Entry], None],
        clock: Clock,
        *,
        last_at: SentMoments,
        may_leave: Callable[[], bool],
    ) -> None:
        """``last_at`` is told which moment each port describes.

        ``may_leave`` is asked before each picture: some may have waited since it was allowed.
        """
        self._may_leave = may_leave
        self._name = name
        self._sink = sink
        self._deliver = deliver
        self._clock = clock
        self._last_at = last_at
        self.begun: Ns | None = None
        """When it began to send what it has not sent yet; None while it is free."""
        self._wake = threading.Event()
        self._stop = False
        self._mailbox = Mailbox(self._wake.set)
        self._thread = threading.Thread(target=self._run, name=f"output {name}", daemon=True)

    def start(self) -> None:
        """Begin; the output need not be open yet."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread once it has sent what waits."""
        self._stop = True
        self._wake.set()

    def join(self, timeout: float) -> None:
        """Wait for its end; not longer than so many seconds for a peer that stalls."""
        self._thread.join(timeout)

    def offer(self, port: str, message: Message, at: Ns, cost: int) -> None:
        """Leave a message for a port; raises Overrun where too much waits that may not be lost."""
        kind = policy_for(message)
        if not self._mailbox.put(port, kind, (message, cost), at) and kind is Kind.LOSSLESS:
            self._mailbox.take()  # or what silences it would find no place either
            raise Overrun("more waits to be sent than can be kept; everything is silenced")

    def silence(self, port: str | None) -> None:
        """End what sounds on a port, or on all."""
        self.do(partial(self._silence, port))

    def do(self, act: Callable[[], None]) -> None:
        """Call something of the output, in its turn."""
        self._mailbox.put((_DO,), Kind.LOSSLESS, act, Ns(0))

    def _run(self) -> None:
        while not self._stop or len(self._mailbox):
            self._wake.wait(self._pause())
            self._wake.clear()
            self.begun = self._clock.now()
            self._turn()
            self.begun = None

    def _pause(self) -> float | None:
        due = self._due()
        return None if due is None else max(0.0, (due - self._clock.now()) / SECOND)

    def _due(self) -> Ns | None:
        try:
            return self._sink.wake()
        except anything_raised() as error:
            self._failed(error)
            return Ns(self._clock.now() + round(_UNSURE * SECOND))

    def _turn(self) -> None:
        """Send what waits; one message that cannot be sent keeps none of the others back."""
        sent: list[tuple[str, Ns, int]] = []
        for item in self._mailbox.take():
            try:
                self._give(item)
            except anything_raised() as error:
                self._failed(error)
            else:
                if not isinstance(item.key, tuple):
                    sent.append((str(item.key), item.at, item.content[1]))
        try:
            self._end_turn({port for port, *_ in sent})
        except anything_raised() as error:
            self._failed(error)
        else:
            if sent:
                self._deliver(LaneSent(self._name, tuple(sent), self._clock.now()))

    def _give(self, item: Item) -> None:
        if isinstance(item.key, tuple):
            item.content()
            return
        if is_picture(type(item.content[0])) and not self._may_show():
            return
        port = str(item.key)
        self._last_at[self._name, port] = item.at
        self._sink.send(port, item.content[0], item.at)

    def _may_show(self) -> bool:
        return self._sink.shows_in_private or self._may_leave()

    def _silence(self, port: str | None) -> None:
        stamp(self._last_at, self._name, self._clock.now(), port)
        self._sink.silence(port)

    def _end_turn(self, sent: Collection[str]) -> None:
        due = self._due()
        now = self._clock.now()
        if due is not None and due <= now:
            stamp(self._last_at, self._name, due, waiting=sent)
            self._sink.on_wake(due)
        self._sink.flush(now)

    def _failed(self, error: BaseException) -> None:
        self._deliver(LaneFailure(self._name, 0, describe_error(error)))
