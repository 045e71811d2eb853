"""The port back to a desk: opened beside its input, and again when it is there again.

Why apart from the input: a desk without lamps, or whose output another program holds, plays on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final

from engine.core.clock import SystemClock
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.core.set_target import Shown
from engine.midi.client import PortProcess
from engine.midi.frames import AT_END, MIDI
from engine.midi.lights import Lights
from engine.system.device_process import GONE
from engine.system.framing import pack_frame

NAME: Final = "Sensorium feedback"
"""What our end of it is called: no "auto" listens to it."""
_PAUSE: Final = 2.0
"""Seconds between two attempts to open the port."""
_log = logging.getLogger("sensorium")


class DeskFeedback:
    """Shows on a desk what is so, from ``open`` to ``close``.

    ``port`` is a part of the name of its output; without one it is that of the input's device.
    """

    def __init__(
        self, lights: Lights, system: str, port: str | None, tell: Callable[[str], None]
    ) -> None:
        """``tell`` is called with what a performer should know, on any thread."""
        self._lights = lights
        self._system = system
        self._port = port
        self._tell = tell
        self._clock = SystemClock()
        self._lock = threading.Lock()
        self._present: Mapping[str, Shown] = {}
        self._over = threading.Event()
        self._gone = threading.Event()
        self._thread: threading.Thread | None = None
        self._helper: PortProcess | None = None

    def open(self, port: str | None, name: str) -> None:
        """Begin to open it, on a thread: beside the input ``port``; without one, a virtual one."""
        self._over.clear()
        self._thread = threading.Thread(
            target=self._run, args=(port, name), name="midi feedback", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Put everything out, and close the port."""
        self._over.set()
        self._gone.set()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def show(self, present: Mapping[str, Shown]) -> None:
        """Take how the controls stand now, again and again; never waits."""
        self._present = present
        self._send()

    def is_echo(self, message: bytes, at: Ns) -> bool:
        """Note what was heard from the desk; return whether it is what was sent to it."""
        return self._lights.heard(message, at)

    def _run(self, port: str | None, name: str) -> None:
        told = ""
        while not self._over.is_set():
            self._gone.clear()
            if self._over.is_set():  # said just before the clear
                return
            try:
                helper = self._open(port, name)
            except DeviceError as error:
                if str(error) != told:
                    told = str(error)
                    self._tell(f"no feedback to the desk: {told}")
                self._over.wait(_PAUSE)
                continue
            told = ""
            _log.info("feedback goes to %s", helper.name)
            self._gone.wait()
            with self._lock:
                self._helper = None
            helper.stop()

    def _open(self, port: str | None, name: str) -> PortProcess:
        beside = port is not None and self._port is None
        wanted = port if beside else self._port
        client = f"{NAME} {name}" if wanted is None and name not in NAME else NAME
        helper = PortProcess("out", self._system, wanted, client, self._heard, beside=beside)
        self._lights.forget()
        helper.write(pack_frame(AT_END, message) for message in self._lights.last())
        with self._lock:
            self._helper = helper
        self._send()
        return helper

    def _send(self) -> None:
        with self._lock:
            if self._helper is not None and self._present:
                messages = self._lights.update(self._present, self._clock.now())
                if messages and not self._helper.write(pack_frame(MIDI, one) for one in messages):
                    self._gone.set()

    def _heard(self, kind: bytes, _: bytes) -> None:
        if kind == GONE:
            self._gone.set()
