"""What a box ``wekinator`` was shown, in the project that it begins with."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typer

from engine.commands.example_files import read_examples_table, write_file
from engine.core.errors import UnreadableFile, UnwritableFile
from engine.terminal.log import LOG


def project_examples(
    patch: Path,
    box: str,
    parameters: Mapping[str, Any],
    take: Path | None,
    names: str,
    csv: Path | None,
) -> None:
    """List what a project was shown; ``take`` a table into it, write one as ``csv``.

    Raises UnreadableFile and UnwritableFile.
    """
    from engine.learning.examples_file import BadExamples
    from engine.learning.output_type import parse_output
    from engine.learning.project import Project, take_over
    from engine.learning.project_files import ProjectFiles
    from engine.learning.tables import write_table
    from engine.system.state_folder import StateFolder, state_places

    state = StateFolder(state_places(patch, box), LOG.error, lambda name, data: None)
    files, name = ProjectFiles(state, LOG.error), parameters["project"]
    project = files.read(name)
    if project is None:
        types = [parse_output(one) for one in parameters["outputs"]]
        project = Project.new(types, parameters["inputs"])
    if take is not None:
        try:
            take_over(project, read_examples_table(take, names))
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
        write_file(csv, write_table(project.examples))
