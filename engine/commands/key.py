"""The command that makes the key of a room of machines."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def key(
    file: Annotated[
        Path | None, typer.Argument(help="where; without it, where play and join look")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="make another: machines with the old one are shut out")
    ] = False,
) -> None:
    """Make the key that all machines of a room hold, or say which one is there.

    Whoever has the file may enter the room: copy it to your machines only, and keep it secret.
    """
    from engine.cluster.key import default_place, make_key, read_key, write_key

    place = file or default_place()
    if place.exists() and not new:
        there = read_key(place)
        typer.echo(f"Key {there.mark} is in {place}. All machines of the room must have this one.")
        return
    made = make_key()
    write_key(made, place, replace=new)
    typer.echo(
        f"Made key {made.mark} in {place}.\n"
        "Copy that file to every machine of the room, to the same place or for --key, over a way"
        " that nobody else reads: scp, or a USB stick. Whoever has it may enter the room."
    )
