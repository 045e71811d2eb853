"""What commands share: how they end, and how they show something."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from rich.console import RenderableType

CANNOT_PLAY: Final = 2
OUR_FAULT: Final = 1
AT_THE_END: Final = ExitStack()
"""What ends with the command, when everything has been told."""


def show_on_terminal(picture: RenderableType) -> None:
    """Show a table on the terminal."""
    from rich.console import Console

    Console().print(picture)
