"""Passes commands between machines: to where a box plays, and what is for all to all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from engine.cluster.messages import PassedCommand
from engine.core.commands import (
    BlackOut,
    Command,
    CycleParameter,
    Freeze,
    KeepPrivate,
    Panic,
    PlayPatch,
    Release,
    SetMaster,
    SetParameter,
    no_answer,
)
from engine.recording.entries import from_bytes, to_bytes
from engine.runtime.engine import Engine
from engine.runtime.entries import CommandEntry

FOR_ALL: Final = (Panic, BlackOut, Freeze, SetMaster, KeepPrivate)
"""Commands that are executed on every machine."""
_PASSED: Final = (*FOR_ALL, SetParameter, CycleParameter, Release, PlayPatch)
_REFUSABLE: Final = (SetParameter, CycleParameter, Release, SetMaster, KeepPrivate, PlayPatch)

Submit = Callable[[str, Command], None]


def pass_command(by: str, command: Command) -> PassedCommand:
    """Return a command as it is sent; who gave it is not told why it is refused there."""
    if isinstance(command, _REFUSABLE):
        command = replace(command, refused=no_answer)
    return PassedCommand(to_bytes(CommandEntry(by, command), pixels=False))


def take_command(passed: PassedCommand, by: str, submit: Submit) -> bool:
    """Submit a command that arrived as of ``by``; return whether it is one that may arrive."""
    try:
        entry = from_bytes(passed.entry)
    except (ValueError, RecursionError):
        return False
    if not isinstance(entry, CommandEntry) or not isinstance(entry.command, _PASSED):
        return False
    submit(by, entry.command)
    return True


def resolved(engine: Engine, command: Command) -> Command:
    """Return a command as it is meant now, before it is executed: a toggle as its outcome."""
    master = engine.picture_master
    if isinstance(command, BlackOut) and command.on is None:
        return BlackOut(not master.blackout)
    if isinstance(command, Freeze) and command.on is None:
        return Freeze(not master.frozen)
    return command


def as_it_is(engine: Engine) -> list[Command]:
    """Return the commands that bring another engine to the masters and the privacy of this one."""
    master = engine.picture_master
    found: list[Command] = []
    if engine.privacy.on:
        found.append(KeepPrivate(True))
    if master.blackout:
        found.append(BlackOut(True))
    if master.frozen:
        found.append(Freeze(True))
    if master.level != 1.0:
        found.append(SetMaster(master.level))
    return found


def held_of(engine: Engine, machine: str) -> list[Command]:
    """Return the commands that give the boxes of a machine what hands hold of them."""
    found: list[Command] = []
    for name, state in engine.elsewhere.items():
        if engine.plan.elsewhere[name].machine != machine:
            continue
        for held in sorted(state.overrides):
            parameter = state.parameter(held)
            if parameter is not None:
                value = state.value(parameter)
                down = held in state.held_down
                found.append(SetParameter(name, held, value, while_held=down))
    return found
