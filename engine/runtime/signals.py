"""What a show does at each signal: it ends, reads everything again, or writes its statistics.

| signal | the show |
|---|---|
| SIGINT (Ctrl-C), SIGTERM | ends; at the second one without waiting for what is slow to close |
| SIGHUP | reads the patch, rig and boxes again; ends where its terminal was closed |
| SIGUSR1 | writes the statistics so far |
| SIGUSR2 | nothing |

While a box holds up the loop the first Ctrl-C can only say so, and the second ends the process
there; SIGTERM, which nobody repeats, does so by itself after a while. What sounds is ended first,
as well as can be.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from engine.runtime.live import Live
from engine.system.signals import SignalListener

_LOG = logging.getLogger("sensorium")

SOON: Final = 1.0
"""Seconds after which a loop that does not respond after a Ctrl-C counts as stuck."""
IMPATIENT: Final = 0.5
"""Seconds that the loop may take to respond when it is asked to end once more."""
TERMINATED: Final = 5.0
"""Seconds after SIGTERM until a show whose loop is stuck is ended all the same; a service manager
kills it after ten (``TimeoutStopSec``)."""
SILENCING: Final = 1.0
"""Seconds that ending what sounds may take then."""
HANGING_UP: Final = 0.5
"""Seconds that a terminal may take to be gone after SIGHUP: some send it just before."""
_BY_SIGNAL: Final = 128
_SHOW_CURSOR: Final = "\x1b[?25h"


class ShowSignals:
    """Handles the signals of one show, until it is closed; made on its loop.

    ``on_end`` is called on the loop when the show is asked to end, ``reload`` and ``write_stats``
    as their names say. Raise ValueError on another thread than the main one.
    """

    def __init__(
        self,
        show: Live,
        *,
        on_end: Callable[[], None],
        reload: Callable[[], None],
        write_stats: Callable[[], None],
    ) -> None:
        self._show = show
        self._on_end = on_end
        self._reload = reload
        self._write_stats = write_stats
        self._loop = asyncio.get_running_loop()
        self._asked = 0
        self._ending = False
        self._closed = threading.Event()
        self._terminals = [each for each in (0, 1, 2) if _is_terminal(each)]
        named: dict[str, Callable[[], None]] = {
            "SIGINT": self._interrupt,
            "SIGTERM": self._terminate,
            "SIGHUP": self._hang_up,
            "SIGUSR1": lambda: self._on_loop(self._write_stats),
            "SIGUSR2": lambda: None,
        }
        self._listener = SignalListener(
            {getattr(signal, name): act for name, act in named.items() if hasattr(signal, name)}
        )

    def close(self) -> None:
        """Handle signals as before."""
        self._closed.set()
        self._listener.close()

    # On the thread that hears the signals.

    def _interrupt(self) -> None:
        if self._ask_to_end() == 1:
            self._beside(self._tell_if_stuck)
        elif not self._responds(IMPATIENT):
            self._end_at_once(signal.SIGINT)

    def _terminate(self) -> None:
        if self._ask_to_end() == 1:
            self._beside(self._end_if_stuck)
        elif not self._responds(IMPATIENT):
            self._end_at_once(signal.SIGTERM)

    def _hang_up(self) -> None:
        """Reload, or end where the terminal that the show was begun in is gone."""
        _LOG.info("SIGHUP: everything is read again")
        self._on_loop(self._reload)
        if self._terminals:
            threading.Timer(HANGING_UP, self._end_without_terminal).start()

    def _end_without_terminal(self) -> None:
        if not all(map(_is_terminal, self._terminals)):
            _LOG.warning("the terminal was closed: the show ends")
            self._terminate()

    def _ask_to_end(self) -> int:
        """Ask the loop to end the show; return how often it was asked."""
        self._asked += 1
        self._on_loop(self._end)
        return self._asked

    def _responds(self, seconds: float) -> bool:
        """Return whether the loop does what it is asked to within so many seconds."""
        done = threading.Event()
        self._on_loop(done.set)
        return done.wait(seconds) or self._closed.is_set()

    def _beside(self, look: Callable[[], None]) -> None:
        threading.Thread(target=look, name="end of the show", daemon=True).start()

    def _tell_if_stuck(self) -> None:
        if self._is_stuck(SOON):
            name, place = self._show.where()
            text = "the show cannot end: it stands still in %s (%s). Ctrl-C again ends it at once"
            _LOG.warning(text, name, place)

    def _end_if_stuck(self) -> None:
        if self._is_stuck(TERMINATED):
            self._end_at_once(signal.SIGTERM)

    def _is_stuck(self, every: float) -> bool:
        """Look every so many seconds, until the show has ended, whether its loop stands still.

        Why more than once: a loop that responds may be held up by the next box that it closes.
        """
        while not self._closed.wait(every):
            if not self._responds(IMPATIENT):
                return True
        return False

    def _end_at_once(self, number: int) -> None:
        """End this process, whatever its loop does; its children end what sounds, and end."""
        name, place = self._show.where()
        _LOG.error("the show stood still in %s (%s) and was ended at once", name, place)
        silencing = threading.Thread(target=self._show.silence_at_once, daemon=True)
        silencing.start()
        silencing.join(SILENCING)
        threading.Event().wait(0.1)  # what is logged is written on another thread
        if sys.stderr.isatty():  # the live table hid it
            with suppress(OSError):
                print(_SHOW_CURSOR, end="", file=sys.stderr, flush=True)
        os._exit(_BY_SIGNAL + number)

    # On the loop.

    def _on_loop(self, act: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the show is over
            self._loop.call_soon_threadsafe(act)

    def _end(self) -> None:
        if self._ending:
            self._show.stop_now()
        self._ending = True
        self._on_end()
        self._show.stop()


def _is_terminal(descriptor: int) -> bool:
    """Whether a descriptor is a terminal that is still there."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False
