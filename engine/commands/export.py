"""The command that takes bodies, hands and faces out of a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.ending import CANNOT_PLAY
from engine.terminal.log import LOG


def export(
    file: Annotated[Path, typer.Argument(help="a recording")],
    bvh: Annotated[Path | None, typer.Option(help="for programs of animation")] = None,
    csv: Annotated[Path | None, typer.Option(help="a table, a row a picture")] = None,
    box: Annotated[
        str | None, typer.Option(help="which box found them; else that which found most")
    ] = None,
    fps: Annotated[
        float | None, typer.Option(help="frames a second of BVH; else as they came", min=1, max=240)
    ] = None,
    stature: Annotated[
        float, typer.Option(help="how tall the performer is, in metres", min=0.3, max=3)
    ] = 1.7,
    force: Annotated[bool, typer.Option("--force", help="write over what is there")] = False,
) -> None:
    """Write the bodies, hands and faces of a recording as BVH or CSV; a file for each person.

    Of several people each file has the number of one: take_1.bvh, take_2.bvh. They hold numbers
    alone, as the network gave them: no picture, and nothing that boxes behind it have changed.
    """
    from engine.recording.exports.command import export as write

    if bvh is None and csv is None:
        LOG.error("say what to write: --bvh take.bvh, --csv take.csv, or both")
        raise typer.Exit(CANNOT_PLAY)
    for kind, written in (("bvh", bvh), ("csv", csv)):
        if written is not None and written.suffix.lower() != f".{kind}":
            LOG.error('--%s: expected a file that ends in .%s, got "%s"', kind, kind, written)
            raise typer.Exit(CANNOT_PLAY)
    write(file, bvh, csv, box=box, rate=fps, stature=stature, force=force)
