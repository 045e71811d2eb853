"""Slots and steps: how a message passes through an island, by plain calls in one order.

A slot holds the last message of an outlet. A step fires when the slot of its hot inlet was written
in this tick; cold inlets are read as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, Protocol

from engine.core.messages import After, Later, Message, Ns
from engine.patch.plan import Wire

NOTHING: Any = object()
"""What a slot holds before its first message."""


class Slot:
    """The last message of one outlet.

    ``at`` is the moment it describes, ``cost`` the ns of decoding and models so far, ``tick`` the
    number of the tick that wrote it. It is ``stale`` once what said it was lost, until the next.
    """

    __slots__ = ("at", "cost", "stale", "tick", "value")

    def __init__(self) -> None:
        self.value: Any = NOTHING
        self.at = Ns(0)
        self.cost = 0
        self.tick = -1
        self.stale = False

    def moment(self) -> Ns:
        """Return the moment that the message describes; 0 before the first."""
        return self.at

    @property
    def stands(self) -> bool:
        """Whether it holds a message, and nothing was lost since."""
        return self.value is not NOTHING and not self.stale

    def write(self, value: Message, at: Ns, cost: int, tick: int) -> None:
        """Store a new message."""
        self.value = value
        self.at = at
        self.cost = cost
        self.tick = tick
        self.stale = False


class Step(Protocol):
    """One planned call, which fires when its ``trigger`` was written in the tick."""

    trigger: Slot

    def fire(self, tick: int) -> None:
        """Make the call; errors are reported, never raised."""
        ...


Islands = Mapping[tuple[str, str], tuple[Slot, tuple[Step, ...]]]
"""The slot of every root, and the steps downstream of it, by (box, outlet)."""

Read = Callable[[], Any]

_held = attrgetter("value")


def reader(slot: Slot, wire: Wire, default: Any = NOTHING) -> Read:
    """Return a function that reads a slot for a wire: whole or a part, converted or not.

    It returns ``default`` before the first message.
    """
    part = attrgetter(wire.part) if wire.part else None
    convert = wire.convert
    if part is None and convert is None and default is NOTHING:
        return partial(_held, slot)

    def read() -> Any:
        value = slot.value
        if value is NOTHING:
            return default
        if part is not None:
            value = part(value)
        return value if convert is None else convert(value)

    return read


class Ticker:
    """Numbers the ticks and runs their steps."""

    def __init__(self) -> None:
        self._tick = 0

    def next(self) -> int:
        """Begin a tick; return its number."""
        self._tick += 1
        return self._tick

    def run(self, steps: Sequence[Step], tick: int) -> None:
        """Fire every step whose trigger was written in this tick."""
        for step in steps:
            if step.trigger.tick == tick:
                step.fire(tick)


class Emitter:
    """Writes what a box emits into its slots, and runs the steps ``downstream`` of them.

    ``is_valid`` is called for every message; invalid ones are dropped.
    """

    def __init__(
        self,
        slots: Sequence[Slot],
        multi_output: bool,
        ticker: Ticker,
        is_valid: Callable[[Message], bool],
        schedule: Callable[[Later[Message] | After[Message], int], None],
    ) -> None:
        """``multi_output``: whether messages are NamedTuples with a value for each slot.

        ``schedule(later, cost)`` queues a message for a later moment.
        """
        self._slots = tuple(slots)
        self._multi_output = multi_output
        self._ticker = ticker
        self._is_valid = is_valid
        self._schedule = schedule
        self.downstream: tuple[Step, ...] = ()

    def emit(self, message: Message, at: Ns, cost: int, tick: int) -> None:
        """Write a message, or those of several outlets that are not None, into the slots."""
        if type(message) is Later or type(message) is After:
            self._schedule(message, cost)
        elif self._multi_output:
            for slot, value in zip(self._slots, message, strict=True):
                if value is not None and self._is_valid(value):
                    slot.write(value, at, cost, tick)
        elif self._is_valid(message):
            for slot in self._slots:
                slot.write(message, at, cost, tick)

    def emit_all(self, messages: Iterable[Message], at: Ns, cost: int, tick: int) -> None:
        """Emit several messages one after another, each through everything downstream.

        The last one belongs to the given tick, the others to ticks of their own. What was yielded
        before the box raised is emitted.
        """
        before: Message = NOTHING
        try:
            for message in messages:
                if message is None:
                    continue
                if before is not NOTHING:
                    extra = self._ticker.next()
                    self.emit(before, at, cost, extra)
                    self._ticker.run(self.downstream, extra)
                before = message
        finally:
            if before is not NOTHING:
                self.emit(before, at, cost, tick)
