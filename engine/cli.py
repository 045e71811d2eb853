"""The command ``sensorium``: one function a command.

What only one command needs it imports itself: a show that begins half a second sooner is worth it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from collections.abc import Callable
from functools import partial
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from engine.core.errors import PatchError, Problem, SensoriumError
from engine.core.text import plain
from engine.runtime.dump import Dump
from engine.runtime.engine import Engine
from engine.runtime.opening import FIRST, check_patch, find_patch, open_texts
from engine.runtime.performance import Performance
from engine.web import HOST, PORT

if TYPE_CHECKING:
    from rich.console import RenderableType

    from engine.terminal.table import LiveTable
    from engine.web.page import Page

CANNOT_PLAY = 2
OUR_FAULT = 1
MOST_TOLD = 20_000
"""How many characters one message has at most: a traceback is shorter."""

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
    watch: Annotated[
        bool, typer.Option(help="play what is saved: the patch, rig.toml, nodes beside it")
    ] = True,
    quiet: Annotated[bool, typer.Option("--quiet", help="no table")] = False,
    page: Annotated[bool, typer.Option(help="serve a page to watch and steer by")] = True,
    page_port: Annotated[int, typer.Option(help="its port", min=1, max=65535)] = PORT,
    page_host: Annotated[
        str, typer.Option(help="who reaches it: 127.0.0.1 this machine, 0.0.0.0 the network")
    ] = HOST,
    page_token: Annotated[
        str, typer.Option(help="what a phone must know to open it; made up if not said")
    ] = "",
) -> None:
    """Play a patch, or a set of patches; without one, the first light.

    Save the patch, rig.toml or a file in nodes/ beside it, and it changes while it plays.
    """
    costs = dict(_cost(text) for text in cost or ())
    files = [find_patch(name) for name in patches or [FIRST]]
    writer = Dump(dump) if dump else None
    table = None if quiet or offline or not sys.stderr.isatty() else _live_table()
    web = _page(page_host, page_port, page_token) if page and not offline else None
    opening = partial(open_texts, to=to, sets=set_ or (), live=not offline)
    try:
        show = Performance(files, opening, writer, _all(table, web), edits=watch)
        if web:
            web.open()
        numbers = show.offline(for_, costs) if offline else asyncio.run(show.live(for_))
    finally:
        for watcher in (table, web):
            if watcher:
                watcher.close()
        if writer:
            writer.close()
    if stats:
        stats.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")


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


def _page(host: str, port: int, token: str) -> Page:
    from engine.web.page import Page

    return Page(host, port, token=token)


def _print(picture: RenderableType) -> None:
    from rich.console import Console

    Console().print(picture)


def _all(*watchers: LiveTable | Page | None) -> Callable[[Engine], None]:
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
    sys.stderr.write(f"{_printable(message)}\n")
    raise SystemExit(status)


def _printable(text: str) -> str:
    """Keep a terminal from obeying what a patch, a device or the network put into a message."""
    return plain(text, MOST_TOLD, keep="\n\t")


class _Lines(logging.Handler):
    """Writes to standard error as it is then: the table puts lines above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError):  # nobody reads any more
            print(_printable(self.format(record)), file=sys.stderr, flush=True)


def _begin_log() -> QueueListener:
    """Write what is logged on a thread of its own: a terminal that is held must not hold a show."""
    waiting: SimpleQueue[logging.LogRecord] = SimpleQueue()
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[QueueHandler(waiting)])
    writer = QueueListener(waiting, _Lines())
    writer.start()
    return writer


def main() -> None:
    """Run the command; 0 after a clean end, 2 for what cannot be played, 1 for our own fault."""
    log = _begin_log()
    try:
        app()
    except (SensoriumError, OSError) as error:
        _fail(str(error), CANNOT_PLAY)
    except Exception as error:
        logging.getLogger("sensorium").debug("", exc_info=True)
        _fail(f"a mistake of Sensorium itself: {type(error).__name__}: {error}", OUR_FAULT)
    finally:
        log.stop()
