"""A process from which others are forked, so that what they all need is loaded once (Linux).

Run: ``python -m engine.system.fork_server SOCKET MODULE...``, which imports the modules. Each
request is the name of an entry point, "module:function", with the descriptors that the function is
called with in a forked process; the answer is a descriptor by which that process is watched and
ended (``pidfd_open``).

Why: three boxes that each begin from scratch have a show begin half a second later. Why not the
fork server of ``multiprocessing``: it was no faster, has no pidfd and no session of its own, and
imports the main module again. Modules that begin threads as they are loaded, as ONNX Runtime does,
may not be named: a process with threads must not be forked.
"""

from __future__ import annotations

import atexit
import gc
import importlib
import os
import select
import signal
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from engine.system.entry import call
from engine.system.liveness import wake_with_parent
from engine.system.processes import ChildProcess, SpawnedProcess

PATIENCE: Final = 10.0
"""Seconds that a process may take to be forked."""
IDLE: Final = 60.0
"""Seconds without a request and without a child until the server ends; the next one begins it."""
_DESCRIPTORS: Final = 8
"""How many descriptors a request may carry."""
_REQUEST: Final = 1024
"""Bytes of the longest request."""


class ForkedProcess:
    """A child of the fork server, known by its pidfd."""

    def __init__(self, pidfd: int) -> None:
        self._pidfd = pidfd

    def __del__(self) -> None:
        os.close(self._pidfd)

    def kill(self) -> None:
        """End it at once; do nothing where it has ended."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)

    def wait(self, timeout: float) -> bool:
        """Return whether it has ended, after waiting for that at most ``timeout`` seconds."""
        poll = select.poll()
        poll.register(self._pidfd, select.POLLIN)
        return bool(poll.poll(timeout * 1e3))


class ForkServer:
    """The server as its user sees it: begun when it is first needed, and whenever it has gone.

    ``modules`` are imported by it once. ``usable`` is false where the system cannot fork safely,
    and from the first request that failed on.
    """

    def __init__(self, *modules: str) -> None:
        self.usable = sys.platform == "linux"
        self._modules = modules
        self._lock = threading.Lock()
        self._process: SpawnedProcess | None = None
        self._requests: socket.socket | None = None
        atexit.register(self.close)

    def prepare(self) -> None:
        """Begin the server now, that it has loaded its modules by the first request."""
        if self.usable:
            with self._lock, suppress(OSError):
                self._connection()

    def start(self, entry: str, descriptors: Sequence[int]) -> ChildProcess:
        """Return a new process in which ``entry``, "module:function", is called with descriptors.

        It is forked where that can be, and else begins with nothing loaded. Raise OSError where
        none could be begun. After that no descriptor may be used again: a process may have got
        them all the same.
        """
        if self.usable:
            return self._fork(entry, descriptors)
        arguments = [entry, *map(str, descriptors)]
        return SpawnedProcess("engine.system.entry", arguments, descriptors=descriptors)

    def _fork(self, entry: str, descriptors: Sequence[int]) -> ForkedProcess:
        with self._lock:
            try:
                try:
                    return self._ask(entry, descriptors)
                except (BrokenPipeError, ConnectionResetError):
                    # It was about to end, as it does when idle, and has not read the request.
                    self._end()
                    return self._ask(entry, descriptors)
            except OSError:
                self.usable = False
                self._end()
                raise

    def _ask(self, entry: str, descriptors: Sequence[int]) -> ForkedProcess:
        connection = self._connection()
        socket.send_fds(connection, [entry.encode()], descriptors)
        _, pidfds, *_ = socket.recv_fds(connection, 1, 1)
        if not pidfds:
            raise ConnectionError("no process could be forked")
        return ForkedProcess(pidfds[0])

    def close(self) -> None:
        """End the server; the processes that it has forked go on."""
        with self._lock:
            self._end()

    def _connection(self) -> socket.socket:
        if self._process is not None and self._process.wait(0):
            self._end()  # nobody needed it for a while, or somebody killed it
        if self._requests is None:
            self._requests, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._requests.settimeout(PATIENCE)
            with theirs:
                number = theirs.fileno()
                arguments = [str(number), *self._modules]
                self._process = SpawnedProcess(__name__, arguments, descriptors=[number])
        return self._requests

    def _end(self) -> None:
        if self._requests is not None:
            self._requests.close()
            self._requests = None
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE)
            self._process = None


def serve(requests: socket.socket, idle: float = IDLE) -> None:
    """Fork at each request, until nobody can ask any more, or nobody has for ``idle`` seconds."""
    requests.settimeout(idle)
    gc.collect()
    gc.freeze()  # what is loaded by now is shared with those that are forked, and stays so
    while True:
        try:
            entry, descriptors, *_ = socket.recv_fds(requests, _REQUEST, _DESCRIPTORS)
        except TimeoutError:
            if _is_childless():
                return
            continue
        if not entry:
            return
        if (pid := os.fork()) == 0:
            requests.close()
            os.setsid()  # or none could yield by itself: see lower_priority
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            call(entry.decode(), descriptors)
        pidfd = []
        with suppress(OSError):  # it has ended, or cannot be watched: answered without one
            pidfd.append(os.pidfd_open(pid))
        with suppress(OSError):  # nobody waits for the answer any more
            socket.send_fds(requests, [b"."], pidfd)
        for each in (*descriptors, *pidfd):
            os.close(each)


def _is_childless() -> bool:
    """Return whether all that were forked have ended."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def main(requests: str, *modules: str) -> None:
    """Import modules, then serve requests on a socket by its number."""
    wake_with_parent()
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it goes with the show
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries those that have ended
    for each in modules:
        importlib.import_module(each)
    serve(socket.socket(fileno=int(requests)))


if __name__ == "__main__":
    main(*sys.argv[1:])
