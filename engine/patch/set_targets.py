"""Check the parameters that sources set, such as those mapped to knobs of a MIDI desk.

Why before playing: a knob without a target is otherwise found out on stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.core.addresses import find_parameter, parameter_names
from engine.core.errors import ParameterError, Problem, anything_raised, nearest, tell_error
from engine.core.parameter import read_parameters
from engine.core.source import Source
from engine.patch.load import Document
from engine.patch.plan import PlannedBox


def check_set_targets(document: Document, boxes: Mapping[str, PlannedBox]) -> list[Problem]:
    """Return a problem for each target that does not exist or cannot be set."""
    problems = []
    for name, planned in boxes.items():
        if isinstance(planned.box, Source):
            try:
                targets = planned.box.sets().items()
            except anything_raised() as error:
                problems.append(document.problem(tell_error(error), name))
                continue
            problems += [
                document.problem(message, name, *key)
                for key, (box, parameter) in targets
                for message in _messages(boxes, box, parameter)
            ]
    return problems


def _messages(boxes: Mapping[str, PlannedBox], box: str, name: str) -> Iterator[str]:
    planned = boxes.get(box)
    if planned is None or planned.hidden:
        shown = [each.name for each in boxes.values() if not each.hidden]
        yield f'there is no box "{box}".{nearest(box, shown)}'
        return
    parameters = read_parameters(type(planned.box))
    parameter = find_parameter(parameters, name)
    if name == "on":
        return
    if parameter is None:
        known = ("on", *parameter_names(parameters))
        there = f" There is: {', '.join(sorted(known))}."
        yield f'{box} has no "{name}".{nearest(name, known) or there}'
    elif parameter.fixed:
        yield f"{name} of {box} cannot be changed while playing"
    else:
        try:
            parameter.from_knob(0.0)
        except ParameterError:
            yield f"{name} of {box} is {parameter.expected()}, which no knob can set"
