"""The process of a MIDI port, whose place in JACK ends at SIGUSR1 as one that the server drops."""

from __future__ import annotations

import contextlib
import os
import signal
import socket

from engine.midi.port_process import main
from engine.system.device_main import end_with

DESCRIPTORS = range(3, 64)


def _drop(*_: object) -> None:
    """End the line to the server by which the port is held: the last one, for it joins last."""
    for descriptor in reversed(DESCRIPTORS):
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(descriptor)) as line:
            if line.family == socket.AF_UNIX and "jack_" in str(line.getpeername()):
                line.shutdown(socket.SHUT_RDWR)
                return


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, _drop)
    end_with(main)
