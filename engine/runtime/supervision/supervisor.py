"""Opens devices, and reopens them when they go away: each on a thread of its own, with back-off.

Why threads: a camera's address may take seconds to answer, and nothing on the loop may block. A
patch starts even when a device is missing; the rest plays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from engine.core.box_errors import anything_raised
from engine.core.clock import Clock
from engine.core.commands import Away, BrokenOff, Command, Condition, Lost, Missed
from engine.core.context import Context, with_context
from engine.core.errors import DeviceError
from engine.core.kinds import policy_for
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Ns
from engine.core.os_errors import NO_DESCRIPTOR, describe_os_error, has_no_descriptor
from engine.core.sink import Report, Sink
from engine.core.source import Emit, Source, Tape
from engine.runtime.entries import Entry, StateChange
from engine.runtime.pacing import Pacer
from engine.runtime.schedule.call import describe_error
from engine.runtime.supervision.backoff import BackOff
from engine.runtime.workers.lane import close_quietly
from engine.system.priority import lower_priority

_OF_ITSELF: Final = (Away, BrokenOff, Condition, Lost, Missed)
"""What a box says about its own state, which has a place among its messages."""


class EarlyWords:
    """What a box says while it opens: heard once it is known to be open, and not before.

    Why: what a lost source says is taken for a late word of the device that went. That it is lost
    again keeps its place behind those words, or they would be taken for late ones as well; and an
    output would be taken for open that has lost its device meanwhile.
    """

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._lock = threading.Lock()
        self._waiting: Mailbox | None = None

    def keep(self) -> None:
        """Keep messages from now on, by the rule of their kind."""
        with self._lock:
            self._waiting = Mailbox()

    def let_out(self) -> None:
        """Emit what was kept, and from now on whatever comes."""
        with self._lock:
            for item in self._waiting.take() if self._waiting else ():
                self._emit(*item.content)
            self._waiting = None

    def emit(self, outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
        """Emit a message, or keep it; may be called on any thread."""
        is_early = not isinstance(message, Command) or isinstance(message, _OF_ITSELF)
        if self._waiting is not None and is_early:
            with self._lock:
                if self._waiting is not None:
                    content = outlet, message, at, cost
                    self._waiting.put(outlet, policy_for(message), content, at)
                    return
        self._emit(outlet, message, at, cost)


class DeviceSupervisor:
    """Keeps one source or output open until ``stop``."""

    def __init__(
        self,
        name: str,
        box: Source | Sink,
        context: Context,
        deliver: Callable[[Entry], None],
        clock: Clock,
    ) -> None:
        self.restarts = 0
        self._name = name
        self._box = box
        self._context = context
        self._deliver = deliver
        self._clock = clock
        self._stop = threading.Event()
        self._gone = threading.Event()
        self._retry = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"supervisor {name}", daemon=True)
        self._open: Callable[[], None] = lambda: None
        self._early: EarlyWords | None = None
        self._work: Callable[[], StateChange | None] = self._wait

    def keep_source(self, emit: Emit) -> DeviceSupervisor:
        """Open a source, which then emits by itself; a tape is paced by this thread."""
        source = self._box
        assert isinstance(source, Source)
        self._early = early = EarlyWords(emit)
        self._open = partial(with_context(source.open, self._context), early.emit)
        if isinstance(source, Tape):
            self._work = lambda: self._play(source, emit)
        self.thread.start()
        return self

    def keep_sink(self, report: Report) -> DeviceSupervisor:
        """Open an output, which then reports by itself."""
        sink = self._box
        assert isinstance(sink, Sink)
        self._early = early = EarlyWords(lambda _, command, *__: report(command))
        sink.report_to(lambda command: early.emit("", command, Ns(0)))
        self._open = with_context(sink.open, self._context)
        self.thread.start()
        return self

    def lost(self) -> None:
        """Close it and open it again: its device went away."""
        self._gone.set()

    def retry_now(self) -> None:
        """End the pause before the next attempt."""
        self._retry.set()

    def stop(self) -> None:
        """Close it for good; ``join`` waits for that."""
        self._stop.set()
        self._gone.set()
        self._retry.set()

    def join(self, timeout: float) -> None:
        """Wait until it is closed, at most ``timeout`` seconds: a device may stall."""
        self.thread.join(timeout)

    def _run(self) -> None:
        if isinstance(self._box, Tape):
            lower_priority()
        pauses = BackOff()
        while not self._stop.is_set():
            self._gone.clear()
            if self._stop.is_set():  # a stop just before the clear would be lost
                return
            opened, change = self._once()
            close_quietly(self._name, self._box)
            if change is not None:
                self._deliver(change)
                if change.state == "ended":
                    return
            self._retry.wait(pauses.next(held=opened))
            self._retry.clear()
            if not self._stop.is_set():
                self.restarts += 1

    def _once(self) -> tuple[bool, StateChange | None]:
        """Open it and keep it until it goes; return whether it opened, and a change to report."""
        if self._early is not None:
            self._early.keep()
        try:
            self._open()
        except anything_raised() as error:
            return False, StateChange(self._name, "lost", describe_loss(error))
        self._deliver(StateChange(self._name, "running"))
        if self._early is not None:
            self._early.let_out()
        return True, self._work()

    def _wait(self) -> None:
        """Wait until it has gone, which is reported by whoever finds it out."""
        self._gone.wait()

    def _play(self, tape: Tape, emit: Emit) -> StateChange | None:
        """Emit the messages of a tape at their moments."""
        pace = Pacer(self._clock, self._gone)
        at = Ns(0)
        try:
            for due, outlet, message in tape.events():
                if message is None:
                    pace.sleep_until(due)
                    continue
                if pace.is_later(due):
                    at = pace.wait_for(due)
                if self._gone.is_set():
                    return None
                emit(outlet, message, at, self._clock.now() - at)  # the cost of decoding
        except anything_raised() as error:
            return StateChange(self._name, "lost", describe_loss(error))
        return StateChange(self._name, "ended")


def describe_loss(error: BaseException) -> str:
    """Return why a device is lost: its own message, or the class and message of an error."""
    if has_no_descriptor(error):
        return f"cannot be opened: {NO_DESCRIPTOR}"
    if isinstance(error, OSError):
        return describe_os_error(error)
    return str(error) if isinstance(error, DeviceError) else describe_error(error)
