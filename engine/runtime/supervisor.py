"""Opens devices, and opens them again when they go: each on a thread of its own, with back-off.

Why threads: a camera's address may take seconds to answer, and nothing that waits may be on the
loop. A patch starts when a device is missing; the rest plays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from engine.core.clock import MILLISECOND, SECOND, Clock
from engine.core.messages import Ns
from engine.core.node import Emit, Sink, Source, Tape
from engine.runtime.entries import Entry, StateChange

FIRST_RETRY = 0.25
LAST_RETRY = 5.0
_TOO_LATE = 100 * MILLISECOND


class Keeper:
    """Keeps one source or output open until it is told to stop."""

    def __init__(
        self, name: str, box: Source | Sink, deliver: Callable[[Entry], None], clock: Clock
    ) -> None:
        self.restarts = 0
        self._name = name
        self._box = box
        self._deliver = deliver
        self._clock = clock
        self._stop = threading.Event()
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"keeper {name}", daemon=True)
        self._open: Callable[[], None] = lambda: None
        self._work: Callable[[], str] = self._wait

    def keep_source(self, emit: Emit) -> Keeper:
        """Open a source, which then emits by itself; a tape is played here, in its time."""
        source = self._box
        assert isinstance(source, Source)
        self._open = lambda: source.open(emit)
        if isinstance(source, Tape):
            self._work = lambda: self._play(source, emit)
        self._thread.start()
        return self

    def keep_sink(self) -> Keeper:
        """Open an output."""
        sink = self._box
        assert isinstance(sink, Sink)
        self._open = sink.open
        self._thread.start()
        return self

    def lost(self) -> None:
        """Have it closed and opened again: what it reads from went away."""
        self._gone.set()

    def stop(self) -> None:
        """Close it for good; a device that does not answer is not waited for longer than 3 s."""
        self._stop.set()
        self._gone.set()
        self._thread.join(timeout=3.0)

    def _run(self) -> None:
        pause = FIRST_RETRY
        while not self._stop.is_set():
            self._gone.clear()
            state, reason = "lost", ""
            try:
                self._open()
            except Exception as error:
                reason = str(error) or type(error).__name__
            else:
                self._deliver(StateChange(self._name, "running"))
                pause = FIRST_RETRY
                state = self._work()
            self._box.close()
            if state == "ended":
                self._deliver(StateChange(self._name, state))
                return
            if reason:
                self._deliver(StateChange(self._name, "lost", reason))
            if not self._stop.is_set():
                self.restarts += 1
            self._stop.wait(pause)
            pause = min(2 * pause, LAST_RETRY)

    def _wait(self) -> str:
        self._gone.wait()
        return "lost"

    def _play(self, tape: Tape, emit: Emit) -> str:
        """Emit what a tape yields when its time has come.

        A tape that falls behind, as after the machine slept, goes on from now: it does not rush.
        """
        start = self._clock.now()
        last, at = -1, start
        try:
            for due, outlet, message in tape.events():
                if due != last:
                    at, start = self._wait_for(start, due)
                    last = due
                if self._stop.is_set():
                    return "lost"
                emit(outlet, message, at)
        except Exception as error:
            self._deliver(StateChange(self._name, "lost", str(error) or type(error).__name__))
            return "lost"
        return "ended"

    def _wait_for(self, start: Ns, due: Ns) -> tuple[Ns, Ns]:
        """Wait for a moment of a tape; gives the moment it became and the tape's new start."""
        moment = start + due
        left = moment - self._clock.now()
        if left > 0:
            self._stop.wait(left / SECOND)
        elif left < -_TOO_LATE:
            start = Ns(start - left)
        return self._clock.now(), start
