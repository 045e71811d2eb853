"""The command that shows the traffic of a playing show."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.commands.ending import ended_in_order
from engine.core.box_errors import Interrupted

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

    try:
        with ended_in_order():
            look(host, port, only, for_, make_screen(json))
    except Interrupted:
        return
