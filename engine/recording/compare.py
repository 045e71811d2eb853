"""Says what a replay sends differently: by way out, how often, from when on, and how much.

What follows from one entry is compared with what followed from it then, so that a thousand equal
messages after one that is missing count as equal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.recording.file import encode
from engine.recording.record import Sent
from engine.runtime.trace import route_name


@dataclass
class Difference:
    """What became of one way out.

    ``was`` and ``now`` count messages, ``changed`` those whose content is another, ``largest`` how
    far a number is off at most; ``first`` is the second of the show of the first difference.
    """

    route: str
    was: int = 0
    now: int = 0
    changed: int = 0
    missing: int = 0
    added: int = 0
    first: float | None = None
    largest: float = 0.0

    @property
    def differs(self) -> bool:
        """Whether anything is different."""
        return self.first is not None


class Comparison:
    """Takes what was sent and what is sent now, entry by entry."""

    def __init__(self) -> None:
        self._was: list[Sent] = []
        self._now: list[Sent] = []
        self._routes: dict[str, Difference] = {}
        self._begun: Ns | None = None

    def was(self, sent: Sent) -> None:
        """Take what was sent then."""
        self._was.append(sent)

    def now(self, sent: Sent) -> None:
        """Take what is sent now."""
        self._now.append(sent)

    def settle(self, moment: Ns) -> None:
        """Compare what followed from the entries up to a moment."""
        if self._begun is None:
            self._begun = moment
        was, self._was = self._was, []
        now, self._now = self._now, []
        if not was and not now:
            return
        seconds = (moment - self._begun) / SECOND
        for route, (before, after) in _by_route(was, now).items():
            found = self._routes.setdefault(route, Difference(route))
            _count(found, before, after, seconds)

    @property
    def messages(self) -> int:
        """How many messages were sent now."""
        return sum(route.now for route in self._routes.values())

    @property
    def different(self) -> list[Difference]:
        """The ways out that differ, in the order in which they were first heard."""
        return [route for route in self._routes.values() if route.differs]


def _by_route(was: list[Sent], now: list[Sent]) -> dict[str, tuple[list[Sent], list[Sent]]]:
    routes: dict[str, tuple[list[Sent], list[Sent]]] = defaultdict(lambda: ([], []))
    for index, all_sent in enumerate((was, now)):
        for sent in all_sent:
            name = sent.what.get("address", sent.port) if isinstance(sent.what, dict) else sent.port
            routes[route_name(sent.sink, str(name))][index].append(sent)
    return routes


def _count(found: Difference, was: list[Sent], now: list[Sent], seconds: float) -> None:
    found.was += len(was)
    found.now += len(now)
    found.missing += max(0, len(was) - len(now))
    found.added += max(0, len(now) - len(was))
    different = len(was) != len(now)
    for before, after in zip(was, now, strict=False):
        if encode(before) != encode(after):
            different = True
            found.changed += 1
            found.largest = max(found.largest, _apart(before.what, after.what))
    if different and found.first is None:
        found.first = seconds


def _apart(was: Any, now: Any) -> float:
    """Say how far the numbers of two messages are apart at most."""
    pairs = zip(_numbers(was), _numbers(now), strict=False)
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
