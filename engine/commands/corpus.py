"""The command that lays the sounds or pictures of a folder out by likeness."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from engine.commands.ending import ended_in_order
from engine.core.extras import install_line
from engine.terminal.log import LOG


def corpus(
    folder: Annotated[Path, typer.Argument(help="a folder of sounds or pictures")],
    out: Annotated[
        Path | None, typer.Option(help="the file to write; else FOLDER.corpus beside the folder")
    ] = None,
    kind: Annotated[
        Literal["sounds", "pictures"] | None,
        typer.Option(help="what is taken; else what there is more of"),
    ] = None,
) -> None:
    """Lay the sounds or pictures of a folder out by likeness, for the box corpus_map.

    The first eight seconds of a sound count. What is broken or silent is told and left out. Ctrl-C
    loses nothing: the next time it goes on where it was, and later only asks what is new.
    """
    from rich.console import Console

    from engine.corpus.build import build_corpus
    from engine.corpus.file import SUFFIX
    from engine.corpus.layout import PCA
    from engine.terminal.corpus import CorpusScreen

    folder = folder.expanduser()
    whole = folder.resolve()
    file = out.expanduser() if out else whole.with_name(whole.name + SUFFIX)
    with ended_in_order(), CorpusScreen(Console(stderr=True)) as screen:
        built = build_corpus(folder, file, kind, screen.advance)
    made = built.corpus
    LOG.info(
        "%d %s are laid out by %s, %d of them known before; %d left out",
        *(len(made.names), made.kind, made.layout, built.known, len(built.left_out)),
    )
    if made.layout == PCA:
        LOG.info(
            "neighbours lie closer together with scikit-learn: %s, and again", install_line("learn")
        )
    typer.echo(f'[map]\nuse  = "corpus_map"\nfile = "{file.name}"')
