"""Observations of a show from outside: when messages came, which notes sounded, what it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from engine.lab.stress.faults import Injection
from engine.midi.active_notes import NOTE_OFF, NOTE_ON


@dataclass(frozen=True)
class InjectionRecord:
    """An injection as it happened: its start and end in seconds, and the routes it affects."""

    injection: Injection
    began: float
    over: float
    routes: frozenset[str]
    boxes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Vital:
    """The resources of a show and its models at a moment: MB of memory, open files, threads."""

    at: float
    memory: float
    files: int
    threads: int


@dataclass(frozen=True)
class SoundedNote:
    """One note at its receiver; ``ended`` is None where the receiver heard no note-off."""

    sink: str
    channel: int
    note: int
    begun: float
    ended: float | None


@dataclass
class Observation:
    """One show; all times are seconds of one clock, those of ``routes`` in ascending order.

    ``delays`` are (time, ms behind) as the show reports them. ``exit`` is the exit status of the
    process, None where it had to be killed; ``died`` says that it ended before it was asked to.
    """

    began: float = 0.0
    ended: float = 0.0
    routes: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    delays: list[tuple[float, float]] = field(default_factory=list)
    states: list[tuple[float, str, str]] = field(default_factory=list)
    notes: list[SoundedNote] = field(default_factory=list)
    vitals: list[Vital] = field(default_factory=list)
    injected: list[InjectionRecord] = field(default_factory=list)
    exit: int | None = 0
    died: bool = False
    internal_errors: list[str] = field(default_factory=list)
    stats: dict[str, Any] = field(default_factory=dict)


def read_notes(
    sink: str, heard: Iterable[tuple[float, bytes]], gone: float | None = None
) -> list[SoundedNote]:
    """Return the notes in the MIDI messages of one receiver; ``gone`` is when it was killed.

    A note that sounded then has ended, as nothing is left to play it.
    """
    open_: dict[tuple[int, int], float] = {}
    notes: list[SoundedNote] = []
    for at, message in heard:
        status, key = message[0] & 0xF0, (message[0] & 0x0F, message[1] if message[1:] else 0)
        if status in (NOTE_ON, NOTE_OFF) and len(message) == 3:
            if key in open_:
                notes.append(SoundedNote(sink, *key, open_.pop(key), at))
            if status == NOTE_ON and message[2] > 0:
                open_[key] = at
    return notes + [SoundedNote(sink, *key, begun, gone) for key, begun in open_.items()]
