"""A display in memory: X's own server, where all drawing is done by the processor."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

_PATIENCE: Final = 30.0
"""Seconds that a server may take to end."""


class XServer(NamedTuple):
    """A server that runs; ``name`` is what DISPLAY says."""

    process: subprocess.Popen[bytes]
    name: str


@contextmanager
def x_server(size: str, name: str = "") -> Iterator[XServer]:
    """Begin a display of so many pixels, under a free name or a given one, and end it.

    Its desktop is white: whatever is black was drawn so. Raise RuntimeError where none begins.
    """
    read, write = os.pipe()
    command = ["Xvfb", *filter(None, [name]), "-displayfd", str(write), "-screen", "0"]
    process = subprocess.Popen(
        [*command, f"{size}x24", "+extension", "GLX", "+extension", "RANDR", "-noreset", "-wr"],
        pass_fds=[write],
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        with os.fdopen(read) as said:
            number = said.readline().strip()
        if not number:
            raise RuntimeError("Xvfb does not begin")
        yield XServer(process, f":{number}")
    finally:
        process.terminate()
        process.wait(_PATIENCE)
