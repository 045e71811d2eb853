"""Check the parameters that sources set, such as those mapped to knobs of a MIDI desk.

Why before playing: a knob without a target is otherwise found out on stage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.core.addresses import find_parameter, parameter_names
from engine.core.box_errors import anything_raised
from engine.core.errors import ParameterError, Problem, tell_error
from engine.core.nearest import nearest
from engine.core.parameter import ON, Parameter, parameters_of
from engine.core.set_target import SetTarget
from engine.core.source import Source
from engine.patch.load import Document
from engine.patch.plan import PlannedBox


def check_set_targets(document: Document, boxes: Mapping[str, PlannedBox]) -> list[Problem]:
    """Return a problem for each target that does not exist, or that cannot be set to its values."""
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
                for key, target in targets
                for message in _messages(boxes, target)
            ]
    return problems


def _messages(boxes: Mapping[str, PlannedBox], target: SetTarget) -> Iterator[str]:
    box, name = target.box, target.parameter
    planned = boxes.get(box)
    if planned is None or planned.hidden:
        shown = [each.name for each in boxes.values() if not each.hidden]
        yield f'there is no box "{box}".{nearest(box, shown)}'
        return
    parameters = parameters_of(planned.box)
    parameter = ON if name == ON.name else find_parameter(parameters, name)
    if parameter is None:
        known = (ON.name, *parameter_names(parameters))
        there = f" There is: {', '.join(sorted(known))}."
        yield f'{box} has no "{name}".{nearest(name, known) or there}'
    elif parameter.fixed:
        yield f"{name} of {box} cannot be changed while playing"
    elif not target.releases:
        yield from (f"{name} of {box}: {wrong}" for wrong in _unfit(parameter, target))


def _unfit(parameter: Parameter, target: SetTarget) -> Iterator[str]:
    """Yield what is wrong with the values that a control sets."""
    for value in (*target.values, *target.rest):
        try:
            _check(parameter, value)
        except ParameterError as error:
            yield str(error)
    try:
        for end in target.span or ():
            parameter.from_wire(end)
    except ParameterError as error:
        yield str(error)
    if parameter.event and parameter.type is not bool and not target.values:
        yield 'is said, not held: say which value in "to"'
    elif not target.values and target.span is None:
        try:
            parameter.from_knob(0.0)
        except ParameterError:
            yield f'expected {parameter.expected()}, which no knob can set; say what in "to"'


def _check(parameter: Parameter, value: object) -> None:
    """Raise ParameterError for a value out of range or of the wrong type; a time may be seconds."""
    if parameter.is_time and not isinstance(value, str):
        value = f"{value} s"
    parameter.from_patch(value)
