"""The process of which those of boxes are forked: what they all need is loaded once.

Run: ``python -m engine.runtime.workers.fork_server SOCKET``. Whoever asks sends the descriptors
that a box shall have, and gets one by which its process can be watched and ended (``pidfd_open``).

Why: three boxes that each begin from scratch have a show begin half a second later. Why ONNX
Runtime is not loaded here: it begins a thread as it is loaded, and a process with threads must not
be forked.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
from contextlib import suppress
from typing import Final

import engine.dsp.image.picture  # noqa: F401  which loads OpenCV
from engine.runtime.workers import subprocess_main

IDLE: Final = 60.0
"""Seconds without a question and without a box until it goes; the next question begins another."""


def serve(asks: socket.socket) -> None:
    """Fork whenever it is asked, until nobody can ask any more."""
    asks.settimeout(IDLE)
    gc.collect()
    gc.freeze()  # what is loaded by now is shared with those that are forked, and stays so
    while True:
        try:
            _, descriptors, *_ = socket.recv_fds(asks, 1, subprocess_main.DESCRIPTORS)
        except TimeoutError:
            if _childless():
                return
            continue
        if not descriptors:
            return
        if (pid := os.fork()) == 0:
            asks.close()
            subprocess_main.play(*descriptors)
        watch = []
        with suppress(OSError):  # it has ended, or cannot be watched: told by sending none
            watch.append(os.pidfd_open(pid))
        with suppress(OSError):  # nobody waits for it any more
            socket.send_fds(asks, [b"."], watch)
        for each in (*descriptors, *watch):
            os.close(each)


def _childless() -> bool:
    """Tell whether all that were forked have ended."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def main() -> None:
    """Serve."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it goes with the show
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system buries those that have ended
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
