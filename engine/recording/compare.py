"""Says what a replay sends differently: by way out, how often, from when on, and how much.

What follows from one entry is compared with what followed from it then, so that a thousand equal
messages after one that is missing count as equal. Bytes are only taken apart where they differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.osc.parse import Malformed, packet
from engine.recording.reader import RecordedOutput
from engine.runtime.metrics import route_name

_STATUS = 0xF0
"""Of a MIDI message from here on, all of its first byte says what it is."""


@dataclass
class Difference:
    """What became of one way out that differs.

    ``changed`` counts messages whose content is another, ``largest`` how far a number is off at
    most; ``first`` is the second of the show of the first difference.
    """

    route: str
    first: float
    changed: int = 0
    missing: int = 0
    added: int = 0
    largest: float = 0.0


class Comparison:
    """Takes what was sent and what is sent now, entry by entry.

    ``messages`` counts what is sent now, a packet of OSC as one.
    """

    def __init__(self) -> None:
        self.messages = 0
        self._was: list[RecordedOutput] = []
        self._now: list[RecordedOutput] = []
        self._different: dict[str, Difference] = {}
        self._begun: Ns | None = None

    def was(self, sent: RecordedOutput) -> None:
        """Take what was sent then."""
        self._was.append(sent)

    def now(self, sink: str, sort: str, data: bytes) -> None:
        """Take what is sent now."""
        self._now.append(RecordedOutput(sink, sort, data))

    def settle(self, moment: Ns) -> None:
        """Compare what followed from the last entry; the first time, the show begins."""
        if self._begun is None:
            self._begun = moment
        was, self._was = self._was, []
        now, self._now = self._now, []
        self.messages += len(now)
        if was != now:
            self._look(was, now, (moment - self._begun) / SECOND)

    @property
    def different(self) -> list[Difference]:
        """The ways out that differ, in the order in which they first did."""
        return list(self._different.values())

    def _look(self, was: list[RecordedOutput], now: list[RecordedOutput], seconds: float) -> None:
        """Find what differs."""
        pairs: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for side, all_sent in enumerate((was, now)):
            for sent in all_sent:
                for route, what in taken_apart(sent):
                    pairs[route][side].append(what)
        for route, (before, after) in pairs.items():
            changed = [(a, b) for a, b in zip(before, after, strict=False) if repr(a) != repr(b)]
            if not changed and len(before) == len(after):
                continue
            found = self._different.setdefault(route, Difference(route, seconds))
            found.changed += len(changed)
            found.missing += max(0, len(before) - len(after))
            found.added += max(0, len(after) - len(before))
            found.largest = max([found.largest, *(_apart(a, b) for a, b in changed)])


def taken_apart(sent: RecordedOutput) -> Iterator[tuple[str, Any]]:
    """Give what was sent message by message: its way out, and its numbers and texts."""
    try:
        if sent.sort == "osc":
            for address, args in packet(sent.data):
                yield route_name(sent.sink, address), args
            return
        if sent.sort == "json":
            said = msgspec.json.decode(sent.data)
            yield route_name(sent.sink, str(said.pop("port", ""))), said
            return
    except (Malformed, msgspec.DecodeError):
        pass  # it can still be told that it is another
    head = sent.data[0] if sent.data else 0
    kind = head if head >= _STATUS else head & _STATUS
    yield route_name(sent.sink, f"{sent.sort} {kind:02x}"), list(sent.data)


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
