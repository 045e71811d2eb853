"""The command about what a box that learns was shown: to look at it, and to carry it elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.core.errors import UnknownName, UnreadableFile, UnwritableFile
from engine.runtime.metrics import LOG
from engine.runtime.opening import check_patch, find_patch


def examples(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")],
    box: Annotated[str, typer.Argument(help="its box with use = learn, or wekinator")],
    csv: Annotated[Path | None, typer.Option(help="write them as a table")] = None,
    take: Annotated[
        Path | None, typer.Option(help="add those of a table, CSV or the ARFF of Wekinator")
    ] = None,
    names: Annotated[
        str, typer.Option(help="what its numbers are called here, in order: value,a,b")
    ] = "",
    version: Annotated[str, typer.Option(help="which examples of the box")] = "examples",
) -> None:
    """List what a box was shown; write it as CSV, or add the examples of another program.

    A show that plays reads them when it begins, or by the order "load".
    """
    from engine.learning.examples import Examples
    from engine.learning.examples_file import (
        BadExamples,
        file_of,
        read_examples,
        spare_of,
        version_fault,
        write_examples,
    )
    from engine.learning.tables import read_table, write_table
    from engine.system.state_folder import StateFolder, state_places

    if fault := version_fault(version):
        raise (
            UnknownName("version", version, ["examples"]) if not version else UnreadableFile(fault)
        )
    found = find_patch(patch)
    plan = check_patch(found).boxes
    learners = [name for name, one in plan.items() if one.use in ("learn", "wekinator")]
    if box not in learners:
        raise UnknownName("box with use = learn", box, learners)
    if plan[box].use == "wekinator":
        _of_a_project(Path(found), box, plan[box].initial, take, names, csv)
        return
    state = StateFolder(state_places(Path(found), box), LOG.error, lambda name, data: None)
    before = state.read(file_of(version))
    try:
        known = read_examples(before) if before is not None else Examples()
    except BadExamples as error:
        raise UnreadableFile(f"{file_of(version)}: {error}") from None
    if take is not None:
        try:
            more = read_table(_text(take), [name.strip() for name in names.split(",") if names])
            known.join(more)
            data = write_examples(known)
            read_examples(data)  # as the show will
        except BadExamples as error:
            raise UnreadableFile(f"{take}: {error}") from None
        if before is not None:
            state.write(spare_of(version), before)
        if not state.write(file_of(version), data):
            raise UnwritableFile(f"{take} could not be taken")
    for label, count in known.counts().items():
        typer.echo(f"{label}: {count}")
    typer.echo(f"{len(known.takes)} takes of {len(known.names)} numbers")
    if csv is not None:
        _write_table(csv, write_table(known))


def _of_a_project(
    patch: Path,
    box: str,
    parameters: Mapping[str, Any],
    take: Path | None,
    names: str,
    csv: Path | None,
) -> None:
    """List what a box ``wekinator`` was shown, in the project that it begins with."""
    from engine.learning.examples_file import BadExamples
    from engine.learning.output_type import parse_output
    from engine.learning.project import Project, take_over
    from engine.learning.project_files import ProjectFiles
    from engine.learning.tables import read_table, write_table
    from engine.system.state_folder import StateFolder, state_places

    state = StateFolder(state_places(patch, box), LOG.error, lambda name, data: None)
    files, name = ProjectFiles(state, LOG.error), parameters["project"]
    project = files.read(name)
    if project is None:
        types = [parse_output(one) for one in parameters["outputs"]]
        project = Project.new(types, parameters["inputs"])
    if take is not None:
        try:
            called = [name.strip() for name in names.split(",") if names]
            take_over(project, read_table(_text(take), called))
        except BadExamples as error:
            raise UnreadableFile(f"{take}: {error}") from None
        if not files.write(name, project):
            raise UnwritableFile(f"{take} could not be taken")
    for number, output in project.taught:
        typer.echo(f"{output.name}: {project.lesson(number).count}")
    for label, count in project.gestures.counts().items():
        typer.echo(f"gesture {label}: {count}")
    takes = len(project.examples.takes) + len(project.gestures.takes)
    typer.echo(f"{takes} takes of {len(project.inputs)} numbers")
    if csv is not None:
        _write_table(csv, write_table(project.examples))


def _write_table(csv: Path, text: str) -> None:
    from engine.system.output_file import OutputFile, describe_refusal

    table = OutputFile(csv)
    try:
        table.write(text)
    except OSError as error:
        raise UnwritableFile(describe_refusal(csv, error)) from None
    finally:
        table.close()


def _text(file: Path) -> str:
    from engine.core.files import read_file
    from engine.learning.examples_file import LARGEST

    try:
        return read_file(file, LARGEST).decode("utf-8-sig", "replace")
    except UnreadableFile as error:
        raise UnreadableFile(f"{file} {error}") from None
