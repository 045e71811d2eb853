"""What commands share: their exit status, how they end, and how they print."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from engine.core.box_errors import Interrupted

if TYPE_CHECKING:
    from rich.console import RenderableType

CANNOT_PLAY: Final = 2
OUR_FAULT: Final = 1
INTERRUPTED: Final = 130
"""As shells have it: 128 and the number of SIGINT."""
AT_THE_END: Final = ExitStack()
"""Contexts that end with the command, after its last message."""


def interrupt(*_: object) -> NoReturn:
    """Handle a signal as Ctrl-C: raise Interrupted wherever the main thread is."""
    raise Interrupted


def heed_no_requests() -> None:
    """Let signals that ask something of a show that plays not end one that does not yet."""
    for name in ("SIGUSR1", "SIGUSR2"):
        if hasattr(signal, name):  # not on Windows
            signal.signal(getattr(signal, name), lambda *_: None)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """End the block on SIGTERM as on Ctrl-C, with all the processes that it started."""
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def show_on_terminal(picture: RenderableType) -> None:
    """Print something to the terminal."""
    from rich.console import Console

    Console().print(picture)
