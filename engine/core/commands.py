"""What may be asked of a playing patch, from OSC, MIDI, a page or a cue.

Commands come in through the same door as every message, so a recording holds them in their place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Answer = Callable[[str], None]
"""Called with the reason when a command is refused; may be called on any thread."""


def no_answer(_: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Command:
    """The root of all commands."""


@dataclass(frozen=True, slots=True)
class SetParameter(Command):
    """Set ``parameter`` of ``box``; a hand stays on a parameter that a cable writes.

    A part of a parameter that is a table is named "look.ink". ``of_range`` says that the value is
    how far a knob is turned, 0 to 1, of the whole range of the parameter.
    """

    box: str
    parameter: str
    value: object
    refused: Answer = no_answer
    of_range: bool = False


@dataclass(frozen=True, slots=True)
class Release(Command):
    """Give a parameter back to the cable that writes it."""

    box: str
    parameter: str
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class Panic(Command):
    """End everything that sounds, now."""


@dataclass(frozen=True, slots=True)
class Teach(Command):
    """Let one way out ("out/reach") move slowly and all others be silent; "" ends that.

    So another program learns which control is which: it takes whatever moves for what is meant.
    """

    route: str
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class KeepPrivate(Command):
    """Let no picture leave, or let them leave again; the patch may forbid the latter."""

    on: bool
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class PlayPatch(Command):
    """Go to another patch of the set: by its number from 1, or its name or title."""

    which: int | str
    refused: Answer = no_answer


@dataclass(frozen=True, slots=True)
class Lost(Command):
    """Said by a source of itself: what it read from went away; it wants to be opened again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Condition(Command):
    """Said by a box of itself while it is open: "running", or "late" or "lost" and why.

    Nothing is opened again for it: who says so helps itself.
    """

    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class StateSaved(Command):
    """Said by a box of itself: it has kept a file of its state, which a recording then holds."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Notice(Command):
    """Said by a box of itself: something odd that a performer should know; nothing stops."""

    text: str
