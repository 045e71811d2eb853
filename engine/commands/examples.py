"""The command about what a box was shown: to look at it, and to carry it elsewhere."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from engine.commands.build import need_extra
from engine.commands.example_files import read_examples_table, write_file
from engine.commands.project_examples import project_examples
from engine.core.errors import ParameterError, UnknownName, UnreadableFile, UnwritableFile
from engine.patch.find import find_patch
from engine.patch.load import read_texts
from engine.terminal.log import LOG

if TYPE_CHECKING:
    from engine.learning.examples import Examples
    from engine.learning.learner import Learner
    from engine.learning.versions import Versions

RECORDING = ".mcap"


def examples(
    patch: Annotated[str, typer.Argument(help="a patch file, or its name")],
    box: Annotated[str, typer.Argument(help="its box with use = learn, or wekinator")],
    csv: Annotated[Path | None, typer.Option(help="write them as a table")] = None,
    onnx: Annotated[Path | None, typer.Option(help="write what is learned as a network")] = None,
    take: Annotated[
        Path | None,
        typer.Option(help="add those of a table, CSV or Wekinator's ARFF, or of a recording"),
    ] = None,
    names: Annotated[
        str, typer.Option(help="of a table: what its numbers are called here: value,a,b")
    ] = "",
    label: Annotated[str, typer.Option(help="of a recording: the name of what it shows")] = "",
    begin: Annotated[
        float, typer.Option("--from", help="of a recording: where it begins, in seconds", min=0)
    ] = 0.0,
    end: Annotated[
        float,
        typer.Option("--to", help="of a recording: its end, in seconds", min=0, show_default=False),
    ] = math.inf,
    outlet: Annotated[
        str, typer.Option(help="of another patch's recording: what to take: pose, camera.joints")
    ] = "",
    knobs: Annotated[
        str, typer.Option(help="of a recording: the knobs it is taught: cutoff=0.8,echo=0")
    ] = "",
    version: Annotated[str, typer.Option(help="which examples of the box")] = "examples",
) -> None:
    """List what a box was shown; write it as a table or a network, or add to it.

    A show that plays reads what was added when it begins, or by the order "load".
    """
    from engine.learning.examples_file import version_fault
    from engine.learning.versions import Versions
    from engine.runtime.opening import check_patch
    from engine.system.state_folder import StateFolder, state_places

    if fault := version_fault(version):
        raise UnreadableFile(fault)
    if onnx is not None:
        need_extra("train", "onnx", "sensorium examples ... --onnx FILE")
    found = find_patch(patch)
    boxes = check_patch(found).boxes
    learners = [name for name, one in boxes.items() if one.use in ("learn", "wekinator")]
    if box not in learners:
        raise UnknownName("box with use = learn", box, learners)
    if boxes[box].use == "wekinator":
        if onnx is not None or (take is not None and take.suffix == RECORDING):
            raise ParameterError(f"{box}: networks and recordings are for boxes with use = learn")
        project_examples(Path(found), box, boxes[box].initial, take, names, csv)
        return
    learner = cast("Learner", boxes[box].box)
    state = StateFolder(state_places(Path(found), box), LOG.error, lambda name, data: None)
    versions = Versions(state, box)
    known, _ = versions.read(version)
    if take is not None:
        if take.suffix == RECORDING:
            more = _of_recording(take, found, box, learner, (begin, end), label, knobs, outlet)
        else:
            more = read_examples_table(take, names)
        _join(known, more, take, versions)
    for name, count in known.counts().items():
        typer.echo(f"{name}: {count}")
    typer.echo(f"{len(known.takes)} takes of {len(known.names)} numbers")
    others = [each for each in versions.names() if each != version]
    if others:
        typer.echo(f"other versions: {', '.join(others)}")
    if csv is not None:
        from engine.learning.tables import write_table

        write_file(csv, write_table(known))
    if onnx is not None:
        write_file(onnx, _network(known, learner, versions))


def _of_recording(
    file: Path,
    patch: Path,
    box: str,
    learner: Learner,
    span: tuple[float, float],
    label: str,
    knobs: str,
    outlet: str,
) -> Examples:
    """Return a take from a recording; raise what says what is missing."""
    from engine.language.words import clean
    from engine.learning.examples import UNSURE
    from engine.learning.examples_file import LONGEST
    from engine.recording.shown import Wanted, one_take, said_by, shown_to

    name = clean(label)[:LONGEST]
    if not name or name.lower() == UNSURE:
        raise ParameterError('--label: what does the recording show? Such as: --label "open"')
    taught = _knobs(knobs)
    if learner.task == "regress" and not taught:
        known = ",".join(f"{knob}=0.5" for knob in learner.knobs) or "cutoff=0.5"
        raise ParameterError(f"--knobs: which knobs is it taught? Such as: --knobs {known}")
    wanted = Wanted(*span, learner.person, learner.confidence)
    if outlet:
        return one_take(said_by(file, outlet, wanted), name, taught)
    return one_take(shown_to(file, read_texts(patch), box, wanted), name, taught)


def _knobs(text: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for part in filter(None, text.split(",")):
        name, _, value = part.partition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            raise ParameterError(
                f'--knobs: expected NAME=NUMBER, such as cutoff=0.8, got "{part}"'
            ) from None
    return found


def _join(known: Examples, more: Examples, file: Path, versions: Versions) -> None:
    """Add examples to those that are known, and keep all; raise where they are too many."""
    from engine.learning.examples_file import BadExamples, read_examples, write_examples

    known.join(more)
    try:
        read_examples(write_examples(known))  # as the show will
    except BadExamples as error:
        raise UnreadableFile(f"{file}: with those there are {error}") from None
    if not versions.keep(known):
        raise UnwritableFile(f"{file} could not be taken")


def _network(known: Examples, learner: Learner, versions: Versions) -> bytes:
    from engine.learning.learner import learned
    from engine.training.lesson_graph import lesson_graph

    return lesson_graph(learned(known, learner.manner(), versions), learner.task)
