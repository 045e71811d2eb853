"""What was seen of a show from outside: when what came, what sounded, what it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.lab.stress.faults import Injection
from engine.midi.active_notes import NOTE_OFF, NOTE_ON


@dataclass(frozen=True)
class Struck:
    """A strike as it was: when it began and when it was over, in seconds; and whom it concerns."""

    strike: Injection
    began: float
    over: float
    routes: frozenset[str]
    boxes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Vital:
    """What a show and its networks took at a moment: MB of memory, open files, threads."""

    at: float
    memory: float
    files: int
    threads: int


@dataclass(frozen=True)
class Sounded:
    """One note at its receiver; ``ended`` is None where that heard no end of it."""

    sink: str
    channel: int
    note: int
    begun: float
    ended: float | None


@dataclass
class Observed:
    """One show: all times are seconds of one clock, those of ``routes`` in their order.

    ``delays`` are ms behind as the show says it, or as each value was. ``exit`` is the status with
    which the process ended; one that ended before it was asked to is in ``died``.
    """

    began: float = 0.0
    ended: float = 0.0
    routes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    delays: list[tuple[float, float]] = field(default_factory=list)
    states: list[tuple[float, str, str]] = field(default_factory=list)
    notes: list[Sounded] = field(default_factory=list)
    vitals: list[Vital] = field(default_factory=list)
    struck: list[Struck] = field(default_factory=list)
    exit: int | None = 0
    died: bool = False
    complaints: list[str] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)


def sounded(
    sink: str, heard: Iterable[tuple[float, bytes]], gone: float | None = None
) -> list[Sounded]:
    """Read the notes in what one receiver heard; ``gone`` is when it was taken away.

    What sounded then sounds no more, for there is nothing left to play it.
    """
    open_: dict[tuple[int, int], float] = {}
    notes: list[Sounded] = []
    for at, message in heard:
        status, key = message[0] & 0xF0, (message[0] & 0x0F, message[1] if message[1:] else 0)
        if status in (NOTE_ON, NOTE_OFF) and len(message) == 3:
            if key in open_:
                notes.append(Sounded(sink, *key, open_.pop(key), at))
            if status == NOTE_ON and message[2] > 0:
                open_[key] = at
    return notes + [Sounded(sink, *key, begun, gone) for key, begun in open_.items()]
