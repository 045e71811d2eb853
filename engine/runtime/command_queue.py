"""How a command waits at the door: the last word on a parameter counts, nothing else is lost."""

from __future__ import annotations

from collections.abc import Hashable

from engine.core.commands import Command, Release, SetParameter
from engine.core.kinds import Kind
from engine.core.mailbox import Mailbox
from engine.core.messages import Ns
from engine.runtime.entries import CommandEntry


def submit_command(door: Mailbox, by: str, command: Command) -> None:
    """Leave a command at a door; may be called on any thread."""
    kind = Kind.HELD if isinstance(command, SetParameter) else Kind.LOSSLESS
    door.put(_key(command), kind, CommandEntry(by, command), Ns(0))


def _key(command: Command) -> Hashable:
    if isinstance(command, SetParameter | Release):
        return (command.box, command.parameter)
    return command
