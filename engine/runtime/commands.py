"""Executes commands, which come from OSC, MIDI, the page or a cue.

Setting a parameter overrides the cable that writes it, until the parameter is released.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

from engine.core.addresses import parameter_names
from engine.core.box_errors import anything_raised
from engine.core.commands import (
    Away,
    BlackOut,
    BrokenOff,
    Command,
    Condition,
    CycleParameter,
    Freeze,
    KeepInRig,
    KeepPrivate,
    Lost,
    Missed,
    Notice,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
    StateSaved,
    Teach,
)
from engine.core.errors import ParameterError
from engine.core.nearest import nearest, without_hints
from engine.core.parameter import ON, Parameter
from engine.core.set_target import following, turned
from engine.net.rate_limit import RateLimiter
from engine.runtime.entries import CommandEntry, Entry, StateChange
from engine.runtime.learn_sweep import LearnSweep
from engine.runtime.metrics import MORE
from engine.runtime.picture_master import PictureMaster
from engine.runtime.privacy import Privacy
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.health import Health


class Commanded(Services, Protocol):
    """The engine, as commands see it."""

    @property
    def health(self) -> Health:
        """The state of every box."""
        ...

    @property
    def learn_sweep(self) -> LearnSweep:
        """The MIDI-learn sweep."""
        ...

    @property
    def privacy(self) -> Privacy:
        """Whether pictures may leave."""
        ...

    @property
    def picture_master(self) -> PictureMaster:
        """Black-out, freeze and master of the pictures that leave."""
        ...

    @property
    def on_keep(self) -> Callable[[str, Mapping[str, object]], None]:
        """Write parameters of a box into the rig."""
        ...

    @property
    def refusals(self) -> RateLimiter:
        """How many refusals are told."""
        ...

    def lost(self, name: str) -> None:
        """Open a source again that lost its device."""
        ...

    def masters_changed(self) -> None:
        """Notify the outputs of pictures that what becomes of these has changed."""
        ...

    @property
    def elsewhere(self) -> Mapping[str, BoxState]:
        """What is known of the boxes that play on other machines."""
        ...

    @property
    def pass_on(self) -> Callable[[Command], bool]:
        """Pass a command on to the machine that can execute it; return whether there is one."""
        ...

    def break_off(self, name: str, outlet: str) -> None:
        """Reset what an outlet of a source feeds; "" is all that it feeds."""
        ...

    def give_again(self, name: str) -> None:
        """Send once more what holds on the cables of an output."""
        ...

    def play_patch(self, which: int | str) -> str:
        """Go to another patch of the set; return why that cannot be, or an empty string."""
        ...

    def follow(self, entry: Entry) -> None:
        """Handle an entry that the current one brings about."""
        ...


Setting = SetParameter | CycleParameter
"""A command that takes a parameter over from its cable."""
_Request = Setting | Release | PlayPatch | Teach | KeepPrivate | SetMaster

REFUSALS = 20
"""Refusals that are told and answered: so many a second and at once, for each who commands."""


def execute(engine: Commanded, entry: CommandEntry) -> None:
    """Execute a command; where it is refused, report why and call its ``refused``."""
    command: Command = entry.command
    match command:
        case (
            SetParameter()
            | CycleParameter()
            | Release()
            | PlayPatch()
            | Teach()
            | KeepPrivate()
            | SetMaster()
        ):
            _request(engine, entry.by, command)
        case BlackOut(on):
            master = engine.picture_master
            master.blackout = not master.blackout if on is None else on
            engine.masters_changed()
        case Freeze(on):
            master = engine.picture_master
            master.freeze(not master.frozen if on is None else on)
            engine.masters_changed()
        case Panic():
            engine.learn_sweep.select("")
            engine.silence()
        case Lost():
            engine.lost(entry.by)
            engine.follow(StateChange(entry.by, "lost", command.reason))
        case Away(reason):
            engine.follow(StateChange(entry.by, "lost" if reason else "running", reason))
        case BrokenOff(outlet):
            engine.break_off(entry.by, outlet)
        case Condition():
            engine.health.on_condition(engine.states[entry.by], command)
        case Missed():
            engine.give_again(entry.by)
        case Notice():
            engine.tell(entry.by, command.text)
        case KeepInRig(box, values):
            engine.on_keep(box, dict(values))
        case StateSaved():
            pass  # an entry so that recordings hold it


def _request(engine: Commanded, by: str, command: _Request) -> None:
    """Do what is asked, or tell and answer why not.

    A sender of much nonsense is not told each time: what nobody is told needs no hint either.
    """
    tells = engine.refusals.has(by, engine.now)
    with nullcontext() if tells else without_hints():
        reason = _do(engine, by, command)
    if not reason:
        return
    if not tells:
        engine.tell(by, MORE)
        return
    engine.refusals.take(by, engine.now)
    engine.tell(by, reason)
    try:
        command.refused(reason)
    except anything_raised() as error:
        engine.tell(by, f"could not be told so: {describe_error(error)}")


def _do(engine: Commanded, by: str, command: _Request) -> str:
    """Do what is asked; return why that is refused, or ""."""
    match command:
        case PlayPatch():
            return engine.play_patch(command.which)
        case Teach():
            return engine.learn_sweep.select(command.route, test=command.test)
        case KeepPrivate():
            reason = engine.privacy.request(command.on)
            engine.masters_changed()
            return reason
        case SetMaster():
            reason = engine.picture_master.set_level(command.level)
            engine.masters_changed()
            return reason
    engine.metrics.count_setting(by)
    return _change(engine, command)


def _change(engine: Commanded, command: Setting | Release) -> str:
    """Set or release a parameter; return why that is refused, or ""."""
    command = _addressed(engine, command)
    state = engine.states.get(command.box)
    return _change_of(engine, state, command) if state else _change_unknown(engine, command)


def _change_unknown(engine: Commanded, command: Setting | Release) -> str:
    """Change a box that does not play here; return why that is refused, or ""."""
    if (there := engine.elsewhere.get(command.box)) is not None:
        return _change_elsewhere(engine, there, command)
    if engine.pass_on(command):
        return ""
    shown = [name for name, known in engine.states.items() if not known.hidden]
    return f'there is no box "{command.box}".{nearest(command.box, [*shown, *engine.elsewhere])}'


def _change_of(engine: Commanded, state: BoxState, command: Setting | Release) -> str:
    parameter = state.parameter(command.parameter)
    if parameter is None:
        return _no_parameter(state, command)
    if isinstance(command, Release):
        state.release(command.parameter)
        return ""
    try:
        act = _say if parameter.event else _hold
        act(engine, state, parameter, command)
    except ParameterError as error:
        return f"{command.box}/{command.parameter}: {error}"
    except anything_raised() as error:
        return f"{command.box}/{command.parameter}: {describe_error(error)}"
    return ""


def _no_parameter(state: BoxState, command: Setting | Release) -> str:
    hint = nearest(command.parameter, (*parameter_names(state.parameters), ON.name))
    return f'{command.box} has no parameter "{command.parameter}".{hint}'


def _change_elsewhere(engine: Commanded, state: BoxState, command: Setting | Release) -> str:
    """Set or release a parameter of a box on another machine; return why that is refused, or "".

    What is known of it here is changed too, so that whoever looks sees it.
    """
    parameter = state.parameter(command.parameter)
    if parameter is None:
        return _no_parameter(state, command)
    if isinstance(command, Release):
        state.release(command.parameter)
        engine.pass_on(command)
        return ""
    try:
        value = (_said if parameter.event else partial(_held, state))(parameter, command)
        if not parameter.event:
            _note(engine, state, parameter, value)
            _take_over(state, command)
    except ParameterError as error:
        return f"{command.box}/{command.parameter}: {error}"
    except anything_raised() as error:
        return f"{command.box}/{command.parameter}: {describe_error(error)}"
    held = isinstance(command, SetParameter) and command.while_held
    engine.pass_on(SetParameter(command.box, command.parameter, value, while_held=held))
    return ""


def _note(engine: Commanded, state: BoxState, parameter: Parameter, value: Any) -> None:
    """Note what a parameter of a box elsewhere is set to."""
    if parameter is ON:
        state.on = value
    else:
        engine.set(state, parameter, value)


def _addressed(engine: Commanded, command: Setting | Release) -> Setting | Release:
    """Resolve /style/look/ink to the part "look.ink" of "style", unless a box is "style/look"."""
    box, slash, whole = command.box.rpartition("/")
    known = {*engine.states, *engine.elsewhere}
    if command.box in known or not slash or box not in known:
        return command
    return replace(command, box=box, parameter=f"{whole}.{command.parameter}")


def _hold(engine: Commanded, state: BoxState, parameter: Parameter, command: Setting) -> None:
    """Set a parameter, or the switch "on", and hold it; raise ParameterError for a wrong value."""
    value = _held(state, parameter, command)
    if parameter is ON:
        engine.enable(state, value)
    else:
        engine.set(state, parameter, value)
    _take_over(state, command)


def _held(state: BoxState, parameter: Parameter, command: Setting) -> Any:
    """Return the value that is to be held; raise ParameterError for a wrong one."""
    if parameter.fixed:
        raise ParameterError("cannot be changed while playing")
    return _wanted(state, parameter, command)


def _take_over(state: BoxState, command: Setting) -> None:
    """Note that a hand holds a parameter."""
    state.overrides.add(command.parameter)
    if isinstance(command, SetParameter) and command.while_held:
        state.held_down.add(command.parameter)
    else:
        state.held_down.discard(command.parameter)


def _say(engine: Commanded, state: BoxState, parameter: Parameter, command: Setting) -> None:
    """Call the event that a parameter is; raise ParameterError for a wrong value."""
    engine.say(state, parameter, _said(parameter, command))


def _said(parameter: Parameter, command: Setting) -> Any:
    """Return what a command says; raise ParameterError for a wrong value."""
    if isinstance(command, CycleParameter):
        raise ParameterError("is said, not held, so there is no next one: give each pad its own")
    value = command.value
    if command.of_range and isinstance(value, int | float):
        value = turned(parameter, value, None, command.choices)
    return parameter.from_hand(value)


def _wanted(state: BoxState, parameter: Parameter, command: Setting) -> Any:
    """Return the value that a command sets; raise ParameterError where it does not fit."""
    now = state.value(parameter)
    if isinstance(command, CycleParameter):
        choices = tuple(
            parameter.from_knob(one) if command.of_range and isinstance(one, int | float) else one
            for one in command.choices
        )
        return parameter.from_wire(following(parameter, now, choices))
    if command.of_range and isinstance(command.value, int | float):
        return turned(parameter, command.value, now, command.choices)
    return parameter.from_wire(command.value)
