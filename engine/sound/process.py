"""Starts the process that listens, and reads what it says."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
from typing import IO, Final

from engine.core.errors import DeviceError
from engine.sound.devices import Found
from engine.sound.frames import LISTED, OPENED, REFUSED, Said, read

PATIENCE: Final = 10.0
"""Seconds that a device may take to open."""


class Listener:
    """A process that listens to one device; ``name`` and ``rate`` are the device's."""

    def __init__(self, *what: str) -> None:
        """Raises DeviceError where the device does not open."""
        command = [sys.executable, "-P", "-m", "engine.sound.helper", *what]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet)
        alarm = threading.Timer(PATIENCE, self._process.kill)
        alarm.start()
        try:
            first = self.next()
        finally:
            alarm.cancel()
        if first is None or first.kind not in (OPENED, LISTED):
            self.release()
            refused = first is not None and first.kind == REFUSED
            raise DeviceError(first.text if first and refused else "the sound device does not open")
        self.first = first
        self.name, self.rate = first.text, first.number

    def next(self) -> Said | None:
        """Wait for what it says next; None when it is over."""
        with contextlib.suppress(ValueError):  # closed meanwhile
            return read(self._pipe)
        return None

    def close(self) -> None:
        """End it; may be called on another thread than the one that reads."""
        self._process.kill()
        self._process.wait()

    def release(self) -> None:
        """Close the pipe, on the thread that reads, once it is over."""
        self.close()
        self._pipe.close()

    @property
    def _pipe(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout


def list_devices() -> list[Found]:
    """List what sound can come in by, the system's own choice first; raises DeviceError."""
    listener = Listener()
    listener.release()
    return [Found(*each) for each in json.loads(listener.first.content)]
