"""Begins our child processes, and ends them.

Every one runs a module of ours in a session of its own: Ctrl-C, or a signal to the whole group of
a terminal, reaches the show only, which then ends its children. What a child is given to read is
closed when the show dies, however it dies, and that ends the child (``engine.system.liveness``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

_ROOT: Final = str(Path(__file__).parents[2])
"""The folder that ``engine`` lies in."""


class ChildProcess(Protocol):
    """A process that was begun by us; all of it may be called on any thread, at any time."""

    def kill(self) -> None:
        """End it at once; do nothing where it has ended."""
        ...

    def wait(self, timeout: float) -> bool:
        """Return whether it has ended, after waiting for that at most ``timeout`` seconds."""
        ...


class SpawnedProcess:
    """``python -m module arguments``, as a child that begins with nothing loaded.

    With ``pipes`` it has a pipe for its standard input and one for its standard output, and its
    error output is dropped, for C libraries complain there of every audio or MIDI system that is
    absent. ``descriptors`` stay open in it, under the same numbers (POSIX only).

    Raise OSError where no process can be begun.
    """

    def __init__(
        self,
        module: str,
        arguments: Sequence[str] = (),
        *,
        pipes: bool = False,
        descriptors: Sequence[int] = (),
    ) -> None:
        self._process = subprocess.Popen(
            # -P: a performer's folder may hold a file with the name of a module.
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipes else None,
            stderr=subprocess.DEVNULL if pipes else None,
            bufsize=0,
            env=_environment(),
            pass_fds=descriptors,
            start_new_session=sys.platform != "win32",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.pid: Final = self._process.pid
        self.stdin: Final = self._process.stdin
        self.stdout: Final = self._process.stdout

    def kill(self) -> None:
        """End it at once; do nothing where it has ended."""
        self._process.kill()

    def wait(self, timeout: float) -> bool:
        """Return whether it has ended, after waiting for that at most ``timeout`` seconds."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        return self._process.returncode is not None


def _environment() -> dict[str, str]:
    """Return the environment of a child: it finds the engine, and starts nothing unasked."""
    paths = [_ROOT, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "JACK_NO_START_SERVER": "1",
        **os.environ,
        # Else NumPy begins threads as it is loaded, that no process of ours needs.
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(paths),
    }
