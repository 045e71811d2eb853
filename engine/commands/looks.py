"""Commands that show patches, boxes, devices and models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from engine.commands.ending import show_on_terminal
from engine.core.errors import PatchError, Problem
from engine.runtime.metrics import LOG
from engine.runtime.opening import check_patch, find_patch


def check(patches: Annotated[list[str], typer.Argument(help="patch files, or names")]) -> None:
    """List everything that is wrong with a patch, and where; warn of what is hardly meant."""
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
            warnings |= dict.fromkeys(plan.warnings)
    for warning in warnings:
        LOG.warning("warning: %s", warning)
    if problems:
        raise PatchError(problems)


def show(patch: Annotated[str, typer.Argument(help="a patch file, or its name")]) -> None:
    """Draw a patch as a Mermaid diagram."""
    from engine.patch.show import mermaid

    typer.echo(mermaid(check_patch(find_patch(patch))))


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


def doctor() -> None:
    """Check that everything is there, and show what mends it."""
    from engine.terminal.doctor import report

    show_on_terminal(report())


def models() -> None:
    """List the networks that are there."""
    from engine.terminal.models import model_list

    show_on_terminal(model_list())
