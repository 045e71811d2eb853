"""Commands that train networks on what a performer recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.build import need_extra
from engine.commands.ending import ended_in_order
from engine.runtime.metrics import LOG

app = typer.Typer(
    help="Train a network on a recording of your own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.command()
def picture(
    recording: Annotated[Path, typer.Argument(help="a recording with pictures and a pose")],
    folder: Annotated[
        Path | None, typer.Argument(help="a new folder for it; else named by the recording")
    ] = None,
    minutes: Annotated[float, typer.Option(help="how long to train", min=0.1, max=1440)] = 5.0,
    size: Annotated[
        int, typer.Option(help="pixels of the longer side of its pictures", min=64, max=512)
    ] = 192,
    frame: Annotated[str, typer.Option(help="the box whose pictures to paint")] = "",
    pose: Annotated[str, typer.Option(help="the box whose poses to paint from")] = "",
    threads: Annotated[
        int, typer.Option(help="processor cores to use; 0 for all", min=0, max=64)
    ] = 0,
    steps: Annotated[int, typer.Option(help="train for so many steps, and not by time", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="another number, another chance", min=0)] = 0,
) -> None:
    """Train a network that paints you from a skeleton, on two minutes of your own recording.

    Record it by "sensorium record PATCH --pixels", with a camera that stands still, in light that
    stays, and move as you will on stage. The last fifth is kept apart, to measure on it.
    """
    need_extra("train", "onnx", "sensorium train picture ...")
    from rich.console import Console

    from engine.terminal.training import TrainingScreen
    from engine.training.command import TrainingOptions, train_picture
    from engine.training.folder import PREVIEW

    made = folder or Path(recording.stem)
    options = TrainingOptions(minutes, steps, size, frame, pose, threads, seed)
    with ended_in_order():
        found = train_picture(recording, made, options, TrainingScreen(Console(stderr=True)))
    painted, near = found.painted, found.nearest
    LOG.info(
        "on pictures it had not seen it is off by %.4f (SSIM %.3f); the nearest picture it had seen"
        " is off by %.4f (SSIM %.3f)",
        *painted,
        *near,
    )
    if found.ratio >= 1:
        LOG.warning("it is not nearer than that: train longer, or record more of what you do")
    LOG.info("%s is written; look at %s; a patch beside it plays it by", made, made / PREVIEW)
    typer.echo(f'[painted]\nuse   = "skeleton_to_picture"\nfrom  = "pose"\nmodel = "{made.name}"')
