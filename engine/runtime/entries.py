"""The entries of the engine. Their sequence is the whole show, and is what a recording holds."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.core.commands import Command
from engine.core.messages import Message, Ns
from engine.patch.load import Texts
from engine.patch.plan import Plan


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message of a source that describes the moment ``at``; decoding it took ``cost`` ns."""

    source: str
    outlet: str
    message: Message
    at: Ns
    cost: int = 0


@dataclass(frozen=True, slots=True)
class LaneResult:
    """A result of a box on a lane; decoding and models took ``cost`` ns so far.

    ``took`` is how many ns this answer took. Of several answers to one message, all but the first
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
    """A box on a lane raised after ``took`` ns; ``more`` is set where it had answered before."""

    box: str
    generation: int
    error: str
    took: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class LaneSent:
    """An output on a thread of its own has sent: (port, moment, cost) of each message."""

    box: str
    sent: tuple[tuple[str, Ns, int], ...]
    now: Ns


@dataclass(frozen=True, slots=True)
class StateChange:
    """A source, lane or output has changed its state; ``reason`` is empty when all is well."""

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
    """Whatever requested a wake-up for a moment up to now is called."""


@dataclass(frozen=True, slots=True)
class SwapPlan:
    """Another patch, or a new version of this one, takes over.

    ``title`` and ``texts`` are all that is needed to compile ``plan`` again. A plan is played once.
    ``index`` says which patch of the set it is, from 0; None: a new version of the one that plays.
    """

    title: str
    texts: Texts
    plan: Plan = field(repr=False, compare=False)
    index: int | None = None


@dataclass(frozen=True, slots=True)
class Rollback:
    """The plan before the last ``SwapPlan`` plays again; ``reason`` is why."""

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
