"""The command by which another machine plays its part of a show."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from engine.commands.ending import AT_THE_END, heed_no_requests
from engine.commands.room_options import (
    RoomKeyFile,
    RoomPort,
    make_link,
    plain_name,
    program_version,
)
from engine.core.errors import ClusterError
from engine.core.nearest import nearest
from engine.patch.machines import HOME, is_machine_name
from engine.system.state_folder import user_folder
from engine.terminal.log import LOG, log_file

if TYPE_CHECKING:
    from engine.cluster.joined import JoinedPlayer
    from engine.cluster.link import MachineLink

_UNDISTURBED: Final = 15.0
"""Seconds from the beginning in which a part that is offered has the whole processor."""


def join(
    name: Annotated[
        str | None, typer.Argument(help='what a patch calls this machine: machine = "left"')
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="where home is, if it cannot be found by itself")
    ] = None,
    trust: Annotated[
        bool, typer.Option("--trust", help="run what home sends from the nodes/ of its patch")
    ] = False,
    find: Annotated[
        bool, typer.Option(help="look for the others, and be found, in this network")
    ] = True,
    key: RoomKeyFile = None,
    room_port: RoomPort = None,
    log: Annotated[
        Path | None, typer.Option(help="write what is logged here too; old files make room")
    ] = None,
) -> None:
    """Wait for a show, and play what its patch says for this machine; then wait for the next.

    The machine that plays the patch is "home". Both need the same key, see "sensorium key". Files
    that a patch names are looked for in the folder where this is started.
    """
    AT_THE_END.enter_context(log_file(log))
    heed_no_requests()
    own = _own_name(name)
    link = make_link(own, key, room_port, [at] if at else [], find=find and not at, shy=True)
    link.prepare()  # it meets the others while what plays is loaded
    asyncio.run(_join(own, link, trust))


def _own_name(name: str | None) -> str:
    """Return what this machine is called. Raise ClusterError."""
    own = plain_name(socket.gethostname()) if name is None else name
    if own == HOME:
        raise ClusterError(f'"{HOME}" is the machine that plays the patch; give another name')
    if is_machine_name(own):
        return own
    hint = nearest(own, [plain_name(own)])
    raise ClusterError(
        f'a machine cannot be called "{own[:80]}": expected up to 32 letters, digits, "-" or "_", '
        f"the first a letter.{hint}"
    )


async def _join(name: str, link: MachineLink, trust: bool) -> None:
    from engine.cluster.joined import JoinedPlayer
    from engine.runtime.service import SystemdNotifier

    service = SystemdNotifier()
    player = JoinedPlayer(
        link,
        Path.cwd(),
        trust=trust,
        keep=user_folder() / "joined" / name,
        version=program_version(),
    )
    _end_by_signal(player)
    service.wait(f"{name} waits for a show")
    LOG.info("%s waits for a show", name)
    looking = asyncio.create_task(_describe(link, player))
    try:
        await player.work()
    finally:
        service.stopping()
        looking.cancel()


async def _describe(link: MachineLink, player: JoinedPlayer) -> None:
    """Describe this machine; its devices only when a part plays already, or none is offered.

    To look for them takes about a second of processor time, by which a show would begin later.
    """
    with suppress(TimeoutError):
        await asyncio.wait_for(player.plays.wait(), _UNDISTURBED)
    link.describe(await asyncio.to_thread(_look))


def _look() -> dict[str, Any]:
    from engine.terminal.machine import what_is_here

    return what_is_here()


def _end_by_signal(player: JoinedPlayer) -> None:
    """End when asked to, by Ctrl-C or SIGTERM; at the second Ctrl-C at once."""
    loop = asyncio.get_running_loop()
    asked = 0

    def ask() -> None:
        nonlocal asked
        asked += 1
        player.stop()
        if asked > 1 and player.show is not None:
            player.show.stop_now()

    for number in (signal.SIGINT, signal.SIGTERM):
        if sys.platform == "win32":
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ask))
        else:
            with suppress(ValueError, RuntimeError):
                loop.add_signal_handler(number, ask)
    if hasattr(signal, "SIGHUP"):
        with suppress(ValueError, RuntimeError):
            loop.add_signal_handler(signal.SIGHUP, player.read_again)
