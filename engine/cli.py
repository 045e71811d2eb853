"""The command ``sensorium``: one function a command.

What only one command needs it imports itself: a show that begins half a second sooner is worth it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.core.errors import PatchError, Problem, SensoriumError
from engine.runtime.dump import Dump
from engine.runtime.engine import Engine
from engine.runtime.opening import FIRST, check_patch, find_patch, open_texts
from engine.runtime.performance import Performance
from engine.terminal.log import begin_log
from engine.web import HOST, PORT

if TYPE_CHECKING:
    from rich.console import RenderableType

    from engine.recording.recorder import Recorder
    from engine.terminal.table import LiveTable
    from engine.web.page import Page

CANNOT_PLAY = 2
OUR_FAULT = 1

app = typer.Typer(
    help="Gives a performer's computer eyes and ears.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def play(
    patches: Annotated[list[str] | None, typer.Argument(help="patch files, or names")] = None,
    to: Annotated[str | None, typer.Option(help="send OSC to this tool or host:port")] = None,
    for_: Annotated[float | None, typer.Option("--for", help="seconds to play", min=0.0)] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="BOX.PARAMETER=VALUE, before playing")
    ] = None,
    stats: Annotated[Path | None, typer.Option(help="write delays and counts here")] = None,
    dump: Annotated[
        str | None, typer.Option(help="write all that is sent here; - shows it")
    ] = None,
    offline: Annotated[bool, typer.Option("--offline", help="as fast as it goes")] = False,
    cost: Annotated[
        list[str] | None, typer.Option(help="BOX=MS, what a model takes offline")
    ] = None,
    record_: Annotated[
        Path | None, typer.Option("--record", help="record the show in this file")
    ] = None,
    pixels: Annotated[bool, typer.Option("--pixels", help="record pictures too")] = False,
    watch: Annotated[
        bool, typer.Option(help="play what is saved: the patch, rig.toml, nodes beside it")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="no table")] = False,
    page: Annotated[bool, typer.Option(help="serve a page to watch and steer by")] = True,
    page_port: Annotated[int, typer.Option(help="its port", min=1, max=65535)] = PORT,
    page_host: Annotated[
        str, typer.Option(help="who reaches it: 127.0.0.1 this machine, 0.0.0.0 the network")
    ] = HOST,
) -> None:
    """Play a patch, or a set of patches; without one, the first light.

    Save the patch, rig.toml or a file in nodes/ beside it, and it changes while it plays.
    """
    costs = dict(_cost(text) for text in cost or ())
    files = [find_patch(name) for name in patches or [FIRST]]
    writer = Dump(dump) if dump else None
    table = None if quiet or offline or not sys.stderr.isatty() else _live_table()
    web = _page(page_host, page_port) if page and not offline else None
    recorder = _recorder(record_, to, set_ or (), not offline, pixels) if record_ else None
    opening = partial(open_texts, to=to, sets=set_ or (), live=not offline)
    try:
        show = Performance(files, opening, writer, _all(table, web, recorder), edits=watch)
        if recorder:
            recorder.open()
        if web:
            web.open()
        numbers = show.offline(for_, costs) if offline else asyncio.run(show.live(for_))
    finally:
        for watcher in (table, web, recorder):
            if watcher:
                watcher.close()
        if writer:
            writer.close()
    if stats:
        stats.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


@app.command()
def record(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")] = FIRST,
    file: Annotated[Path | None, typer.Argument(help="else named by patch and time")] = None,
    for_: Annotated[float | None, typer.Option("--for", help="seconds to play", min=0.0)] = None,
    pixels: Annotated[bool, typer.Option("--pixels", help="record pictures too")] = False,
    to: Annotated[str | None, typer.Option(help="send OSC to this tool or host:port")] = None,
) -> None:
    """Play a patch and record it: the same as "play PATCH --record FILE"."""
    named = f"{find_patch(patch).stem} {datetime.now():%Y-%m-%d %H.%M.%S}.mcap"
    play([patch], to=to, for_=for_, record_=file or Path(named), pixels=pixels)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(help="a recording")],
    patch: Annotated[str | None, typer.Argument(help="play this patch instead")] = None,
    speed: Annotated[str | None, typer.Option(help="1 is its own; or max")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="say what is different")] = False,
    recompute: Annotated[bool, typer.Option("--recompute", help="run the networks again")] = False,
    send: Annotated[bool | None, typer.Option(help="really send; else not at max")] = None,
    to: Annotated[str | None, typer.Option(help="send OSC to this tool or host:port")] = None,
    dump: Annotated[str | None, typer.Option(help="write all that is sent; - shows it")] = None,
) -> None:
    """Play a recording again, through its own patch or another."""
    from engine.recording.command import Wish
    from engine.recording.command import replay as play_again
    from engine.terminal.differences import told

    wish = Wish(patch, speed or ("max" if compare else "1"), compare, recompute, send, to, dump)
    comparison = play_again(file, wish)
    if comparison:
        _print(told(comparison))
        if comparison.different:
            raise typer.Exit(OUR_FAULT)


@app.command()
def check(patches: Annotated[list[str], typer.Argument(help="patch files, or names")]) -> None:
    """Say everything that is wrong with a patch, and where."""
    problems: list[Problem] = []
    for name in patches:
        try:
            plan = check_patch(find_patch(name))
        except PatchError as error:
            problems += error.problems
        else:
            shown = [box for box in plan.boxes.values() if not box.hidden]
            typer.echo(f"{name}: good, {len(shown)} boxes")
    if problems:
        raise PatchError(problems)


@app.command()
def show(patch: Annotated[str, typer.Argument(help="a patch file, or its name")]) -> None:
    """Draw a patch as a Mermaid diagram."""
    from engine.patch.show import mermaid

    typer.echo(mermaid(check_patch(find_patch(patch))))


@app.command()
def nodes(
    name: Annotated[str | None, typer.Argument(help="one box, such as smooth")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="all, as docs/boxes.md")] = False,
    schema: Annotated[bool, typer.Option("--schema", help="for editors, as JSON Schema")] = False,
) -> None:
    """List all boxes, and those in a folder nodes/ here; or show one."""
    from engine.patch.schema import patch_schema
    from engine.registry import Registry
    from engine.terminal.markdown import markdown as all_boxes
    from engine.terminal.reference import box_list, box_page

    registry = Registry(None if markdown or schema else Path.cwd())
    if markdown:
        typer.echo(all_boxes(registry), nl=False)
    elif schema:
        boxes = {each: registry.find(each) for each in registry.names()}
        typer.echo(json.dumps(patch_schema(boxes), indent=1, ensure_ascii=False))
    else:
        _print(box_page(registry, name) if name else box_list(registry))


@app.command()
def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="which; all for all; none lists them")
    ] = None,
    short: Annotated[bool, typer.Option("--short", help="seconds, not minutes")] = False,
    json_: Annotated[Path | None, typer.Option("--json", help="write the numbers here")] = None,
    markdown: Annotated[Path | None, typer.Option(help="put the tables on this page")] = None,
) -> None:
    """Measure Sensorium on this machine, beside other ways to do the same."""
    from engine.bench import command

    if not command.bench(names or (), short, json_, markdown):
        raise typer.Exit(OUR_FAULT)


@app.command()
def devices() -> None:
    """List the cameras, sound inputs and MIDI ports, and what to write for each."""
    from engine.terminal.devices import device_list

    _print(device_list())


@app.command()
def doctor() -> None:
    """Say whether everything is there, and what mends it."""
    from engine.terminal.doctor import report

    _print(report())


@app.command()
def models() -> None:
    """List the networks that are there."""
    from engine.terminal.models import model_list

    _print(model_list())


def _live_table() -> LiveTable:
    from rich.console import Console

    from engine.terminal.table import LiveTable

    return LiveTable(Console(stderr=True))


def _page(host: str, port: int) -> Page:
    from engine.web.page import Page

    return Page(host, port)


def _print(picture: RenderableType) -> None:
    from rich.console import Console

    Console().print(picture)


def _recorder(
    file: Path, to: str | None, sets: Sequence[str], live: bool, pixels: bool
) -> Recorder:
    from engine.recording.recorder import Recorder
    from engine.recording.scribe import Asked

    return Recorder(file, Asked(to, tuple(sets), live, pixels))


def _all(*watchers: LiveTable | Page | Recorder | None) -> Callable[[Engine], None]:
    """Make what tells every watcher which engine plays."""

    def watch(engine: Engine) -> None:
        for watcher in watchers:
            if watcher:
                watcher.watch(engine)

    return watch


def _cost(text: str) -> tuple[str, float]:
    box, _, ms = text.partition("=")
    try:
        return box, float(ms)
    except ValueError:
        raise typer.BadParameter(f'expected BOX=MS, such as pose=45, got "{text}"') from None


def _fail(message: str, status: int) -> NoReturn:
    sys.stderr.write(f"{message}\n")
    raise SystemExit(status)


def main() -> None:
    """Run the command; 0 after a clean end, 2 for what cannot be played, 1 for our own fault."""
    log = begin_log()
    try:
        app()
    except (SensoriumError, OSError) as error:
        _fail(str(error), CANNOT_PLAY)
    except Exception as error:
        logging.getLogger("sensorium").debug("", exc_info=True)
        _fail(f"a mistake of Sensorium itself: {type(error).__name__}: {error}", OUR_FAULT)
    finally:
        log.stop()
