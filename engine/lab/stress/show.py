"""The show under the storm: a real ``sensorium play`` in a process of its own."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from engine.lab.bench.rig.storm import COMMAND

PATIENCE: Final = 30.0
"""Seconds that a show may take to end."""
MISTAKES: Final = ("a mistake of", "Traceback", "Exception in", "Fatal", "never retrieved")


class ShowProcess:
    """A show that plays from ``begin`` to ``end``."""

    def __init__(self, patch: Path, sets: Sequence[str], folder: Path) -> None:
        self._stats = folder / "stats.json"
        self._said = folder / "said.txt"
        command = [sys.executable, "-c", COMMAND, "play", str(patch), "--quiet", "--no-page"]
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [*command, "--stats", str(self._stats), *sets],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
            )

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def plays(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it plays."""
        if self.plays:
            self._process.send_signal(number)

    def end(self) -> int | None:
        """Ask it to end; gives the exit status, None for one that had to be killed."""
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None

    def stats(self) -> dict[str, Any]:
        """Give what it wrote at its end; nothing where it wrote nothing."""
        try:
            told: dict[str, Any] = json.loads(self._stats.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return told

    def said(self) -> list[str]:
        """Give the lines that it wrote for people."""
        return self._said.read_text(encoding="utf-8", errors="replace").splitlines()

    def complaints(self) -> list[str]:
        """Give the lines that tell of a mistake of the program itself."""
        return [line for line in self.said() if any(word in line for word in MISTAKES)]


def await_(true: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is true of the world outside; tells whether it became so."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True
