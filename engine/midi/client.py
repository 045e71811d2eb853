"""Our end of a process that owns a MIDI port: sends to it without waiting, passes on its frames."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Final

from engine.midi.own_ports import MODULE, NAME, OWN_PORTS
from engine.midi.ports import AUTO
from engine.system.device_process import ALIVE, GONE, DeviceProcess, ask_process

OnFrame = Callable[[bytes, bytes], None]
"""Called with the kind and payload of every frame after the port is open, on a thread of its own.

GONE comes once when the port or the process itself went away, and nothing after it.
"""

_SILENT: Final = "the MIDI system does not answer"
_ENDED: Final = "the MIDI helper ended"
_GRACE: Final = 2.0
"""Seconds in which the process ends what sounds and closes its port, before it is killed."""


class PortProcess(DeviceProcess):
    """One process with one open port, called ``name``."""

    def __init__(
        self,
        direction: str,
        system: str,
        port: str | None,
        name: str,
        on_frame: OnFrame,
        *,
        beside: bool = False,
    ) -> None:
        """Begin it and wait for its port; raise DeviceError where that does not open.

        ``direction`` is "out" or "in"; without ``port`` it makes a virtual port called ``name``.
        With ``beside``, ``port`` is an input, and the output of its device is meant.
        """
        OWN_PORTS.make(name)
        arguments = [direction, "--system", system, NAME + name]
        arguments += [] if port is None else [f"--port={port}"]
        arguments += ["--beside"] * beside
        while True:
            own = [f"--own={OWN_PORTS.to_text()}"] if port == AUTO else []
            super().__init__(MODULE, *arguments, *own, silent=_SILENT, ended=_ENDED)
            self.name = self.opened.decode()
            if not (own and OWN_PORTS.hears(self.name)):
                break
            self.end()  # a port of ours came up, of which it was not told
            self.release()
        self._on_frame = on_frame
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="midi port", daemon=True)
        self._thread.start()
        self.watch()

    def write(self, frames: Iterable[bytes]) -> bool:
        """Write frames without waiting; return whether the process took them all."""
        return not self._stopped and super().write(frames)

    def stop(self) -> None:
        """Have it end what sounds, and go; kill one that does not. May be called twice."""
        self._stopped = True
        self.end(_GRACE)
        if self._thread is not threading.current_thread():
            self._thread.join()
        self.release()

    def _run(self) -> None:
        while (frames := self.read()) is not None:
            for kind, payload in frames:
                self._pass_on(kind, payload)
        self._pass_on(GONE, b"the MIDI helper hung and" if self.hung else b"the MIDI helper")

    def _pass_on(self, kind: bytes, payload: bytes) -> None:
        if not self._stopped and kind != ALIVE:
            self._on_frame(kind, payload)


def list_ports(system: str) -> bytes:
    """Return the names of all ports by direction, in JSON; raise DeviceError without MIDI."""
    arguments = ("list", "--system", system)
    return ask_process(MODULE, *arguments, silent=_SILENT, ended=_ENDED, grace=_GRACE)
