"""Wakes a thread that waits.

Why not ``threading.Event``: that is a condition of some twenty lines of Python, run on both sides
of every job while the interpreter is held. Releasing a lock is one call.
"""

from __future__ import annotations

import threading


class Wakeup:
    """A flag that wakes one waiting thread; setting it twice before it is seen wakes once."""

    def __init__(self) -> None:
        self._clear = threading.Lock()
        self._clear.acquire()

    def set(self) -> None:
        """Wake the thread that waits, or the next one that does; may be called on any thread."""
        try:
            self._clear.release()
        except RuntimeError:
            return  # it is set already

    @property
    def is_set(self) -> bool:
        """Whether it was set, and nobody has seen that yet."""
        return not self._clear.locked()

    def wait(self) -> None:
        """Wait until it is set, and clear it."""
        self._clear.acquire()
