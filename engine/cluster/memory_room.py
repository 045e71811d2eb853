"""A room without a network: machines in one process, with delays, cuts and skewed clocks by script.

    clock = VirtualClock()
    room = MemoryRoom(clock)
    home, left = room.link("home"), room.link("left")
    room.delay = ns(0.001)
    room.skew("left", ns(3600), ppm=50)
    ...
    room.run_until(ns(2))

Nothing happens but in ``run_until``, on the caller's thread and always in the same order: tests of
what plays over several machines are deterministic.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from engine.cluster.link import (
    Arrived,
    Change,
    Changed,
    Heard,
    Machine,
    Standing,
    check_sendable,
)
from engine.core.clock import MILLISECOND, SECOND, VirtualClock
from engine.core.kinds import Kind
from engine.core.messages import Ns

A_MILLISECOND: Final = Ns(MILLISECOND)
NOTICED: Final = Ns(SECOND)
"""After how long a machine that is not heard counts as gone."""


class SkewedClock:
    """A clock that runs ``ppm`` millionths faster than another one, and is ``offset`` ns ahead."""

    def __init__(self, true: VirtualClock) -> None:
        self._true = true
        self.offset = Ns(0)
        self.ppm = 0.0

    def now(self) -> Ns:
        """Return what this clock shows, in ns."""
        return self.of(self._true.now())

    def of(self, moment: Ns) -> Ns:
        """Return what this clock shows at a moment of the true one."""
        return Ns(moment + self.offset + round(moment * self.ppm * 1e-6))

    def true(self, shown: Ns) -> Ns:
        """Return the moment of the true clock at which this one shows ``shown``."""
        return Ns(round((shown - self.offset) / (1 + self.ppm * 1e-6)))


@dataclass(slots=True)
class _Waiting:
    topic: str
    content: bytes
    keep: Kind
    at: Ns | None
    since: Ns


class MemoryLink:
    """One machine's link into a ``MemoryRoom``."""

    def __init__(self, room: MemoryRoom, name: str, version: str) -> None:
        self.name = name
        self.version = version
        self.clock = SkewedClock(room.clock)
        self.life = 0
        self.has: Mapping[str, Any] = {}
        self.is_open = False
        self.heard: Heard | None = None
        self.changed: Changed | None = None
        self.known: dict[str, Machine] = {}
        self.waiting: dict[str, deque[_Waiting]] = {}
        self.held: dict[str, dict[str, _Waiting]] = {}
        self._room = room

    def open(self, heard: Heard, changed: Changed) -> None:
        """Enter the room; others hear of it after the room's delay."""
        self.heard, self.changed = heard, changed
        self.is_open = True
        self.life += 1
        self._room.entered(self)

    def describe(self, has: Mapping[str, Any]) -> None:
        """Say what this machine has."""
        self.has = dict(has)
        if self.is_open:
            self._room.described(self)

    def send(self, to: str, topic: str, content: bytes, keep: Kind, at: Ns | None = None) -> None:
        """Send to one machine; raise Unsendable for what is too long."""
        check_sendable(topic, content)
        one = _Waiting(topic, bytes(content), keep, at, self._room.clock.now())
        if keep is Kind.HELD:
            self.held.setdefault(to, {})[topic] = one
        self._room.sent(self, to, one)

    def machines(self) -> Mapping[str, Machine]:
        """Return the other machines that were ever here, by name."""
        return dict(self.known)

    def counts(self) -> Mapping[str, int]:
        """Return nothing: this room has no door."""
        return {}

    def close(self) -> None:
        """Leave the room."""
        if self.is_open:
            self.is_open = False
            self.waiting.clear()
            self.known = {}
            self._room.left(self)


@dataclass(order=True, slots=True)
class _Event:
    due: int
    order: int
    act: Any = field(compare=False)


