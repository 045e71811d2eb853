"""A room in memory in real time: a thread lets its time go on, as that of a network would."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from engine.cluster.memory_room import MemoryRoom
from engine.cluster.packets import Hello, encode
from engine.core.clock import MILLISECOND, SystemClock, VirtualClock
from engine.core.messages import Ns
from tests.limits import LIMIT

MOST = 20 * MILLISECOND
"""How far the time of the room goes on while it lets nobody in: where this machine is too slow for
it, its time is slow as well."""


class LockedLink:
    """A link of which only one thread at a time uses the room."""

    def __init__(self, link: Any, room: LiveRoom) -> None:
        self._link = link
        self._lock = room.lock
        self._calls = room.calls
        self.name = link.name

    def open(self, heard: Any, changed: Any) -> None:
        with self._lock:  # what is heard is said when the room is free again
            self._link.open(
                lambda *what: self._calls.append((heard, what)),
                lambda *what: self._calls.append((changed, what)),
            )

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._link, name)

        def locked(*arguments: Any, **options: Any) -> Any:
            with self._lock:
                return method(*arguments, **options)

        return locked


class LiveRoom:
    """A ``MemoryRoom`` whose clock is that of the system."""

    def __init__(self) -> None:
        self._system = SystemClock()
        clock = VirtualClock()
        clock.move_to(self._system.now())
        self.room = MemoryRoom(clock)
        self.lock = threading.RLock()
        self.calls: deque[Any] = deque()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def link(self, name: str, version: str = "1.0") -> Any:
        """Return the link of a machine."""
        with self.lock:
            return LockedLink(self.room.link(name, version), self)

    def do(self, act: str, *names: str) -> None:
        """``cut``, ``mend`` or ``kill``."""
        with self.lock:
            getattr(self.room, act)(*names)

    def hello(self, of: str, hello: Hello, *, to: str) -> None:
        """Let a machine hear a hello of one that is called ``of``."""
        with self.lock:
            self.room.link(to).take(of, encode(hello), hello=True)

    def close(self) -> None:
        self._over.set()
        self._thread.join(LIMIT)

    def _run(self) -> None:
        while not self._over.wait(0.001):
            with self.lock:
                soon = Ns(self.room.clock.now() + MOST)
                self.room.run_until(min(soon, self._system.now()))
            while self.calls:
                act, what = self.calls.popleft()
                act(*what)


@contextmanager
def live_room() -> Iterator[LiveRoom]:
    room = LiveRoom()
    try:
        yield room
    finally:
        room.close()
