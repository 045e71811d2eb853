"""Queues commands: of waiting values for one parameter, or for the master, the last counts, and
one panic of several.

Nothing else is lost.
"""

from __future__ import annotations

from collections.abc import Hashable

from engine.core.commands import Command, CycleParameter, Panic, Release, SetMaster, SetParameter
from engine.core.kinds import Kind
from engine.core.mailbox import Mailbox
from engine.core.messages import Ns
from engine.runtime.entries import CommandEntry


def submit_command(door: Mailbox, by: str, command: Command, is_event: bool = False) -> None:
    """Put a command into a mailbox; may be called on any thread.

    ``is_event``: whether it sets a parameter that is said, not held, so that each one counts.
    """
    held = isinstance(command, SetParameter | SetMaster | Panic) and not is_event
    kind = Kind.HELD if held else Kind.LOSSLESS
    door.put(_key(command), kind, CommandEntry(by, command), Ns(0))


def _key(command: Command) -> Hashable:
    if isinstance(command, SetParameter | CycleParameter | Release):
        return (command.box, command.parameter)
    if isinstance(command, SetMaster):
        return SetMaster
    return command