class MemoryRoom:
    """The machines, and the network between them; see the module."""

    def __init__(self, clock: VirtualClock, delay: Ns = A_MILLISECOND) -> None:
        self.clock = clock
        self.delay = delay
        self._links: dict[str, MemoryLink] = {}
        self._cut: set[frozenset[str]] = set()
        self._events: list[_Event] = []
        self._order = count()

    def link(self, name: str, version: str = "0") -> MemoryLink:
        """Return the link of a machine, not open yet; one for each name."""
        return self._links.setdefault(name, MemoryLink(self, name, version))

    def skew(self, name: str, offset: Ns, ppm: float = 0.0) -> None:
        """Set a machine's clock ``offset`` ns ahead, and let it run ``ppm`` millionths fast."""
        clock = self.link(name).clock
        jumped = self._links[name].is_open
        clock.offset, clock.ppm = offset, ppm
        for other in self._links.values() if jumped else ():
            for one, seen in ((other, name), (self._links[name], other.name)):
                if seen in one.known and one.known[seen].standing is Standing.HERE:
                    self._later(self.delay, self._tell, one, seen, Change.CLOCK_JUMPED, "")

    def cut(self, one: str, other: str) -> None:
        """Let nothing through between two machines; a second later each counts as gone for the other."""
        pair = frozenset((one, other))
        if pair not in self._cut:
            self._cut.add(pair)
            self._later(NOTICED, self._noticed, pair)

    def mend(self, one: str, other: str) -> None:
        """Let everything through again; what waited and may not be lost goes at once."""
        pair = frozenset((one, other))
        if pair in self._cut:
            self._cut.discard(pair)
            a, b = (self._links[name] for name in sorted(pair))
            self._later(self.delay, self._meet, a, b)
            self._later(self.delay, self._meet, b, a)

    def kill(self, name: str) -> None:
        """End a machine's program without a word; the others notice after a second."""
        link = self.link(name)
        link.is_open = False
        link.waiting.clear()
        link.known = {}
        for other in self._links.values():
            if name in other.known:
                self._later(NOTICED, self._gone, other, name, link.life)

    def run_until(self, moment: Ns) -> None:
        """Let happen all that is due until a moment of the true clock, and move the clock there."""
        while self._events and self._events[0].due <= moment:
            event = heappop(self._events)
            self.clock.move_to(Ns(event.due))
            event.act()
        self.clock.move_to(moment)

    # What the links ask for.

    def entered(self, link: MemoryLink) -> None:
        """Introduce a machine to the others."""
        for other in self._others(link):
            self._later(self.delay, self._meet, other, link)
            self._later(self.delay, self._meet, link, other)

    def left(self, link: MemoryLink) -> None:
        """Let the others know that a machine left."""
        for other in self._others(link):
            self._later(self.delay, self._gone, other, link.name, link.life)

    def described(self, link: MemoryLink) -> None:
        """Let the others know what a machine has."""
        for other in self._others(link):
            if link.name in other.known and not self._is_cut(link.name, other.name):
                self._later(self.delay, self._said, other, link)

    def sent(self, link: MemoryLink, to: str, one: _Waiting) -> None:
        """Carry a message, or let it wait for its machine."""
        there = link.known.get(to)
        if there is None:
            return
        if there.standing is Standing.HERE and not self._is_cut(link.name, to):
            self._later(self.delay, self._arrive, link, to, one, link.life, there.life)
            return
        waiting = link.waiting.setdefault(to, deque())
        if one.keep is not Kind.LOSSLESS:
            return
        waiting.append(one)

    # What happens when it is due.

    def _arrive(self, link: MemoryLink, to: str, one: _Waiting, life: int, to_life: int) -> None:
        there = self._links.get(to)
        if there is None or not there.is_open or there.life != to_life or link.life != life:
            return
        if self._is_cut(link.name, to) or link.name not in there.known:
            if one.keep is Kind.LOSSLESS:
                link.waiting.setdefault(to, deque()).append(one)
            return
        at = None if one.at is None else there.clock.of(link.clock.true(one.at))
        if there.heard is not None:
            there.heard(Arrived(link.name, one.topic, one.content, one.keep, at))

    def _meet(self, link: MemoryLink, other: MemoryLink) -> None:
        """Let ``link`` know of ``other``, and send what waited for it."""
        if not (link.is_open and other.is_open) or self._is_cut(link.name, other.name):
            return
        before = link.known.get(other.name)
        if before and before.standing is Standing.HERE and before.life == other.life:
            return
        if before and before.standing is Standing.HERE:
            self._gone(link, other.name, before.life)
        waiting = link.waiting.pop(other.name, deque())
        forgotten = before is not None and before.life != other.life and bool(waiting)
        if forgotten:
            self._tell(link, other.name, Change.FORGOTTEN, f"{len(waiting)} messages")
            waiting.clear()
        link.known[other.name] = self._machine(link, other)
        self._tell(link, other.name, Change.CAME, "")
        for one in [*link.held.get(other.name, {}).values(), *waiting]:
            self._later(self.delay, self._arrive, link, other.name, one, link.life, other.life)

    def _machine(self, link: MemoryLink, other: MemoryLink) -> Machine:
        offset = Ns(other.clock.now() - link.clock.now())
        return Machine(
            other.name,
            Standing.HERE,
            other.version,
            other.has,
            other.life,
            delay=self.delay,
            offset=offset,
        )

    def _said(self, link: MemoryLink, other: MemoryLink) -> None:
        if other.name in link.known:
            link.known[other.name] = self._machine(link, other)
            self._tell(link, other.name, Change.SAID, "")

    def _gone(self, link: MemoryLink, name: str, life: int) -> None:
        known = link.known.get(name)
        if known is None or known.life != life or known.standing is Standing.GONE:
            return
        link.known[name] = Machine(name, Standing.GONE, known.version, known.has, life)
        self._tell(link, name, Change.WENT, "")

    def _noticed(self, pair: frozenset[str]) -> None:
        if pair in self._cut:
            one, other = (self._links[name] for name in sorted(pair))
            for link, name, life in ((one, other.name, other.life), (other, one.name, one.life)):
                if link.is_open:
                    self._gone(link, name, life)

    def _tell(self, link: MemoryLink, name: str, change: Change, words: str) -> None:
        if link.is_open and link.changed is not None:
            link.changed(name, change, words)

    def _others(self, link: MemoryLink) -> list[MemoryLink]:
        return [other for other in self._links.values() if other is not link]

    def _is_cut(self, one: str, other: str) -> bool:
        return frozenset((one, other)) in self._cut

    def _later(self, delay: Ns, act: Any, *args: Any) -> None:
        due = self.clock.now() + delay
        heappush(self._events, _Event(due, next(self._order), lambda: act(*args)))
