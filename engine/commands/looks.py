"""Commands about patches, boxes, devices and models: to begin one, and to look at all."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.ending import OUR_FAULT, show_on_terminal
from engine.core.errors import PatchError, Problem, UnwritableFile
from engine.patch.find import FIRST, find_patch
from engine.system.output_file import OutputFile, describe_refusal
from engine.terminal.log import LOG


def new(
    file: Annotated[str | None, typer.Argument(help="a name for it, such as mine.toml")] = None,
    from_: Annotated[str, typer.Option("--from", help="the patch or recipe to copy")] = FIRST,
) -> None:
    """Begin a patch of your own as a copy of one that is there; without a name, list those."""
    from engine.terminal.starters import as_typed, copy_starter, find_starter, starter_list

    if file is None:
        show_on_terminal(starter_list())
        return
    starter = find_starter(from_)
    made = copy_starter(starter, file)
    typer.echo(f"{made}: a copy of {starter.name}; change it, and: sensorium play {as_typed(made)}")


def check(patches: Annotated[list[str], typer.Argument(help="patch files, or names")]) -> None:
    """List everything that is wrong with a patch, and where; warn of what is hardly meant."""
    from engine.patch.placement import placement
    from engine.runtime.opening import check_patch

    problems: list[Problem] = []
    warnings: dict[Problem, None] = {}
    for name in patches:
        try:
            plan = check_patch(find_patch(name))
        except PatchError as error:
            problems += error.problems
        else:
            shown = [box for box in plan.boxes.values() if not box.hidden]
            typer.echo(f"{name}: good, {len(shown)} boxes")
            for line in placement(plan) if plan.is_spread else ():
                typer.echo(f"  {line}")
            warnings |= dict.fromkeys(plan.warnings)
    for warning in warnings:
        LOG.warning("warning: %s", warning)
    if problems:
        raise PatchError(problems)


def show(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")],
    file: Annotated[Path | None, typer.Argument(help="the picture to write")] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="a Mermaid diagram, as text")] = False,
) -> None:
    """Draw a patch as an SVG picture, which any browser shows.

    It goes where the output is led, as by "> mine.svg"; on a terminal, into a file here.
    """
    from engine.patch.show import mermaid as diagram
    from engine.runtime.opening import check_patch
    from engine.web.svg import svg

    found = find_patch(patch)
    plan = check_patch(found)
    text = diagram(plan) if mermaid else svg(plan)
    if file is None and (mermaid or not sys.stdout.isatty()):
        typer.echo(text)
        return
    if file is None:
        file = _picture_here(found)
    picture = OutputFile(file)
    try:
        picture.write(f"{text}\n")
    except OSError as error:
        raise UnwritableFile(describe_refusal(file, error)) from None
    finally:
        picture.close()
    LOG.info("%s is written; any browser shows it", file)


def _picture_here(patch: Path) -> Path:
    """Return where the picture of a patch goes; raise UnwritableFile where another one is."""
    from engine.web.svg import MADE_BY

    file = Path(f"{patch.stem}.svg")
    try:
        ours = not file.exists() or MADE_BY in file.read_text(encoding="ascii")
    except (OSError, ValueError):
        ours = False
    if not ours:
        command = f"sensorium show {patch.stem} FILE"
        raise UnwritableFile(f"{file} is there, and not drawn by this: name another, {command}")
    return file


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
        show_on_terminal(box_page(registry, name) if name else box_list(registry))


def devices() -> None:
    """List the cameras, sound inputs and MIDI ports, and what to write for each."""
    from engine.terminal.devices import device_list

    show_on_terminal(device_list())


def doctor(
    patches: Annotated[list[str] | None, typer.Argument(help="patch files, or names")] = None,
    to: Annotated[str | None, typer.Option(help="as you would play it")] = None,
) -> None:
    """Check that everything is there, and show what mends it.

    With a patch: whether the devices, ports, receivers, files and networks of this show are there
    and open. Nothing is sent. The exit status is 1 where a part of it would not play.
    """
    from engine.terminal.doctor import findings, report

    if not patches:
        show_on_terminal(report(findings()))
        return
    from engine.runtime.opening import open_patch
    from engine.terminal.show_doctor import examine_show

    problems: list[Problem] = []
    whole = True
    for name in patches:
        try:
            plan = open_patch(find_patch(name), to=to)
        except PatchError as error:
            problems += error.problems
            continue
        found = examine_show(plan)
        if patches[1:]:
            typer.echo(name)
        show_on_terminal(report(found))
        whole = whole and all(finding.state != "missing" for finding in found)
    if problems:
        raise PatchError(problems)
    if not whole:
        raise typer.Exit(OUR_FAULT)


def models(
    build: Annotated[str, typer.Argument(help='"build", to make one that is not there')] = "",
    name: Annotated[str, typer.Argument(help="which one to build: eyes")] = "",
) -> None:
    """List the networks that are there; "models build NAME" makes one of an extra, once."""
    if build:
        from engine.commands.build import build_model

        typer.echo(build_model(build, name))
        return
    from engine.terminal.models import model_list

    show_on_terminal(model_list())
