"""Commands that train networks on what a performer recorded or wrote."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.commands.build import need_extra
from engine.commands.ending import ended_in_order
from engine.commands.page_options import PageHost, PagePort, PageToken
from engine.terminal.log import LOG
from engine.web import HOST, PORT

if TYPE_CHECKING:
    from engine.training.picture import Measured

train = typer.Typer(
    name="train",
    add_completion=False,
    help="Train a network on a recording or a text of your own.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@train.command()
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
    page: Annotated[bool, typer.Option(help="serve a page that shows how far it is")] = True,
    page_port: PagePort = PORT,
    page_host: PageHost = HOST,
    page_token: PageToken = "",
) -> None:
    """Train a network that paints you from a skeleton, on two minutes of your own recording.

    Record it by "sensorium record PATCH --pixels", with a camera that stands still, in light that
    stays, and move as you will on stage. The last fifth is kept apart, to measure on it. A page
    shows how far it is, and what it paints by then; Ctrl-C and its Stop keep what was learned.
    """
    need_extra("train", "onnx", "sensorium train picture ...")
    from rich.console import Console

    from engine.commands.watched_training import WatchedTraining
    from engine.terminal.training import TrainingScreen
    from engine.training.command import TrainingOptions, TrainingView, train_picture
    from engine.training.folder import PREVIEW

    made = folder or Path(recording.stem)
    options = TrainingOptions(minutes, steps, size, frame, pose, threads, seed)
    views: list[TrainingView] = [TrainingScreen(Console(stderr=True))]
    with ended_in_order(), ExitStack() as stack:
        if page:
            watched = WatchedTraining(made / PREVIEW, page_host, page_port, page_token)
            views.append(stack.enter_context(watched))
        found = train_picture(recording, made, options, views)
        words = _words(found)
        if page:
            watched.result = f"{words[0].upper()}{words[1:]}. It is kept in {made}."
    LOG.info("%s", words)
    if found.ratio >= 1:
        LOG.warning("it is not nearer than that: train longer, or record more of what you do")
    LOG.info("%s is written; look at %s; a patch beside it plays it by", made, made / PREVIEW)
    typer.echo(f'[painted]\nuse   = "skeleton_to_picture"\nfrom  = "pose"\nmodel = "{made.name}"')


@train.command()
def text(
    file: Annotated[Path, typer.Argument(help="a text file, as long as you have one")],
    folder: Annotated[
        Path | None, typer.Argument(help="a new folder for it; else named by the text")
    ] = None,
    minutes: Annotated[float, typer.Option(help="how long to train", min=0.1, max=1440)] = 5.0,
    steps: Annotated[int, typer.Option(help="train for so many steps, and not by time", min=0)] = 0,
    seed: Annotated[int, typer.Option(help="another number, another chance", min=0)] = 0,
    page: Annotated[bool, typer.Option(help="serve a page that shows how far it is")] = True,
    page_port: PagePort = PORT,
    page_host: PageHost = HOST,
    page_token: PageToken = "",
) -> None:
    """Train a network that writes as a text of your own does, letter by letter.

    The box "write" plays it by author = "FOLDER". A hundred thousand letters are little, a million
    are good. The last tenth is kept apart, to measure on it. A page shows how far it is, and what
    it writes by then; Ctrl-C and its Stop keep what was learned.
    """
    need_extra("train", "onnx", "sensorium train text ...")
    from rich.console import Console

    from engine.commands.watched_training import WatchedTraining
    from engine.terminal.text_training import TextTrainingScreen, curve
    from engine.training.command import TrainingView
    from engine.training.folder import PREVIEW
    from engine.training.text_command import TextOptions, train_text

    made = folder or Path(file.stem)
    views: list[TrainingView] = [TextTrainingScreen(Console(stderr=True))]
    with ended_in_order(), ExitStack() as stack:
        if page:
            watched = WatchedTraining(made / PREVIEW, page_host, page_port, page_token)
            views.append(stack.enter_context(watched))
        found = train_text(file, made, TextOptions(minutes, steps, seed), views)
        words = (
            f"text that it had not seen surprises it by {found.surprise.network:.2f} nats a letter;"
            f" by the frequency of letters it would be {found.surprise.frequencies:.2f}"
        )
        if page:
            watched.result = f"{words[0].upper()}{words[1:]}. It is kept in {made}."
    LOG.info("%s", curve(found.losses))
    LOG.info("%s", words)
    LOG.info("it writes, for example:")
    for line in found.lines:
        LOG.info("  %s", "".join(one for one in line if one.isprintable()))
    LOG.info("%s is written; a patch beside it plays it by", made)
    typer.echo(f'[poet]\nuse    = "write"\nauthor = "{made.name}"')


def _words(found: Measured) -> str:
    """Return how near a training came."""
    return (
        "on pictures it had not seen it is off by {:.4f} (SSIM {:.3f}); the nearest picture it had"
        " seen is off by {:.4f} (SSIM {:.3f})"
    ).format(*found.painted, *found.nearest)
