"""Standard input, output and error, as whoever began the command left them.

A supervisor may close them (``2>&-``), a reader may go (``| head -1``), a disk may be full. None of
that is a fault of the show.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final, TextIO

_STREAMS: Final = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_standard_streams() -> None:
    """Have descriptors 0, 1 and 2 open, here and in every child, and a text stream for each.

    Why: the next file or socket takes the lowest free number. Were that 1 or 2, what a library or a
    child prints would go into a socket, and a child that closes it would close the socket.
    """
    for number in range(len(_STREAMS)):
        _open_descriptor(number)
    for name, mode in _STREAMS:
        stream = getattr(sys, name)
        if stream is None:  # Python has found it closed
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115
        elif mode == "w":
            # A terminal or pipe that has no such letter gets a question mark.
            with suppress(AttributeError, OSError):
                stream.reconfigure(errors="replace")


def flush_standard_streams() -> None:
    """Write what waits, or throw it away where nobody takes it: Python would end with a fault."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            discard(stream)


def discard(stream: TextIO) -> None:
    """Lead a stream that cannot be written into nothing."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _open_descriptor(number: int) -> None:
    """Open a descriptor onto nothing where it is closed; those below it are open."""
    try:
        os.fstat(number)
    except OSError:
        opened = os.open(os.devnull, os.O_RDWR)  # the lowest that is free
        os.set_inheritable(opened, True)
