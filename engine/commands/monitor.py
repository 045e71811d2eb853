"""The command that shows the traffic of a playing show."""

from __future__ import annotations

import signal
import threading
from contextlib import closing
from typing import Annotated

import typer

from engine.system.signals import SignalListener

PORT = 9700


def monitor(
    only: Annotated[str, typer.Argument(help="show what contains this text, in any place")] = "",
    port: Annotated[int, typer.Option(help="the show's control port", min=1, max=65535)] = PORT,
    host: Annotated[str, typer.Option(help="the machine that it plays on")] = "127.0.0.1",
    json: Annotated[bool, typer.Option("--json", help="lines of JSON")] = False,
    for_: Annotated[float | None, typer.Option("--for", help="seconds to look", min=0.0)] = None,
) -> None:
    """Show what comes in and what leaves while a show plays: address, value, rate, from whom.

    Also what nobody listens to, with the name that was perhaps meant.
    """
    from engine.terminal.monitor import make_screen
    from engine.terminal.monitor import monitor as look

    # Heard on a thread: raised in the middle of drawing, Ctrl-C would leave a lock as it was.
    over = threading.Event()
    with closing(SignalListener({signal.SIGINT: over.set, signal.SIGTERM: over.set})):
        look(host, port, only, for_, make_screen(json), over=over)
