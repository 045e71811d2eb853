"""Commands to a playing patch, from OSC, MIDI, a page or a cue.

Commands enter in the same order as messages, so a recording holds them in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

Answer = Callable[[str], None]
"""Called with the reason when a command is refused, on any thread."""


def no_answer(_: str) -> None:
    """Ignore the reason."""


@dataclass(frozen=True, slots=True)
class Command:
    """Base class of all commands."""


@dataclass(frozen=True, slots=True)
class SetParameter(Command):
    """Set ``parameter`` of ``box``, overriding a cable that writes it until released.

    A part of a table is named "look.ink". With ``of_range``, the value is a knob position, 0 to 1,
    over the whole range of the parameter, or over ``choices``. With ``while_held`` it is set for as
    long as a pad is held down.
    """

    box: str
    parameter: str
    value: object
    refused: Answer = no_answer
    of_range: bool = False
    choices: tuple[object, ...] = ()
    while_held: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class CycleParameter(Command):
    """Set ``parameter`` of ``box`` to the next one of ``choices``, as a pad does at each press.

    Next after the value that it has: the first where it has none of them. With ``of_range`` they
    are knob positions. It overrides a cable, as SetParameter does.
    """

    box: str
    parameter: str
    choices: tuple[object, ...]
    refused: Answer = no_answer
    of_range: bool = False


@dataclass(frozen=True, slots=True)
class Release(Command):
    """End the override of a parameter: its cable writes it again."""

    box: str
    parameter: str
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class Panic(Command):
    """Silence everything now."""


@dataclass(frozen=True, slots=True)
class Teach(Command):
    """Move one output ("out/reach") slowly and silence all others; "" ends that.

    MIDI-learn in another program maps whatever control moves, so only the intended one may move.
    A ``test`` sends something whatever the output carries, and is released by itself.
    """

    route: str
    refused: Answer = no_answer
    test: bool = False


@dataclass(frozen=True, slots=True)
class KeepPrivate(Command):
    """Withhold pictures, or release them again; the patch may forbid the latter."""

    on: bool
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class BlackOut(Command):
    """Let pictures leave black, or as they are; None does the other one, as a toggle."""

    on: bool | None = None


@dataclass(frozen=True, slots=True)
class Freeze(Command):
    """Hold the picture that leaves, or let it go on; None does the other one, as a toggle."""

    on: bool | None = None


@dataclass(frozen=True, slots=True)
class SetMaster(Command):
    """Multiply the brightness of the pictures that leave by ``level``, 0 to 1."""

    level: float
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class PlayPatch(Command):
    """Switch to another patch of the set: by number from 1, name, title, "next" or "previous"."""

    which: int | str
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class Lost(Command):
    """Sent by a source about itself: its device went away and it wants to be reopened."""

    reason: str


@dataclass(frozen=True, slots=True)
class Condition(Command):
    """Sent by an open box about itself: "running", or "late" or "lost" with a reason.

    The box is not reopened: it recovers by itself.
    """

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Away(Command):
    """Sent by an open source about itself: what it stands for went, with the reason, or is back.

    "" is back. What it fed is reset; the source is not reopened.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class BrokenOff(Command):
    """Sent by an open source about itself: what came by one of its outlets is over, "" by all.

    What it fed is reset, though the source goes on.
    """

    outlet: str = ""


@dataclass(frozen=True, slots=True)
class Missed(Command):
    """Sent by an open output about itself: nobody has heard what it sent; it is given what holds.

    Numbers and switches are then sent again, so that who begins to listen later knows them.
    """


@dataclass(frozen=True, slots=True)
class StateSaved(Command):
    """Said by a box of itself: it has kept a file of its state, which a recording then holds."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class KeepInRig(Command):
    """Sent by a box about itself: parameters that somebody has set at its device, for this room.

    They are written into ``rig.toml`` beside the patch.
    """

    box: str
    values: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Notice(Command):
    """Sent by a box about itself: a warning for the performer; nothing stops."""

    text: str
