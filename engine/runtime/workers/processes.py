"""The process of a box as a process: how it begins, how it is ended.

On Linux it is forked from one that has loaded what all need; elsewhere it begins from scratch.
"""

from __future__ import annotations

import atexit
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol

PATIENCE: Final = 10.0
"""Seconds that a process may take to be forked."""


class ChildProcess(Protocol):
    """A process that was begun for a box."""

    def kill(self) -> None:
        """End it at once; may be called on any thread, at any time."""
        ...

    def ends(self, within: float) -> bool:
        """Wait for its end, so many seconds at most; tells whether it has ended."""
        ...


def prepare() -> None:
    """Have what can be loaded for boxes loaded beforehand, where that helps."""
    if FORKSERVER.usable:
        with suppress(OSError):
            FORKSERVER.prepare()


def spawn(descriptors: Sequence[int]) -> ChildProcess:
    """Begin the process of a box, which gets these descriptors; raises OSError.

    After that no descriptor may be used again: a process may have got them all the same.
    """
    return FORKSERVER.fork(descriptors) if FORKSERVER.usable else SpawnedProcess(descriptors)


class ForkedProcess:
    """A child of the process that forks; ``watch`` is its pidfd."""

    def __init__(self, watch: int) -> None:
        self._watch = watch

    def __del__(self) -> None:
        os.close(self._watch)

    def kill(self) -> None:
        """End it at once."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._watch, signal.SIGKILL)

    def ends(self, within: float) -> bool:
        """Wait for its end, so many seconds at most; tells whether it has ended."""
        poll = select.poll()
        poll.register(self._watch, select.POLLIN)
        return bool(poll.poll(within * 1e3))


class SpawnedProcess:
    """A child of this process, which begins with nothing loaded."""

    def __init__(self, descriptors: Sequence[int]) -> None:
        self._process = _run("subprocess_main", descriptors)

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def ends(self, within: float) -> bool:
        """Wait for its end, so many seconds at most; tells whether it has ended."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(within)
        return self._process.returncode is not None


class ForkServer:
    """The process that forks, begun when it is first needed and whenever it has gone.

    Once it has failed while it was asked it is not asked again.
    """

    def __init__(self) -> None:
        self.usable = sys.platform == "linux"
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._asks: socket.socket | None = None

    def prepare(self) -> None:
        """Begin it now, that it has loaded everything when it is asked."""
        with self._lock:
            self._running()

    def fork(self, descriptors: Sequence[int]) -> ForkedProcess:
        """Have a process forked that gets these descriptors; raises OSError where it cannot be."""
        with self._lock:
            try:
                asks = self._running()
                socket.send_fds(asks, [b"."], descriptors)
                _, watch, *_ = socket.recv_fds(asks, 1, 1)
                if not watch:
                    raise ConnectionError("no process could be forked")
            except OSError:
                self.usable = False
                self._end()
                raise
            return ForkedProcess(watch[0])

    def close(self) -> None:
        """End it; the processes that it has forked play on."""
        with self._lock:
            self._end()

    def _running(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._end()  # nobody needed it for a while, or somebody killed it
        if self._asks is None:
            self._asks, theirs = socket.socketpair()
            self._asks.settimeout(PATIENCE)
            with theirs:
                self._process = _run("fork_server", [theirs.fileno()])
        return self._asks

    def _end(self) -> None:
        if self._asks is not None:
            self._asks.close()
            self._asks = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def _run(module: str, descriptors: Sequence[int]) -> subprocess.Popen[bytes]:
    """Run a module of this folder that gets these descriptors, and which they are."""
    command = [sys.executable, "-P", "-m", f"engine.runtime.workers.{module}"]
    return subprocess.Popen(
        [*command, *map(str, descriptors)],
        stdin=subprocess.DEVNULL,
        pass_fds=descriptors,
        start_new_session=True,  # Ctrl-C is for the show, which then ends this
        # Else NumPy begins threads as it is loaded, that no process here needs.
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )


FORKSERVER: Final = ForkServer()
atexit.register(FORKSERVER.close)
