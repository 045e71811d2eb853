"""A room without a network: machines in one process, with delays, cuts and skewed clocks by script.

    room = MemoryRoom(VirtualClock())
    home, left = room.link("home"), room.link("left")
    home.open(heard, changed)
    ...
    room.skew("left", ns(3600), ppm=50)
    room.cut("home", "left")
    room.run_until(ns(2))

All but the wire is what carries a show: the conversations, their clocks and what they keep. Nothing
happens but in ``run_until``, on the caller's thread and always in the same order, so that tests of
what plays over several machines are deterministic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import count
from typing import Any, Final

from engine.cluster.conversation import Event
from engine.cluster.link import Arrived, Changed, Heard, Machine
from engine.cluster.member import EVERYBODY, Member
from engine.core.clock import MILLISECOND, SECOND, VirtualClock
from engine.core.kinds import Kind
from engine.core.messages import Ns

A_MILLISECOND: Final = Ns(MILLISECOND)

Way = Callable[[str, str, int], Iterable[int]]
"""Of whom, to whom, bytes: after how many ns the packet arrives; none is lost, two is doubled."""


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


class MemoryLink:
    """One machine's link into a ``MemoryRoom``; opened again, it is another start of its program.

    ``clock`` is the machine's own.
    """

    def __init__(self, room: MemoryRoom, name: str, version: str, shy: bool) -> None:
        self.name = name
        self._shy = shy
        self._sought: set[str] = set()
        self.clock = SkewedClock(room.clock)
        self.member: Member | None = None
        self._room = room
        self._version = version
        self._lives = 0
        self._has: Mapping[str, Any] = {}
        self._heard: Heard = _nobody
        self._changed: Changed = _nobody
        self._events: list[Event] = []

    def open(self, heard: Heard, changed: Changed) -> None:
        """Enter the room."""
        self._heard, self._changed = heard, changed
        self._lives += 1
        self.member = Member(
            self.name, self._version, self._room.numbered(self._lives), shy=self._shy
        )
        for name in self._sought:
            self.member.seek(name)
        self.member.describe(self._has)

    def reach(self, addresses: Sequence[str], *, find: bool) -> None:
        """Do nothing: all that are in the room are found."""

    def describe(self, has: Mapping[str, Any]) -> None:
        """Describe what this machine has."""
        self._has = dict(has)
        if self.member is not None:
            self.member.describe(has)

    def seek(self, name: str) -> None:
        """Talk to a machine as soon as it is there, though this one is shy."""
        self._sought.add(name)
        if self.member is not None:
            self.member.seek(name)

    def send(self, to: str, topic: str, content: bytes, keep: Kind, at: Ns | None = None) -> None:
        """Send to one machine; raise Unsendable for what is too long."""
        if self.member is not None:
            now = self._room.clock.now()
            self._events += self.member.post(to, topic, content, keep, at, now=now)
            self.leave()

    def machines(self) -> Mapping[str, Machine]:
        """Return the other machines that were ever here, by name."""
        return {} if self.member is None else self.member.machines(self._room.clock.now())

    def counts(self) -> Mapping[str, int]:
        """Return what happened at the door of the room."""
        return {} if self.member is None else self.member.counts()

    def close(self) -> None:
        """Leave the room."""
        if self.member is not None:
            for to, data in self.member.byes(self.clock.now()):
                self._room.carry(self.name, to, data)
            self.member = None

    # What the room does.

    def due(self) -> Ns | None:
        """Return when something is to be done; None while the link is closed."""
        return None if self.member is None else self.member.due(self._room.clock.now())

    def act(self) -> None:
        """Do what is due."""
        if self.member is not None:
            self._events += self.member.tick(self._room.clock.now())
            self.tell()
            self.leave()

    def take(self, of: str, data: bytes, hello: bool) -> None:
        """Take bytes that arrive."""
        if self.member is not None:
            now = self._room.clock.now()
            self._events += self.member.take(of, data, hello, now, self.clock.now())
            self.tell()
            self.leave()

    def tell(self) -> None:
        """Hand over what came of it all."""
        while self._events and self.member is not None:
            event = self._events.pop(0)
            if isinstance(event, Arrived):
                self._heard(event)
            else:
                self._changed(*event)

    def leave(self) -> None:
        """Send what leaves now."""
        if self.member is not None:
            now = self._room.clock.now()
            for to, data in self.member.leaving(now, self.clock.now(), lambda: True):
                self._room.carry(self.name, to, data)


class MemoryRoom:
    """The machines, and the network between them; see the module.

    ``way`` may be replaced by one that loses, doubles and reorders; ``rate`` is how many bytes a
    second go each way between two machines, None for any.
    """

    def __init__(self, clock: VirtualClock, delay: Ns = A_MILLISECOND) -> None:
        self.clock = clock
        self.delay = delay
        self.rate: float | None = None
        self.way: Way = lambda of, to, size: (self.delay,)
        self._links: dict[str, MemoryLink] = {}
        self._cut: set[frozenset[str]] = set()
        self._free: dict[tuple[str, str], int] = {}
        self._wire: list[tuple[int, int, str, str, bytes, bool]] = []
        self._order = count()
        self._lives = count(1)

    def link(self, name: str, version: str = "0", *, shy: bool = False) -> MemoryLink:
        """Return the link of a machine, not open yet; one for each name."""
        return self._links.setdefault(name, MemoryLink(self, name, version, shy))

    def skew(self, name: str, offset: Ns, ppm: float = 0.0) -> None:
        """Set a machine's clock ``offset`` ns ahead, and let it run ``ppm`` millionths fast."""
        clock = self.link(name).clock
        clock.offset, clock.ppm = offset, ppm

    def cut(self, one: str, other: str) -> None:
        """Let nothing through between two machines."""
        self._cut.add(frozenset((one, other)))

    def mend(self, one: str, other: str) -> None:
        """Let everything through again."""
        self._cut.discard(frozenset((one, other)))

    def kill(self, name: str) -> None:
        """End a machine's program without a word."""
        self.link(name).member = None

    def run_until(self, moment: Ns) -> None:
        """Let happen all that is due until a moment of the true clock, and move the clock there."""
        for link in self._links.values():
            link.tell()
        while (due := self._due()) <= moment:
            self.clock.move_to(Ns(due))
            if self._wire and self._wire[0][0] <= due:
                _, _, of, to, data, hello = heappop(self._wire)
                self._links[to].take(of, data, hello)
            else:
                for link in list(self._links.values()):
                    if (at := link.due()) is not None and at <= due:
                        link.act()
        self.clock.move_to(moment)

    # What the links ask for.

    def numbered(self, life: int) -> int:
        """Return a number for a start of a program that no other one has."""
        return next(self._lives) * SECOND + life

    def carry(self, of: str, to: str, data: bytes) -> None:
        """Carry bytes to a machine, or to everybody."""
        everybody = [name for name in self._links if name != of]
        for name in everybody if to == EVERYBODY else [to]:
            if name in self._links and frozenset((of, name)) not in self._cut:
                for delay in self.way(of, name, len(data)):
                    at = self._departure(of, name, len(data)) + delay
                    hello = to == EVERYBODY
                    heappush(self._wire, (at, next(self._order), of, name, data, hello))

    def _departure(self, of: str, to: str, size: int) -> int:
        """Return when the last byte of a packet has left."""
        begins = max(self.clock.now(), self._free.get((of, to), 0))
        ends = begins + (round(size / self.rate * SECOND) if self.rate else 0)
        self._free[of, to] = ends
        return ends

    def _due(self) -> int:
        moments = [at for link in self._links.values() if (at := link.due()) is not None]
        if self._wire:
            moments.append(Ns(self._wire[0][0]))
        return max(min(moments, default=Ns(1 << 62)), self.clock.now())


def _nobody(*_: object) -> None:
    """Hear nothing: the link is not open yet."""
