"""A hand on a parameter: OSC, MIDI, a page or a cue sets it, and gives it back to its cable."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.core.commands import Release, SetParameter
from engine.core.errors import ParameterError, nearest
from engine.core.parts import every_name, find_parameter
from engine.runtime.state import BoxState

if TYPE_CHECKING:
    from engine.runtime.engine import Engine


def change(engine: Engine, command: SetParameter | Release) -> str:
    """Set or release a parameter; gives why that cannot be, or nothing."""
    command = _addressed(engine, command)
    state = engine.states.get(command.box)
    if state is None or state.hidden:
        shown = [name for name, known in engine.states.items() if not known.hidden]
        return f'there is no box "{command.box}".{nearest(command.box, shown)}'
    if command.parameter != "on" and not find_parameter(state.parameters, command.parameter):
        hint = nearest(command.parameter, (*every_name(state.parameters), "on"))
        return f'{command.box} has no parameter "{command.parameter}".{hint}'
    if isinstance(command, Release):
        state.release(command.parameter)
        return ""
    try:
        _set(engine, state, command)
    except ParameterError as error:
        return f"{command.box}/{command.parameter}: {error}"
    state.hands.add(command.parameter)
    return ""


def _addressed(engine: Engine, command: SetParameter | Release) -> SetParameter | Release:
    """Read /style/look/ink as the part "look.ink" of "style", where no box is "style/look"."""
    box, slash, whole = command.box.rpartition("/")
    if command.box in engine.states or not slash or box not in engine.states:
        return command
    return replace(command, box=box, parameter=f"{whole}.{command.parameter}")


def _set(engine: Engine, state: BoxState, command: SetParameter) -> None:
    """Set a parameter, or the switch "on"; raises ParameterError."""
    if command.parameter == "on":
        if not isinstance(command.value, bool | int | float):
            raise ParameterError(f"expected true or false, got {command.value!r}")
        engine.switch(state, command.value > 0)
        return
    parameter = find_parameter(state.parameters, command.parameter)
    assert parameter is not None, "asked for before"
    if parameter.fixed:
        raise ParameterError("cannot be changed while playing")
    engine.set(state, parameter, parameter.from_wire(command.value))
