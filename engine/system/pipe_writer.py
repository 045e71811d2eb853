"""Says frames to the show through a pipe, on the very thread that has them.

Why not by a queue to another thread: to wake that takes as long as all else between the device and
the pipe. Why nothing ever waits: it may be the thread of the device that speaks.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections import deque
from typing import Final

MOST: Final = 4096
"""How many frames are kept for a show that does not read; then the oldest are lost."""


class PipeWriter:
    """Says frames in their order, whole; may be used on several threads."""

    def __init__(self, pipe: int) -> None:
        """Keep all that is said until ``begin``."""
        self._pipe = pipe
        self._said: deque[bytes] = deque(maxlen=MOST)
        self._rest = b""
        self._turn = threading.Lock()
        self._turn.acquire()

    def begin(self, first: bytes) -> None:
        """Say this before all else."""
        self._wait(False)
        self._rest = first
        self._turn.release()
        self.flush()

    def say(self, frame: bytes) -> None:
        """Say a frame now, or with the next one if the pipe is full; raises nothing."""
        self._said.append(frame)
        with contextlib.suppress(OSError):  # whoever looks after it will see
            self.flush()

    def flush(self) -> None:
        """Say what is left, unless that is being done; raises OSError where nobody reads."""
        if not self._turn.acquire(blocking=False):
            return
        try:
            self._write()
        except BlockingIOError:
            return
        finally:
            self._turn.release()

    def end(self) -> None:
        """Say what is left, however long it takes; raises OSError where nobody reads."""
        self._wait(True)
        with self._turn:
            self._write()

    def _wait(self, waits: bool) -> None:
        with contextlib.suppress(OSError, AttributeError):  # pipes of Windows before Python 3.12
            os.set_blocking(self._pipe, waits)

    def _write(self) -> None:
        while self._rest or self._said:
            self._rest = self._rest or self._said.popleft()
            self._rest = self._rest[os.write(self._pipe, self._rest) :]
