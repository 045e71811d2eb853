"""Commands for before a set and for the weeks after: bench, stress, install."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.commands.ending import OUR_FAULT, ended_in_order
from engine.patch.find import find_patch


def bench(
    names: Annotated[
        list[str] | None, typer.Argument(help="which; all for all; none lists them")
    ] = None,
    short: Annotated[bool, typer.Option("--short", help="seconds, not minutes")] = False,
    json_: Annotated[Path | None, typer.Option("--json", help="write the numbers here")] = None,
    markdown: Annotated[Path | None, typer.Option(help="put the tables on this page")] = None,
) -> None:
    """Measure Sensorium on this machine, beside other ways to do the same."""
    from engine.lab.bench import command

    with ended_in_order():
        well = command.bench(names or (), short, json_, markdown)
    if not well:
        raise typer.Exit(OUR_FAULT)


def stress(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")],
    seed: Annotated[int, typer.Option(help="another number, another storm", min=0)] = 1,
    minutes: Annotated[float, typer.Option(help="how long the storm lasts", min=0.1)] = 5.0,
    calm: Annotated[bool, typer.Option("--calm", help="no faults: only look on")] = False,
    json_: Annotated[Path | None, typer.Option("--json", help="write the numbers here")] = None,
    report: Annotated[Path | None, typer.Option(help="write a page about it here")] = None,
) -> None:
    """Put a patch through faults on purpose, and say whether it came through."""
    from engine.lab.stress.command import StressOptions
    from engine.lab.stress.command import stress as run_stress

    options = StressOptions(find_patch(patch), seed, minutes, calm)
    with ended_in_order():
        passed = run_stress(options, file=json_, page=report)
    if not passed:
        raise typer.Exit(OUR_FAULT)


def install(
    context: typer.Context,
    patch: Annotated[
        str, typer.Argument(help="a patch file, or its name; with --join that of this machine")
    ],
    options: Annotated[
        list[str] | None, typer.Argument(help="after --, options of play: -- --to max")
    ] = None,
    join: Annotated[
        bool, typer.Option("--join", help="wait for the shows of another machine instead")
    ] = False,
    name: Annotated[
        str | None, typer.Option(help="of the service; without it, the patch's")
    ] = None,
    print_: Annotated[bool, typer.Option("--print", help="show the unit, change nothing")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="end it, and take it away")] = False,
) -> None:
    """Play a patch for weeks: from boot on, as a service of systemd that begins it again."""
    from engine.terminal.install import install as put_in
    from engine.terminal.install import install_join

    _parse(context, "join" if join else "play", [patch, *(options or ())])
    put = install_join if join else put_in
    typer.echo(put(patch, tuple(options or ()), name, only_print=print_, remove=remove))


def _parse(context: typer.Context, command: str, words: list[str]) -> None:
    """Check that a command accepts these words. Raise what typer raises for people."""
    root = context.find_root()
    assert isinstance(root.command, typer.core.TyperGroup)
    found = root.command.get_command(root, command)
    assert found is not None
    found.make_context(command, words)
