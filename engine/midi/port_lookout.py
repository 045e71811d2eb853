"""Looks, on a thread of its own, whether the port and the show of a helper process are there."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from typing import Final

from engine.midi.ports import device
from engine.system.jack import ServerWatch
from engine.system.liveness import exit_when_stuck
from engine.system.wakeup import Wakeup

LOOK: Final = 0.1
"""Seconds between two looks."""
ENDING: Final = 5
"""Seconds that the notes may take to end once the show has died."""
STUCK: Final = 15.0
"""Seconds without a look after which this process ends, whatever holds it."""
_LAST_LOOK: Final = 1.0
"""Seconds that a look may take once it is to be the last."""


class Lookout:
    """Looks every ``LOOK`` seconds whether the port and the show are still there.

    A virtual port (None) always is, but for JACK, whose server may go: its library lists the ports
    of a dead one for ever. A port that went and is back when it is looked for went. Each look sets
    ``looked``, so that the heartbeat stops where one hangs.
    """

    def __init__(
        self, direction: str, system: str, port: str | None, jack: ServerWatch | None
    ) -> None:
        self.looked = Wakeup()
        self._port = port
        self._jack = jack
        self._device = (
            device(direction, system, "Sensorium lookout")[0] if port and not jack else None
        )
        self._parent = os.getppid()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self, tell: Callable[[str], object]) -> None:
        """Begin to look; ``tell`` is called once, with what went away."""
        self._thread = threading.Thread(target=self._run, args=(tell,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Look no more, and leave the JACK server, unless a look hangs."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(_LAST_LOOK)
            if self._thread.is_alive():
                return
        if self._jack:
            self._jack.close()

    def _run(self, tell: Callable[[str], object]) -> None:
        while not self._ended.wait(LOOK):
            exit_when_stuck(STUCK)
            if lost := self._find_loss():
                tell(lost)
                return
            self.looked.set()

    def _find_loss(self) -> str | None:
        """Return what went away."""
        if os.getppid() != self._parent:
            if hasattr(signal, "alarm"):
                signal.alarm(ENDING)  # by the system: a driver that hangs keeps nothing alive
            os.kill(os.getpid(), signal.SIGTERM)
            return "the show"
        if self._jack and self._jack.gone:
            return "the JACK server"
        return self._port if self._port and not self._is_there(self._port) else None

    def _is_there(self, port: str) -> bool:
        if self._jack:
            return self._jack.has_port(port) and not self._jack.has_left(port)
        assert self._device is not None
        return port in self._device.get_ports()
