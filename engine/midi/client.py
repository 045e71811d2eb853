"""Our end of the helper process: starts it, writes to it without waiting, hears what it says."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from engine.core.errors import DeviceError
from engine.midi.frames import ALIVE, FAILED, GONE, OPENED, Unframer

Hear = Callable[[bytes, bytes], None]
"""Told of every frame that comes after the port is open, on a thread of its own.

GONE comes once when the port or the helper itself went away, and nothing after it.
"""

AT_ONCE: Final = 4096
"""What a pipe takes whole or not at all, whatever it already holds (PIPE_BUF on Linux)."""
_PATIENCE: Final = 10.0
_LOOK: Final = 0.5
_STILL: Final = 6
"""After so many looks in a row that found nothing said, a helper hangs.

Counted in looks: a show that was itself put to sleep has missed only one of them.
"""
_PIECE: Final = 65536


class PortProcess:
    """One helper process with one open port."""

    def __init__(self, work: str, system: str, port: str | None, name: str, hear: Hear) -> None:
        """``work`` is "out", "in" or "list"; ``port`` None makes a virtual port ``name``."""
        self._command = _command(work, "--system", system, "--name", name)
        self._command += [] if port is None else [f"--port={port}"]
        self._hear = hear
        self._first: queue.SimpleQueue[tuple[bytes, bytes]] = queue.SimpleQueue()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._stops = False
        self._ended = threading.Event()
        self._spoke = True
        self._hung = False

    @property
    def pid(self) -> int:
        """The number of the process; 0 before it was started."""
        return self._process.pid if self._process else 0

    def start(self) -> str:
        """Start it and wait for its port; gives the port's name. Raises DeviceError."""
        self._process = _begin(self._command)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, AttributeError):  # pipes of Windows before Python 3.12
            os.set_blocking(self._process.stdin.fileno(), False)
        self._thread = threading.Thread(target=self._run, name="midi helper", daemon=True)
        self._thread.start()
        try:
            kind, content = self._first.get(timeout=_PATIENCE)
        except queue.Empty:
            kind, content = FAILED, b"the MIDI system does not answer"
        if kind != OPENED:
            self.stop()
            raise DeviceError(content.decode() if kind == FAILED else "the MIDI helper ended")
        threading.Thread(target=self._watch, args=(self._process,), daemon=True).start()
        return content.decode()

    def write(self, frames: Iterable[bytes]) -> bool:
        """Write frames, without waiting; tells whether the helper took them all."""
        if self._process is None or self._process.stdin is None or self._stops:
            return False
        try:
            for piece in _pieces(frames):
                if os.write(self._process.stdin.fileno(), piece) != len(piece):
                    return False
        except (OSError, ValueError):
            return False
        return True

    def stop(self) -> None:
        """Have it end what sounds and go; one that does not is killed."""
        self._stops = True
        if self._process is None:
            return
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        self._process.stdout.close()
        self._process = None

    def _run(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        number = self._process.stdout.fileno()
        unframer = Unframer()
        opened = False
        while piece := os.read(number, _PIECE):
            self._spoke = True
            for kind, content in unframer.feed(piece):
                if opened:
                    self._pass_on(kind, content)
                else:
                    opened = kind == OPENED
                    self._first.put((kind, content))
        self._ended.set()
        self._first.put((GONE, b""))
        if opened:
            self._pass_on(GONE, b"the MIDI helper hung and" if self._hung else b"the MIDI helper")

    def _pass_on(self, kind: bytes, content: bytes) -> None:
        if not self._stops and kind != ALIVE:
            self._hear(kind, content)

    def _watch(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a helper that hangs, in its driver or anywhere: another takes its place."""
        silent = 0
        while silent < _STILL:
            if self._ended.wait(_LOOK):
                return
            silent = 0 if self._spoke else silent + 1
            self._spoke = False
        self._hung = True
        process.kill()


def run(work: str, system: str) -> dict[bytes, bytes]:
    """Have a helper do one thing; gives the frames it said, by their kind. Raises DeviceError."""
    try:
        done = subprocess.run(
            _command(work, "--system", system),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DeviceError("the MIDI system does not answer") from None
    return dict(Unframer().feed(done.stdout))


def _command(work: str, *more: str) -> list[str]:
    # -P: a performer's folder may hold a file that is called like a module.
    return [sys.executable, "-P", "-m", "engine.midi.port_process", work, *more]


def _environment() -> dict[str, str]:
    """Let the helper find the engine, and keep JACK from starting a server nobody asked for."""
    here = str(Path(__file__).parents[2])
    paths = [here, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"JACK_NO_START_SERVER": "1", **os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _begin(command: list[str]) -> subprocess.Popen[bytes]:
    # Out of our group: neither Ctrl-C nor a kill of the whole group reaches it before its notes
    # have ended. Its error output is that of C libraries, which complain of every absent system.
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        bufsize=0,
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _pieces(frames: Iterable[bytes]) -> Iterable[bytes]:
    """Put frames together into pieces that a pipe takes whole."""
    piece = b""
    for each in frames:
        if piece and len(piece) + len(each) > AT_ONCE:
            yield piece
            piece = b""
        piece += each
    if piece:
        yield piece
