"""What comes waits for the next line of a grid of beats."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from engine.core.errors import Overrun
from engine.core.kinds import Kind, policy_for
from engine.core.messages import Note, Ns, Trigger
from engine.core.node import Node

T = TypeVar("T")

MOST: Final = 10_000
"""Messages that may wait."""


@dataclass
class _Waiting:
    message: Any
    since: Ns
    lasts: int | None = None
    """ns, of a note that has ended already."""


class OnBeat(Node):
    """Have what comes wait for the next line of the grid: ``on_beat`` on any box or cable.

    ``line`` is a trigger at each line, such as ``grid.downbeat`` of a box ``tempo``, and
    ``running`` says whether there will be one: while the grid stands nothing waits.

    Of numbers, texts that grow, pictures and the like the newest is let out at the line; triggers,
    texts and notes are, all of them, in their order. A note is as long as it was. What comes at the
    very moment of a line passes.

    Raises Overrun when more than 10000 messages wait.
    """

    _running: bool = True
    _line: Ns | None = None
    _waiting: list[_Waiting] = field(default_factory=list)
    _late: dict[tuple[int, int], int] = field(default_factory=dict)
    _ends: dict[tuple[int, int], Ns] = field(default_factory=dict)

    def needs(self) -> tuple[str, ...]:
        """Return the lines, without which it would never speak."""
        return ("line",)

    def process(self, value: T, at: Ns) -> Iterator[T]:
        """Keep a message until the next line; yield what may pass."""
        if isinstance(value, float) and not math.isfinite(value):
            return iter(())
        if isinstance(value, Note) and value.velocity == 0:
            return iter([value] if self._end(value, at) else [])
        waiting = _Waiting(value, at)
        if not self._running or at == self._line:
            return iter(self._let_out([waiting], at))
        self._keep(waiting)
        return iter(())

    def on_line(self, line: Trigger, at: Ns) -> Iterator[Any]:
        """Let out what has waited."""
        self._line = at
        return self._release(at)

    def on_running(self, running: bool, at: Ns) -> Iterator[Any]:
        """Have nothing wait while the grid stands."""
        self._running = running
        return iter(()) if running else self._release(at)

    def wake(self) -> Ns | None:
        """Return when the next note that was late ends."""
        return min(self._ends.values()) if self._ends else None

    def on_wake(self, at: Ns) -> Iterator[Any]:
        """End the notes whose time has come."""
        due = [key for key, end in self._ends.items() if end <= at]
        return iter([self._off(key) for key in due])

    def reset(self) -> None:
        """Drop what waits: it is from before the gap; notes are ended by whoever plays them."""
        self._waiting.clear()
        self._late.clear()
        self._ends.clear()

    def _keep(self, new: _Waiting) -> None:
        if policy_for(new.message) is not Kind.LOSSLESS:
            kept = [each for each in self._waiting if policy_for(each.message) is Kind.LOSSLESS]
        elif isinstance(new.message, Note):  # struck twice while it waits: once is heard
            key = _key(new.message)
            kept = [each for each in self._waiting if _key(each.message) != key]
        else:
            kept = self._waiting
        if len(kept) >= MOST:
            raise Overrun(f"more than {MOST} messages wait for the beat")
        kept.append(new)
        self._waiting = kept

    def _end(self, off: Note, at: Ns) -> bool:
        """Whether the end of a note passes now; where it began late it ends as much later."""
        key = (off.channel, off.note)
        for each in self._waiting:
            if _key(each.message) == key:
                each.lasts = at - each.since
                return False
        late = self._late.pop(key, 0)
        if late:
            self._ends[key] = Ns(at + late)
        return not late

    def _release(self, at: Ns) -> Iterator[Any]:
        waiting, self._waiting = self._waiting, []
        return iter(self._let_out(waiting, at))

    def _let_out(self, waiting: list[_Waiting], at: Ns) -> list[Any]:
        let_out: list[Any] = []
        for each in waiting:
            if (key := _key(each.message)) is not None:
                if key in self._ends:  # it sounds yet
                    let_out.append(self._off(key))
                self._begin(key, each, at)
            let_out.append(each.message)
        return let_out

    def _begin(self, key: tuple[int, int], note: _Waiting, at: Ns) -> None:
        if note.lasts is None:
            self._late[key] = at - note.since
        else:
            self._late.pop(key, None)
            self._ends[key] = Ns(at + note.lasts)

    def _off(self, key: tuple[int, int]) -> Note:
        del self._ends[key]
        return Note(key[1], 0, key[0])


def _key(message: Any) -> tuple[int, int] | None:
    """Return channel and number of a note; None of anything else."""
    return (message.channel, message.note) if isinstance(message, Note) else None
