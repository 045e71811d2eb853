"""What to catch around a call of a box, which may raise anything."""

from __future__ import annotations

import signal
import sys
import threading


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, as the command line raises it: told apart from what a box raises by itself."""


def anything_raised() -> type[BaseException]:
    """Return what to catch around a call of a box: ``except anything_raised() as error``.

    That is everything, ``SystemExit`` and ``KeyboardInterrupt`` too, for a box that raises those
    is as wrong as any other. Only a real Ctrl-C, which Python raises wherever the main thread is,
    goes on.
    """
    error = sys.exception()
    ctrl_c = isinstance(error, Interrupted) or (
        isinstance(error, KeyboardInterrupt)
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    return Exception if ctrl_c else BaseException
