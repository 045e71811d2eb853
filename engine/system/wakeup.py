"""Wakes a thread that waits.

Why not ``threading.Event``: that is a condition of some twenty lines of Python, run on both sides
of every job while the interpreter is held. Ringing a lock is one call.
"""

from __future__ import annotations

import threading


class Wakeup:
    """Rings until somebody has heard it; it does not count how often it was rung."""

    def __init__(self) -> None:
        self._silent = threading.Lock()
        self._silent.acquire()

    def set(self) -> None:
        """Wake whoever waits, or whoever waits next; on any thread."""
        try:
            self._silent.release()
        except RuntimeError:
            return  # it rings already

    def wait(self) -> None:
        """Wait until it rings, and silence it."""
        self._silent.acquire()
