"""Starts the process that listens, and reads what it says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from typing import Final

from engine.audio.devices import SoundDevice
from engine.audio.frames import LISTED, OPENED, REFUSED, CaptureFrame, CaptureUnframer
from engine.core.errors import DeviceError

PATIENCE: Final = 10.0
"""Seconds that a device may take to open."""
_PIECE: Final = 65536


class CaptureProcess:
    """A process that listens to one device; ``name`` and ``rate`` are the device's.

    ``pipe`` is the descriptor by which it says what it hears.
    """

    def __init__(self, *what: str) -> None:
        """Raises DeviceError where the device does not open."""
        command = [sys.executable, "-P", "-m", "engine.audio.capture_process", *what]
        quiet = subprocess.DEVNULL
        self._process = subprocess.Popen(
            command, bufsize=0, stdin=quiet, stdout=subprocess.PIPE, stderr=quiet
        )
        assert self._process.stdout is not None
        self._stream = self._process.stdout
        self.pipe = self._stream.fileno()
        self._unframer = CaptureUnframer()
        self._early: list[CaptureFrame] = []
        alarm = threading.Timer(PATIENCE, self._process.kill)
        alarm.start()
        try:
            first = self._wait_for_first()
        finally:
            alarm.cancel()
        if first is None or first.kind not in (OPENED, LISTED):
            self.close()
            self.release()
            refused = first is not None and first.kind == REFUSED
            raise DeviceError(first.text if first and refused else "the sound device does not open")
        self.first = first
        self.name, self.rate = first.text, first.number

    def hear(self) -> list[CaptureFrame] | None:
        """Give what it has said, nothing where that is not whole yet; None when it is over.

        It waits where there is nothing to be read, unless the pipe was told not to.
        """
        if self._early:
            early, self._early = self._early, []
            return early
        try:
            piece = os.read(self.pipe, _PIECE)
            return self._unframer.feed(piece) if piece else None
        except BlockingIOError:
            return []
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """End it; may be called on another thread than the one that reads."""
        self._process.kill()
        self._process.wait()

    def release(self) -> None:
        """Close the pipe, on the thread that reads, once it is over."""
        self._stream.close()

    def _wait_for_first(self) -> CaptureFrame | None:
        """Wait for what it says first; None where it ends without a word."""
        while (said := self.hear()) is not None:
            if said:
                self._early = said[1:]
                return said[0]
        return None


def list_devices() -> list[SoundDevice]:
    """List what sound can come in by, the system's own choice first; raises DeviceError."""
    listener = CaptureProcess()
    listener.close()
    listener.release()
    return [SoundDevice(*each) for each in json.loads(listener.first.content)]
