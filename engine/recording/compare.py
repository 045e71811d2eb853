"""Compares what a replay sends with the recording: by route, how often it differs, when, how much.

The output that follows from one entry is compared with the output recorded for that entry, so that
a thousand equal messages after a missing one count as equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.clock import SECOND
from engine.core.errors import SensoriumError
from engine.core.messages import Ns
from engine.recording.reader import RecordedOutput
from engine.recording.routes import WayOut, messages_of

LARGEST = 64 << 20
"""The most bytes of output that follow from one entry."""
ROUTES = 1000
"""The most routes that are told apart."""
OTHERS = "other routes"
_OVERHEAD = 200
"""Bytes of memory that an output takes beside its content."""


class TooMuchOutput(SensoriumError):
    """More output at one moment than any show has."""


@dataclass
class Difference:
    """How what left by one route compares; of a route that is the same, only the counts are set.

    ``was`` and ``now`` count messages; ``changed`` those whose content differs, ``missing`` and
    ``added`` those that have none to be compared with, ``largest`` is the largest difference of a
    number; ``first`` is the second of the show of the first difference.
    """

    route: str
    was: int = 0
    now: int = 0
    changed: int = 0
    missing: int = 0
    added: int = 0
    largest: float = 0.0
    first: float | None = None

    @property
    def differs(self) -> bool:
        """Whether anything is different."""
        return self.first is not None


class Comparison:
    """Collects recorded and replayed output, and compares them entry by entry.

    ``messages`` counts the replayed messages, an OSC packet as one.
    """

    def __init__(self) -> None:
        self.messages = 0
        self._bytes = 0
        self._was: list[RecordedOutput] = []
        self._now: list[RecordedOutput] = []
        self._routes: dict[WayOut, Difference] = {}
        self._begun: Ns | None = None

    def add_recorded(self, sent: RecordedOutput) -> None:
        """Add recorded output; raise TooMuchOutput where no show sends as much at one moment."""
        self._bytes += len(sent.data) + _OVERHEAD
        if self._bytes > LARGEST:
            raise TooMuchOutput(f"more than {LARGEST:,} bytes of output follow from one entry")
        self._was.append(sent)

    def add_replayed(self, sink: str, encoding: str, data: bytes) -> None:
        """Add replayed output."""
        self._now.append(RecordedOutput(sink, encoding, data))

    def compare_entry(self, moment: Ns) -> None:
        """Compare what followed from the last entry; the first call begins the show."""
        if self._begun is None:
            self._begun = moment
        recorded, self._was = self._was, []
        self._bytes = 0
        replayed, self._now = self._now, []
        self.messages += len(replayed)
        if recorded == replayed:
            self._count(replayed)
        else:
            self._compare(recorded, replayed, (moment - self._begun) / SECOND)

    @property
    def different(self) -> list[Difference]:
        """The routes that differ, in the order in which they first did.

        The ends of notes that are gone as their beginnings are, are left out.
        """
        found = [each for route, each in self._routes.items() if self._counts(route)]
        return sorted(found, key=lambda each: each.first or 0.0)

    @property
    def same(self) -> tuple[int, int]:
        """How many routes are the same, and how many messages left by them."""
        found = {route: each for route, each in self._routes.items() if not each.differs}
        routes = sum(not (route.ends and WayOut(route.name) in found) for route in found)
        return routes, sum(each.now for each in found.values())

    def _counts(self, route: WayOut) -> bool:
        """Whether a route differs in a way that is to be told."""
        each = self._routes[route]
        notes = self._routes.get(WayOut(route.name)) if route.ends else None
        if notes is None or not notes.differs:
            return each.differs
        return each.differs and notes.now - notes.was != each.now - each.was

    def _count(self, all_sent: Iterable[RecordedOutput]) -> None:
        """Count what is the same."""
        for sent in all_sent:
            for route, _ in messages_of(sent):
                found = self._found(route)
                found.was += 1
                found.now += 1

    def _compare(
        self, recorded: list[RecordedOutput], replayed: list[RecordedOutput], seconds: float
    ) -> None:
        """Count the differences by route."""
        pairs: dict[WayOut, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for side, all_sent in enumerate((recorded, replayed)):
            for sent in all_sent:
                for route, what in messages_of(sent):
                    pairs[route][side].append(what)
        for route, (before, after) in pairs.items():
            changed = [(a, b) for a, b in zip(before, after, strict=False) if repr(a) != repr(b)]
            found = self._found(route)
            found.was += len(before)
            found.now += len(after)
            if not changed and len(before) == len(after):
                continue
            found.first = seconds if found.first is None else found.first
            found.changed += len(changed)
            found.missing += max(0, len(before) - len(after))
            found.added += max(0, len(after) - len(before))
            found.largest = max([found.largest, *(_distance(a, b) for a, b in changed)])

    def _found(self, route: WayOut) -> Difference:
        apart = route in self._routes or len(self._routes) < ROUTES
        name = route if apart else WayOut(OTHERS)
        return self._routes.setdefault(name, Difference(str(name)))


def _distance(recorded: Any, replayed: Any) -> float:
    """Return the largest difference between the numbers of two messages."""
    pairs = zip(_numbers(recorded), _numbers(replayed), strict=False)
    return max((abs(a - b) for a, b in pairs), default=0.0)


def _numbers(what: Any) -> Iterator[float]:
    if isinstance(what, dict):
        for value in what.values():
            yield from _numbers(value)
    elif isinstance(what, list | tuple):
        for value in what:
            yield from _numbers(value)
    elif isinstance(what, bool | int | float):
        yield float(what)
