"""Writes frames to the show through a pipe, on the very thread that has them.

Why not by a queue to another thread: to wake that takes as long as all else between the device and
the pipe. Why nothing ever waits: the thread may be the device's own.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from contextlib import suppress
from typing import Final

MOST: Final = 4096
"""Frames kept for a show that does not read; then the oldest are lost."""


class PipeWriter:
    """Writes frames whole and in order; may be used on several threads."""

    def __init__(self, pipe: int) -> None:
        """Keep all that is written until ``start``; ``pipe`` is a descriptor."""
        self._pipe = pipe
        self._waiting: deque[bytes] = deque(maxlen=MOST)
        self._rest = b""
        self._turn = threading.Lock()
        self._turn.acquire()

    @property
    def pending(self) -> bool:
        """Whether something waits that the pipe did not take."""
        return bool(self._rest or self._waiting)

    def start(self, first: bytes) -> None:
        """Write this frame before all others."""
        self._set_blocking(False)
        self._rest = first
        self._turn.release()
        self.flush()

    def write_only(self, frame: bytes) -> None:
        """Write this frame and no other, however long it takes; raise OSError where nobody reads.

        In place of ``start``, where nothing else is to be said.
        """
        self.start(frame)
        self.drain()

    def write(self, frame: bytes) -> None:
        """Write a frame now, or with the next one where the pipe is full; raise nothing."""
        self._waiting.append(frame)
        with suppress(OSError):  # the thread that looks after the pipe will see it
            self.flush()

    def flush(self) -> None:
        """Write what waits, unless another thread does; raise OSError where nobody reads."""
        # Once more after the turn: another thread may have come as this one was done.
        while (self._rest or self._waiting) and self._turn.acquire(blocking=False):
            try:
                self._write_all()
            except BlockingIOError:
                return
            finally:
                self._turn.release()

    def drain(self) -> None:
        """Write what waits, however long it takes; raise OSError where nobody reads."""
        self._set_blocking(True)
        with self._turn:
            self._write_all()

    def _set_blocking(self, blocking: bool) -> None:
        with suppress(OSError, AttributeError):  # pipes of Windows before Python 3.12
            os.set_blocking(self._pipe, blocking)

    def _write_all(self) -> None:
        while self._rest or self._waiting:
            self._rest = self._rest or self._waiting.popleft()
            self._rest = self._rest[os.write(self._pipe, self._rest) :]
