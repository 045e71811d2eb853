"""What commands share: their exit status, how they end, and how they print."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import RenderableType

CANNOT_PLAY: Final = 2
OUR_FAULT: Final = 1
AT_THE_END: Final = ExitStack()
"""Contexts that end with the command, after its last message."""


@contextmanager
def ended_in_order() -> Iterator[None]:
    """End the block on SIGTERM as on Ctrl-C, with all the processes that it started."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def show_on_terminal(picture: RenderableType) -> None:
    """Print something to the terminal."""
    from rich.console import Console

    Console().print(picture)
