"""A project: numbered inputs and outputs, what each output was taught, and a file of it all.

The file is JSON, which holds data and runs nothing: ``{"format": 1, "inputs": ["inputs-1"],
"outputs": [{"name": "outputs-1", "type": "classify 3", ...}], "examples": ..., "gestures": ...}``,
where examples and gestures are as in ``examples_file``. The targets of a take are called by the
numbers of the outputs, from "1". A model has a file of its own: its type, and the examples that it
was fitted to. It is fitted to them again, always in the same way, so the file of a stranger runs
nothing, and the answers are the same after a restart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import numpy as np

from engine.learning.examples import MOST_EXAMPLES, MOST_NUMBERS, Examples, OneTake
from engine.learning.examples_file import (
    LARGEST,
    LONGEST,
    BadExamples,
    decode_versioned,
    read_examples,
    write_examples,
)
from engine.learning.named_numbers import MOST
from engine.learning.output_type import OutputType, outputs_fault, parse_output

FORMAT: Final = 1
SHOWN: Final = "shown"
"""What takes that teach outputs are called."""


@dataclass(slots=True)
class ProjectOutput:
    """An output: ``value`` is what it is taught now, and what it gives while it does not run.

    ``chosen`` are the names of the inputs that it looks at, None for all. ``records`` and ``runs``:
    whether recording and running mean it. ``written`` is the type that a patch gave it; a model
    that was loaded may have brought another.
    """

    name: str
    type: OutputType
    chosen: tuple[str, ...] | None = None
    records: bool = True
    runs: bool = True
    value: float = 0.0
    written: str = ""


@dataclass(slots=True)
class Project:
    """The inputs by name (none until it is known how many), the outputs, and all examples.

    ``fitted`` are the numbers of the outputs that have learned, None where an older file says none:
    the name may have been another project's before, whose models still lie there.
    """

    inputs: tuple[str, ...] = ()
    outputs: list[ProjectOutput] = field(default_factory=list)
    running: bool = False
    examples: Examples = field(default_factory=Examples)
    gestures: Examples = field(default_factory=Examples)
    fitted: list[int] | None = None

    @classmethod
    def new(cls, types: Sequence[OutputType], inputs: int = 0) -> Project:
        """Return one that was taught nothing."""
        alone = len(types) == 1 and types[0].task == "dtw"
        names = ["output"] if alone else [f"outputs-{n}" for n in range(1, len(types) + 1)]
        outputs = [
            ProjectOutput(name, each, value=each.first, written=str(each))
            for name, each in zip(names, types, strict=True)
        ]
        project = cls(outputs=outputs)
        project.name_inputs([f"inputs-{number}" for number in range(1, inputs + 1)])
        return project

    @property
    def types(self) -> list[OutputType]:
        """The types of the outputs."""
        return [one.type for one in self.outputs]

    @property
    def gesture_output(self) -> ProjectOutput | None:
        """The output that tells gestures, if there is one."""
        return next((one for one in self.outputs if one.type.task == "dtw"), None)

    @property
    def taught(self) -> list[tuple[int, ProjectOutput]]:
        """The outputs that are taught by values, and their numbers from 1."""
        return [(n, one) for n, one in enumerate(self.outputs, 1) if one.type.task != "dtw"]

    def name_inputs(self, names: Sequence[str]) -> None:
        """Call the inputs by other names, in their order; of examples too."""
        new = dict(zip(self.inputs, names, strict=False))
        for one in self.outputs:
            one.chosen = None if one.chosen is None else tuple(new[name] for name in one.chosen)
        self.inputs = tuple(names)
        for examples in (self.examples, self.gestures):
            examples.names = self.inputs

    def lesson(self, number: int) -> Examples:
        """Return what an output was taught: the takes that have a target for it."""
        output, key = self.outputs[number - 1], str(number)
        places = self.places(output)
        found = Examples(tuple(self.inputs[place] for place in places))
        for take in self.examples.takes:
            if key not in take.targets:
                continue
            value = take.targets[key]
            label = str(int(value)) if output.type.task == "classify" else SHOWN
            found.takes.append(OneTake(label, take.rows[:, places], take.times, {key: value}))
        return found

    def gesture_lesson(self) -> Examples:
        """Return the gestures by the inputs that their output looks at."""
        output = self.gesture_output
        places = self.places(output) if output else []
        names = tuple(self.inputs[place] for place in places)
        takes = [OneTake(one.label, one.rows[:, places], one.times) for one in self.gestures.takes]
        return Examples(names, takes)

    def places(self, output: ProjectOutput) -> list[int]:
        """Return which inputs an output looks at, counted from 0."""
        chosen = self.inputs if output.chosen is None else output.chosen
        return [self.inputs.index(name) for name in chosen]

    def forget(self, number: int) -> int:
        """Forget what an output was taught; return how many moments that were."""
        key = str(number)
        forgotten = 0
        for take in self.examples.takes:
            forgotten += len(take.rows) if take.targets.pop(key, None) is not None else 0
        self.examples.takes = [take for take in self.examples.takes if take.targets]
        return forgotten

    def drop_unfit(self) -> int:
        """Forget targets that their outputs cannot have; return how many moments had one."""
        types = {str(number): one.type for number, one in self.taught}
        dropped = 0
        for take in self.examples.takes:
            for key, value in list(take.targets.items()):
                if key not in types or types[key].fault(value):
                    dropped += len(take.rows)
                    del take.targets[key]
        self.examples.takes = [take for take in self.examples.takes if take.targets]
        return dropped

    def add_lesson(self, number: int, lesson: Examples) -> bool:
        """Add what a model was fitted to to what an output was taught; False where it is full."""
        places = [lesson.names.index(n) if n in lesson.names else -1 for n in self.inputs]
        before = len(self.examples.takes)
        for take in lesson.takes:
            unknown = np.full((len(take.rows), 1), np.nan, np.float32)
            rows = np.hstack([take.rows, unknown])[:, places]
            value = next(iter(take.targets.values()))
            self.examples.takes.append(OneTake(SHOWN, rows, take.times, {str(number): value}))
        if self.examples.count > min(MOST_EXAMPLES, MOST_NUMBERS // max(1, len(self.inputs))):
            del self.examples.takes[before:]
            return False
        return True


def take_over(project: Project, examples: Examples) -> None:
    """Add examples of a table to a project: their knobs are its outputs, in their order.

    Raise BadExamples where they do not fit.
    """
    knobs = dict(zip(examples.knobs, project.taught, strict=False))
    if not knobs or len(examples.knobs) > len(knobs):
        raise BadExamples(
            f"it has {len(examples.knobs)} outputs, and the project {len(project.taught)} that are"
            " taught by values"
        )
    if not all(map(_is_name, examples.names)):
        raise BadExamples(f"the name of an input has 1 to {LONGEST} letters")
    if not project.inputs:
        project.name_inputs(examples.names)
    if len(project.inputs) != len(examples.names):
        raise BadExamples(
            f"it has {len(examples.names)} inputs, and the project {len(project.inputs)}"
        )
    for take in examples.takes:
        targets = {}
        for name, value in take.targets.items():
            number, output = knobs[name]
            if fault := output.type.fault(value):
                raise BadExamples(f"its {name} is {value:g}, and {output.name} {fault}")
            targets[str(number)] = value
        if targets:
            project.examples.takes.append(OneTake(SHOWN, take.rows, take.times, targets))
    if project.examples.count > MOST_EXAMPLES:
        raise BadExamples(f"{MOST_EXAMPLES} examples are the most, with those that are there")


class _OutputEntry(msgspec.Struct):
    name: str
    type: str
    chosen: list[str] | None = None
    records: bool = True
    runs: bool = True
    value: float = 0.0
    written: str = ""


class _ProjectFile(msgspec.Struct):
    format: int
    inputs: list[str]
    outputs: list[_OutputEntry]
    running: bool
    examples: msgspec.Raw
    gestures: msgspec.Raw
    fitted: list[int] | None = None


class _ModelFile(msgspec.Struct):
    format: int
    type: str
    examples: msgspec.Raw


_PROJECTS: Final = msgspec.json.Decoder(_ProjectFile)
_MODELS: Final = msgspec.json.Decoder(_ModelFile)


def write_project(project: Project) -> bytes:
    """Return a project as a file."""
    outputs = [
        _OutputEntry(
            one.name,
            str(one.type),
            None if one.chosen is None else list(one.chosen),
            one.records,
            one.runs,
            one.value,
            one.written,
        )
        for one in project.outputs
    ]
    examples = msgspec.Raw(write_examples(project.examples))
    gestures = msgspec.Raw(write_examples(project.gestures))
    inputs = list(project.inputs)
    return msgspec.json.encode(
        _ProjectFile(FORMAT, inputs, outputs, project.running, examples, gestures, project.fitted)
    )


def read_project(data: bytes) -> Project:
    """Return the project of a file. Raise BadExamples where it is broken, or does not fit."""
    file = decode_versioned(data, _PROJECTS, LARGEST, FORMAT)
    inputs = tuple(file.inputs)
    if len(inputs) > MOST or len(set(inputs)) < len(inputs) or not all(map(_is_name, inputs)):
        raise BadExamples(f"it has more than {MOST} inputs, or one of them twice")
    if fault := outputs_fault([one.type for one in file.outputs]):
        raise BadExamples(fault)
    outputs = [
        ProjectOutput(
            one.name,
            parse_output(one.type),
            None if one.chosen is None else tuple(one.chosen),
            one.records,
            one.runs,
            one.value,
            one.written,
        )
        for one in file.outputs
    ]
    for one in outputs:
        if one.type.fault(one.value):
            one.value = one.type.first
        if not _is_name(one.name) or not {*(one.chosen or ())} <= {*inputs} or one.chosen == ():
            raise BadExamples("an output of it has no name, or looks at an input that there is not")
    project = Project(inputs, outputs, file.running, fitted=file.fitted)
    project.examples, project.gestures = (
        read_examples(bytes(part)) for part in (file.examples, file.gestures)
    )
    for examples in (project.examples, project.gestures):
        if examples.takes and examples.names != inputs:
            raise BadExamples("its examples are of other inputs than it says")
        examples.names = inputs
    if not all(take.label.isdecimal() for take in project.gestures.takes):
        raise BadExamples("its gestures have no numbers")
    _check_targets(project.examples, {str(n): one.type for n, one in project.taught})
    return project


def write_model(output: OutputType, lesson: Examples) -> bytes:
    """Return a model as a file: its type, and what it was fitted to."""
    return msgspec.json.encode(_ModelFile(FORMAT, str(output), msgspec.Raw(write_examples(lesson))))


def read_model(data: bytes) -> tuple[OutputType, Examples]:
    """Return the type of a model, and what it was fitted to. Raise BadExamples."""
    file = decode_versioned(data, _MODELS, LARGEST, FORMAT)
    try:
        output = parse_output(file.type)
    except ValueError as error:
        raise BadExamples(str(error)) from None
    lesson = read_examples(bytes(file.examples))
    if not lesson.count:
        raise BadExamples("it was taught nothing")
    for take in lesson.takes:
        if len(take.targets) != 1:
            raise BadExamples("a take of it has no target, or several")
        _check_targets(Examples(lesson.names, [take]), dict.fromkeys(take.targets, output))
    return output, lesson


def _check_targets(examples: Examples, types: dict[str, OutputType]) -> None:
    """Raise BadExamples for a target that its output cannot have."""
    for take in examples.takes:
        for key, value in take.targets.items():
            if key not in types:
                raise BadExamples(f'it teaches an output "{key}", which there is not')
            if fault := types[key].fault(value):
                raise BadExamples(f"output {key} of it is taught {value:g}, and {fault}")


def _is_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST and name.isprintable()
