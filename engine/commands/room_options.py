"""What the commands share that have a patch played on several machines."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from engine.core.endpoint import PORT
from engine.core.errors import ClusterError
from engine.patch.machines import HOME, LONGEST

if TYPE_CHECKING:
    from engine.cluster.conductor import Conductor, OpenPart
    from engine.cluster.room_link import RoomLink
    from engine.commands.conductor_on_demand import ConductorOnDemand

RoomKeyFile = Annotated[
    Path | None, typer.Option("--key", help="the key of the room of machines, else the usual file")
]
RoomPort = Annotated[
    int | None, typer.Option("--room-port", help="where other machines reach this one", min=1)
]
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9-]+")


def program_version() -> str:
    """Return the version of Sensorium that runs."""
    from importlib.metadata import version

    return version("sensorium")


def make_conductor(opening: OpenPart, key: Path | None, port: int | None) -> ConductorOnDemand:
    """Return what has parts of patches played on other machines; nothing is loaded yet."""
    from engine.commands.conductor_on_demand import ConductorOnDemand

    return ConductorOnDemand(opening, partial(_conductor, opening, key, port))


def make_link(
    name: str,
    key: Path | None,
    port: int | None,
    addresses: Sequence[str],
    *,
    find: bool,
    shy: bool = False,
) -> RoomLink:
    """Return the link of a machine; a ``shy`` one talks to home and to whom its cables lead.

    Raise ClusterError.
    """
    from engine.cluster.key import default_place
    from engine.cluster.room_link import RoomLink

    return RoomLink(
        name,
        key or default_place(),
        version=program_version(),
        listen=(f"0.0.0.0:{port or PORT}",),
        addresses=addresses,
        find=find,
        shy=shy,
    )


def _conductor(opening: OpenPart, key: Path | None, port: int | None) -> Conductor:
    """Return a conductor, whose room is not entered yet. Raise ClusterError."""
    from engine.cluster.conductor import Conductor
    from engine.cluster.link import LONGEST_NAME

    # No two homes of a room have the same name.
    name = f"{HOME}-{plain_name(socket.gethostname())}"[:LONGEST_NAME]
    try:
        link = make_link(name, key, port, [], find=False)
    except ClusterError as error:
        raise ClusterError(f"{error}; or play all of it here, with --here") from None
    return Conductor(link, opening, version=program_version())


def plain_name(host: str) -> str:
    """Return a name that a machine may have, as much like the name of a host as it can be."""
    plain = _NOT_IN_A_NAME.sub("-", host.partition(".")[0]).strip("-")[:LONGEST]
    return plain if plain[:1].isalpha() else f"machine-{plain}"[:LONGEST].rstrip("-")
