"""Reports where a command hangs in a box of one's own: while it is loaded, made, or played offline.

Such a call is the command's own: nothing else can go on meanwhile, and only Ctrl-C ends it. What
hangs in a show that plays is told by ``supervision/loop_watch``.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import TracebackType
from typing import Final, NoReturn, Self

from engine.commands.ending import interrupt
from engine.runtime.supervision.places import WATCHED, Call, own_call, own_line
from engine.system.signals import SignalListener

LOOK: Final = 1.0
"""Seconds between two looks."""
SLOW: Final = 5
"""After so many looks at the same call it is told. A library may take its time to be loaded.

Counted in looks and not by a clock, as a machine that slept has missed only one."""
SOON: Final = 1.0
"""Seconds after which a call that Ctrl-C has not ended counts as one that it does not end."""
_BY_SIGNAL: Final = 128

_LOG = logging.getLogger("sensorium")


class HangWatch:
    """Watches the main thread of a command while the block lasts, and hears its Ctrl-C."""

    def __init__(self) -> None:
        self._thread = threading.main_thread().ident or 0
        self._over = threading.Event()
        self._interrupted: Call | None = None

    def __enter__(self) -> Self:
        self._listener = SignalListener({signal.SIGINT: self._hear}, as_well=interrupt)
        threading.Thread(target=self._watch, name="hang watch", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._listener.close()

    def _call(self) -> Call | None:
        """Return the call into a file of one's own that the main thread is in, None for none."""
        return None if self._thread in WATCHED else own_call(self._thread)

    def _watch(self) -> None:
        seen, looks = None, 0
        while not self._over.wait(LOOK):
            call = self._call()
            looks = looks + 1 if call is not None and call == seen else 0
            seen = call
            if looks == SLOW and (line := own_line(self._thread)):
                _LOG.warning("%s: takes long, and everything waits for it; Ctrl-C ends it", line)

    def _hear(self) -> None:
        """Report where Ctrl-C does not end a call; the second one then ends the command at once."""
        call = self._call()
        if call is not None and call == self._interrupted:
            self._end_at_once()
        self._interrupted = call
        if call is not None:
            threading.Thread(target=self._tell_if_stuck, args=(call,), daemon=True).start()

    def _tell_if_stuck(self, call: Call) -> None:
        if not self._over.wait(SOON) and self._call() == call:
            words = "%s: does not end. Ctrl-C again ends the command at once"
            _LOG.warning(words, own_line(self._thread))

    def _end_at_once(self) -> NoReturn:
        _LOG.error("%s: did not end, so the command was ended at once", own_line(self._thread))
        self._over.wait(0.1)  # what is logged is written on another thread
        os._exit(_BY_SIGNAL + signal.SIGINT)
