"""What comes in through the one door, in one order: that order is the recording."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core.commands import Command
from engine.core.messages import Message, Ns
from engine.patch.load import Texts
from engine.patch.plan import Plan


@dataclass(frozen=True, slots=True)
class Arrival:
    """A source says something that describes the moment ``at``; decoding it took ``cost`` ns."""

    source: str
    outlet: str
    message: Message
    at: Ns
    cost: int = 0


@dataclass(frozen=True, slots=True)
class LaneResult:
    """A box on a thread of its own answers; ``cost`` ns were decoding and models so far.

    ``took`` ns is what this answer took; of several answers to one message all but the first
    have ``more``.
    """

    box: str
    generation: int
    result: Message
    at: Ns
    cost: int
    took: int
    more: bool = False


@dataclass(frozen=True, slots=True)
class LaneFailure:
    """A box on a thread of its own raised, after ``took`` ns; ``more`` says after an answer."""

    box: str
    generation: int
    error: str
    took: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class LaneSent:
    """An output on a thread of its own has sent: for each message its port, moment and cost."""

    box: str
    sent: tuple[tuple[str, Ns, int], ...]
    now: Ns


@dataclass(frozen=True, slots=True)
class StateChange:
    """A source, lane or output has come up or gone; ``reason`` is empty when all is well."""

    box: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command, from the source ``by``."""

    by: str
    command: Command


@dataclass(frozen=True, slots=True)
class WakeUp:
    """It is time for whatever asked to be woken by now."""


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """Another patch, or this one as it is written now, takes over from what plays.

    ``texts`` are what it is made of and ``title`` what it is called: all that it takes to make
    ``plan`` once more. A plan is played once.
    """

    title: str
    texts: Texts
    plan: Plan = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rollback:
    """What played before the last ``SwapPlan`` plays again; ``reason`` says why."""

    reason: str


Entry = (
    Arrival
    | LaneResult
    | LaneFailure
    | LaneSent
    | StateChange
    | CommandEntry
    | WakeUp
    | SwapPlan
    | Rollback
)
