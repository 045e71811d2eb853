"""How a process that owns a device begins and ends; see ``engine.system.device_process``."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import NoReturn

from engine.system.liveness import wake_with_parent


def leave_signals_to_show() -> None:
    """Ignore Ctrl-C, which a terminal's whole group gets, and a closed terminal.

    The show ends this process itself.
    """
    wake_with_parent()
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)


def end_with(main: Callable[[], int]) -> NoReturn:
    """Call ``main``, and end this process with the status that it returns, 1 where it raises.

    At once: while an interpreter shuts down, its libraries' threads cannot answer a JACK server any
    more, which then answers nobody; and a driver may hang.
    """
    status = 1
    try:
        status = main()
    finally:
        os._exit(status)
