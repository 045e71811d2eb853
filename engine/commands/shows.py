"""Commands that play: patches, and recordings of them."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer

from engine.commands.ending import (
    AT_THE_END,
    CANNOT_PLAY,
    OUR_FAULT,
    heed_no_requests,
    show_on_terminal,
)
from engine.commands.page_options import PageHost, PagePort, PageToken
from engine.commands.room_options import RoomKeyFile, RoomPort, make_conductor
from engine.core.os_errors import os_reason
from engine.patch.find import FIRST, find_patch
from engine.system.output_file import OutputFile
from engine.terminal.log import LOG, log_file, warnings_only
from engine.web import HOST, PORT

if TYPE_CHECKING:
    from engine.recording.recorder import Recorder
    from engine.runtime.engine import Engine
    from engine.terminal.table import LiveTable
    from engine.web.page import Page


To = Annotated[str | None, typer.Option(help="send OSC to this tool or host:port")]
For = Annotated[float | None, typer.Option("--for", help="seconds to play", min=0.0)]
Quiet = Annotated[bool, typer.Option("--quiet", help="no table")]
Pixels = Annotated[bool, typer.Option("--pixels", help="record pictures too")]


class Observer(Protocol):
    """What observes a show: the live table, the page, a recorder."""

    def open(self) -> None:
        """Begin, before the show does."""

    def watch(self, engine: Engine) -> None:
        """Observe an engine that begins to play, or whose plan has changed."""

    def close(self) -> None:
        """End."""


def play(
    patches: Annotated[list[str] | None, typer.Argument(help="patch files, or names")] = None,
    to: To = None,
    for_: For = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="BOX.PARAMETER=VALUE, before playing")
    ] = None,
    stats: Annotated[Path | None, typer.Option(help="write delays and counts here")] = None,
    dump: Annotated[
        str | None, typer.Option(help="write all that is sent here; - shows it")
    ] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="as fast as it goes; it still sends")
    ] = False,
    cost: Annotated[
        list[str] | None, typer.Option(help="BOX=MS, what a model takes offline")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="no picture of people leaves: page and disk")
    ] = False,
    record_: Annotated[
        Path | None, typer.Option("--record", help="record the show in this file")
    ] = None,
    pixels: Pixels = False,
    here: Annotated[
        bool, typer.Option("--here", help="play all boxes here, whatever machine they are for")
    ] = False,
    room: RoomKeyFile = None,
    room_port: RoomPort = None,
    watch: Annotated[
        bool, typer.Option(help="play what is saved: the patch, rig.toml, nodes beside it")
    ] = True,
    quiet: Quiet = False,
    log: Annotated[
        Path | None, typer.Option(help="write what is logged here too; old files make room")
    ] = None,
    page: Annotated[bool, typer.Option(help="serve a page to watch and steer by")] = True,
    page_port: PagePort = PORT,
    page_host: PageHost = HOST,
    page_token: PageToken = "",
) -> None:
    """Play a patch, or a set of patches; without one, the first light.

    Save the patch, rig.toml or a file in nodes/ beside it, and it changes while it plays.

    Offline the exit status is 2 where a source gave nothing at all, as a film that is not there, or
    where nothing was sent since a box could not be opened.
    """
    AT_THE_END.enter_context(log_file(log))
    if not offline:
        heed_no_requests()  # what a show does at them is not there yet

        from engine.runtime.workers.out_of_process import FORK_SERVER

        FORK_SERVER.prepare()  # it loads what it needs while the rest is loaded here

    from engine.patch.parts import ALL
    from engine.runtime.dump import Dump
    from engine.runtime.opening import open_texts
    from engine.runtime.performance import Performance

    costs = dict(_cost(text) for text in cost or ())
    files = [find_patch(name) for name in patches or [FIRST]]
    writer = Dump(dump) if dump else None
    observers: list[Observer] = []
    if record_:
        observers.append(_recorder(record_, to, set_ or (), not offline, pixels))
    if page and not offline:
        observers.append(_page(page_host, page_port, page_token))
    if not quiet and not offline and sys.stderr.isatty():
        observers.append(_live_table())
    opening = partial(
        open_texts,
        to=to,
        sets=set_ or (),
        live=not offline,
        private=private,
        with_state=record_ is not None,
        here=[ALL] if here else [],
    )
    conductor = None if offline or here else make_conductor(opening, room, room_port)
    with ExitStack() as stack:
        numbers_file = OutputFile(stats) if stats else None
        if numbers_file:
            stack.callback(numbers_file.close)
        report = partial(_report_stats, numbers_file) if numbers_file else None
        show = Performance(
            files,
            conductor.open_texts if conductor else opening,
            writer,
            _all(observers),
            edits=watch,
            report=report,
            conductor=conductor,
        )
        if writer:
            stack.callback(writer.close)
            writer.open()
        for observer in observers:
            stack.callback(observer.close)
            observer.open()
        numbers = show.offline(for_, costs) if offline else asyncio.run(show.live(for_))
        if numbers_file:
            try:
                _write_stats(numbers_file, numbers)
            except OSError as error:
                LOG.error("stats: %s; the show was played", os_reason(error))
    if show.unplayed:
        raise typer.Exit(CANNOT_PLAY)


def test(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")] = FIRST,
    output: Annotated[
        str, typer.Argument(help="one output, such as out/reach; else one after another")
    ] = "",
    to: To = None,
    seconds: Annotated[float, typer.Option(help="how long for each output", min=0.1)] = 5.0,
    loop: Annotated[bool, typer.Option("--loop", help="again and again")] = False,
) -> None:
    """Send a test value through the outputs of a patch, one at a time; nobody has to be there.

    A number moves over the range of its cable, notes climb a scale, a pose dances, a text is the
    name of its output. What sounds is ended, whatever happens. Nothing else is opened.
    """
    heed_no_requests()

    from engine.runtime.output_test import open_test
    from engine.runtime.performance import Performance

    opening = partial(open_test, which=output, to=to, seconds=seconds, loop=loop)
    asyncio.run(Performance([find_patch(patch)], opening).live(None))


def record(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")] = FIRST,
    file: Annotated[Path | None, typer.Argument(help="else named by patch and time")] = None,
    for_: For = None,
    pixels: Pixels = False,
    to: To = None,
    quiet: Quiet = False,
) -> None:
    """Play a patch and record it: the same as "play PATCH --record FILE"."""
    from engine.core.clock import wall_time

    named = f"{find_patch(patch).stem} {wall_time():%Y-%m-%d %H.%M.%S}.mcap"
    play([patch], to=to, for_=for_, record_=file or Path(named), pixels=pixels, quiet=quiet)


def replay(
    file: Annotated[Path, typer.Argument(help="a recording")],
    patch: Annotated[str | None, typer.Argument(help="play this patch instead")] = None,
    speed: Annotated[str | None, typer.Option(help="1 is its own, as it is sent; else max")] = None,
    compare: Annotated[bool, typer.Option("--compare", help="say what is different")] = False,
    recompute: Annotated[bool, typer.Option("--recompute", help="run the networks again")] = False,
    send: Annotated[bool, typer.Option("--send", help="really send, as it says first")] = False,
    to: To = None,
    nodes: Annotated[
        Path | None,
        typer.Option(help="load boxes of your own from this folder", exists=True, file_okay=False),
    ] = None,
    dump: Annotated[str | None, typer.Option(help="write all that is sent; - shows it")] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", help="say only what is wrong, and what you ask for")
    ] = False,
) -> None:
    """Play a recording again, through its own patch or another.

    Nothing leaves without --send; what would be sent is compared, or dumped. Boxes of your own are
    loaded from the folder that --nodes names, if they are what was recorded.
    """
    from engine.recording.command import ReplayOptions
    from engine.recording.command import replay as play_again
    from engine.terminal.differences import difference_table

    speed = speed or ("1" if send else "max")
    options = ReplayOptions(patch, speed, compare, recompute, send, to, dump, nodes)
    with warnings_only() if quiet else nullcontext():
        comparison = play_again(file, options)
    if comparison:
        show_on_terminal(difference_table(comparison))
        if comparison.different:
            raise typer.Exit(OUR_FAULT)


def _report_stats(file: OutputFile, numbers: dict[str, Any]) -> None:
    """Write the statistics while the show plays, and say where they are."""
    _write_stats(file, numbers)
    LOG.info("the statistics so far are in %s", file.path)


def _write_stats(file: OutputFile, numbers: dict[str, Any]) -> None:
    file.write(json.dumps(numbers, indent=1) + "\n")


def _live_table() -> LiveTable:
    from rich.console import Console

    from engine.terminal.table import LiveTable

    return LiveTable(Console(stderr=True))


def _page(host: str, port: int, token: str) -> Page:
    from engine.web.page import Page

    return Page(host, port, token=token)


def _recorder(
    file: Path, to: str | None, sets: Sequence[str], live: bool, pixels: bool
) -> Recorder:
    from engine.recording.recorder import Recorder
    from engine.recording.writer import WriteRequest

    return Recorder(file, WriteRequest(to, tuple(sets), live, pixels))


def _all(observers: Sequence[Observer]) -> Callable[[Engine], None]:
    """Return a function that has every observer watch an engine."""

    def watch(engine: Engine) -> None:
        for observer in observers:
            observer.watch(engine)

    return watch


def _cost(text: str) -> tuple[str, float]:
    box, _, ms = text.partition("=")
    try:
        return box, float(ms)
    except ValueError:
        raise typer.BadParameter(f'expected BOX=MS, such as pose=45, got "{text}"') from None
