"""The show under test: a real ``sensorium play`` in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from engine.lab.bench.rig.storm import COMMAND

PATIENCE: Final = 30.0
"""Seconds that a show may take to stop."""
ERROR_MARKS: Final = ("a mistake of", "Traceback", "Exception in", "Fatal", "never retrieved")


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Handle Ctrl-C and SIGTERM after the block only: what it begins is then known to who ends it.

    Raise ValueError on another thread than the main one.
    """
    came: list[int] = []
    before: dict[int, Any] = {
        number: signal.signal(number, lambda number, _: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)


class ShowProcess:
    """A show that plays from ``start`` until ``stop``."""

    def __init__(self, patch: Path, sets: Sequence[str], folder: Path) -> None:
        self._stats = folder / "stats.json"
        self._log = folder / "log.txt"
        play = [sys.executable, "-c", COMMAND, "play", str(patch), "--quiet", "--no-page"]
        self._command = [*play, "--stats", str(self._stats), *sets]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; a signal that comes meanwhile is handled once ``stop`` can end it."""
        with self._log.open("wb") as log_lines, signals_deferred():
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log_lines,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process has not ended."""
        return self._process is not None and self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None and self.is_running:
            self._process.send_signal(number)

    def stop(self) -> int | None:
        """Ask it to end; return the exit status, None where it had to be killed or never began."""
        if self._process is None:
            return None
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None

    def stats(self) -> dict[str, Any]:
        """Return the statistics that it wrote at its end; empty where it wrote none."""
        try:
            document: dict[str, Any] = json.loads(self._stats.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return document

    def log_lines(self) -> list[str]:
        """Return the lines that it logged."""
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def internal_errors(self) -> list[str]:
        """Return the logged lines that report a fault of the program itself."""
        return [line for line in self.log_lines() if any(word in line for word in ERROR_MARKS)]


def wait_until(true: Callable[[], bool], seconds: float) -> bool:
    """Poll a condition for so many seconds; return whether it became true."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
