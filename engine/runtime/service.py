"""Notify systemd that the show plays, is alive, and ends (sd_notify).

systemd restarts a service that is silent for too long. Each beat enters a wake-up through the
engine on the loop, so that a stuck loop or engine is not reported as alive. The protocol is lines
of text sent to a socket: see sd_notify(3).
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Protocol

from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, WakeUp

INTERVAL = 5.0
"""Seconds between beats without a watchdog: the status is still reported."""

_BEATS_PER_TIMEOUT = 2
"""Beats per watchdog timeout, as sd_watchdog_enabled(3) advises."""


class Playing(Protocol):
    """A performance that plays on a loop."""

    engine: Engine

    def enter(self, entry: Entry) -> None:
        """Enter an entry, on the loop."""
        ...


class SystemdNotifier:
    """The systemd service of this process; silent when it is none."""

    def __init__(self, environment: MutableMapping[str, str] = os.environ) -> None:
        """Read the manager's address from ``environment`` and remove it there, so that no child
        answers for this process.
        """
        self._address = environment.pop("NOTIFY_SOCKET", "")
        timeout = environment.pop("WATCHDOG_USEC", "")
        watched_pid = environment.pop("WATCHDOG_PID", "")
        mine = watched_pid in ("", str(os.getpid())) and timeout.isdecimal() and int(timeout) > 0
        self._interval = int(timeout) / 1e6 / _BEATS_PER_TIMEOUT if mine else INTERVAL
        self._show: Playing | None = None
        self._next: asyncio.TimerHandle | asyncio.Handle | None = None
        self._socket: socket.socket | None = None

    def follow(self, show: Playing) -> None:
        """Report on this show from now on; call it on the loop.

        The first beat, with READY, comes with the loop's next turn, when everything has been
        started.
        """
        self._show = show
        if self._address and self._next is None:
            self._next = asyncio.get_running_loop().call_soon(self._beat, "READY=1\n")

    def wait(self, words: str) -> None:
        """Report that this process is ready and waits for a show, until it ends; on the loop."""
        if self._address and self._next is None:
            self._beat_waiting(words, "READY=1\n")

    def _beat_waiting(self, words: str, first: str = "") -> None:
        loop = asyncio.get_running_loop()
        self._next = loop.call_later(self._interval, self._beat_waiting, words)
        self._notify(f"{first}WATCHDOG=1\nSTATUS={words}")

    def stopping(self) -> None:
        """Report that the show ends."""
        if self._next is not None:
            self._next.cancel()
            self._next = None
            self._notify("STOPPING=1\nSTATUS=ends")
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _beat(self, first: str = "") -> None:
        assert self._show is not None
        self._next = asyncio.get_running_loop().call_later(self._interval, self._beat)
        self._show.enter(WakeUp())
        self._notify(f"{first}WATCHDOG=1\nSTATUS={_status_line(self._show.engine)}")

    def _notify(self, text: str) -> None:
        """Send a text, or drop it when the manager is too slow: this must not block.

        The socket stays open: a show that has no descriptor left for another would be silent here,
        and its manager would end it.
        """
        abstract = self._address.startswith("@")
        address = f"\0{self._address[1:]}" if abstract else self._address
        with suppress(OSError):
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
                self._socket.setblocking(False)
            self._socket.sendto(text.encode(), address)


def _status_line(engine: Engine) -> str:
    """Return the status line for ``systemctl status``."""
    status = engine.status()
    away = [f"{box} is {state}" for box, state in status.states.items() if state == "lost"]
    parts = [f"plays {status.patch}", f"{status.delay_ms:.0f} ms behind", *away]
    return ", ".join(parts).replace("\n", " ")
