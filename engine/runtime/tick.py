"""One message through one island: plain calls in one order, nothing waits.

A slot holds the last message of an outlet. A step fires when the slot of its first inlet was
written in this very tick; other inlets are read as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, Protocol

from engine.core.messages import Message, Ns
from engine.patch.plan import Wire

NOTHING: Any = object()
"""What a slot holds before its first message."""


class Slot:
    """The last message of one outlet: what moment it describes, what it cost, when it was said."""

    __slots__ = ("at", "cost", "tick", "value")

    def __init__(self) -> None:
        self.value: Any = NOTHING
        self.at = Ns(0)
        self.cost = 0
        self.tick = -1

    def write(self, value: Message, at: Ns, cost: int, tick: int) -> None:
        """Hold a new message."""
        self.value = value
        self.at = at
        self.cost = cost
        self.tick = tick


class Step(Protocol):
    """One thing to do when a message comes by."""

    trigger: Slot

    def fire(self, tick: int) -> None:
        """Do it."""
        ...


Read = Callable[[], Any]


def reader(slot: Slot, wire: Wire) -> Read:
    """Make what reads a slot as a wire wants it: whole or a part, converted or not.

    It gives NOTHING before the first message.
    """
    part = attrgetter(wire.part) if wire.part else None
    convert = wire.convert

    def read() -> Any:
        value = slot.value
        if value is NOTHING:
            return value
        if part is not None:
            value = part(value)
        return value if convert is None else convert(value)

    return read


class Ticker:
    """Runs steps, and numbers the ticks."""

    def __init__(self) -> None:
        self._tick = 0

    def next(self) -> int:
        """Begin a tick."""
        self._tick += 1
        return self._tick

    def run(self, steps: Sequence[Step], tick: int) -> None:
        """Fire every step whose first inlet was written in this tick."""
        for step in steps:
            if step.trigger.tick == tick:
                step.fire(tick)


class Outlets:
    """Where a box says things: its slots, and the steps that follow from them."""

    def __init__(self, slots: dict[str, Slot], fields: tuple[str, ...]) -> None:
        self._fields = fields
        self._named = [(name, slots[name]) for name in fields]
        self._only = next(iter(slots.values()), None)
        self.below: tuple[Step, ...] = ()

    def say(self, message: Message, at: Ns, cost: int, tick: int) -> None:
        """Write a message, or those of several outlets that are not None, into the slots."""
        if self._fields:
            for (_, slot), value in zip(self._named, message, strict=True):
                if value is not None:
                    slot.write(value, at, cost, tick)
        elif self._only is not None:
            self._only.write(message, at, cost, tick)

    def say_all(
        self, ticker: Ticker, messages: Iterable[Message], at: Ns, cost: int, tick: int
    ) -> None:
        """Say several messages one after another, each through everything below.

        The last one goes on with the tick at hand.
        """
        before: Message = NOTHING
        for message in messages:
            if before is not NOTHING:
                extra = ticker.next()
                self.say(before, at, cost, extra)
                ticker.run(self.below, extra)
            before = message
        if before is not NOTHING:
            self.say(before, at, cost, tick)
