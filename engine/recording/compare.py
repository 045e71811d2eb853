"""Compares what a replay sends with the recording: by route, how often it differs, when, how much.

The output that follows from one entry is compared with the output recorded for that entry, so that
a thousand equal messages after a missing one count as equal. Bytes are parsed only where they
differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec

from engine.core.clock import SECOND
from engine.core.errors import SensoriumError
from engine.core.messages import Ns
from engine.osc.parse import Malformed, packet
from engine.recording.reader import RecordedOutput
from engine.runtime.metrics import route_name

LARGEST = 64 << 20
"""The most bytes of output that follow from one entry."""
PARSED = 1 << 20
"""The most bytes of one output that are parsed; what is larger is compared as a whole."""
ROUTES = 1000
"""The most routes that are told apart."""
OTHERS = "other routes"
_OVERHEAD = 200
"""Bytes of memory that an output takes beside its content."""

_STATUS = 0xF0
"""From here on the whole status byte of a MIDI message is its type, without a channel."""


class TooMuchOutput(SensoriumError):
    """More output at one moment than any show has."""


@dataclass
class Difference:
    """The differences of one route.

    ``changed`` counts messages whose content differs, ``largest`` is the largest difference of a
    number; ``first`` is the second of the show of the first difference.
    """

    route: str
    first: float
    changed: int = 0
    missing: int = 0
    added: int = 0
    largest: float = 0.0


class Comparison:
    """Collects recorded and replayed output, and compares them entry by entry.

    ``messages`` counts the replayed messages, an OSC packet as one.
    """

    def __init__(self) -> None:
        self.messages = 0
        self._bytes = 0
        self._was: list[RecordedOutput] = []
        self._now: list[RecordedOutput] = []
        self._different: dict[str, Difference] = {}
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
        if recorded != replayed:
            self._compare(recorded, replayed, (moment - self._begun) / SECOND)

    @property
    def different(self) -> list[Difference]:
        """The routes that differ, in the order in which they first did."""
        return list(self._different.values())

    def _compare(
        self, recorded: list[RecordedOutput], replayed: list[RecordedOutput], seconds: float
    ) -> None:
        """Count the differences by route."""
        pairs: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for side, all_sent in enumerate((recorded, replayed)):
            for sent in all_sent:
                for route, what in messages_of(sent):
                    pairs[route][side].append(what)
        for route, (before, after) in pairs.items():
            changed = [(a, b) for a, b in zip(before, after, strict=False) if repr(a) != repr(b)]
            if not changed and len(before) == len(after):
                continue
            apart = route in self._different or len(self._different) < ROUTES
            name = route if apart else OTHERS
            found = self._different.setdefault(name, Difference(name, seconds))
            found.changed += len(changed)
            found.missing += max(0, len(before) - len(after))
            found.added += max(0, len(after) - len(before))
            found.largest = max([found.largest, *(_distance(a, b) for a, b in changed)])


def messages_of(sent: RecordedOutput) -> Iterator[tuple[str, Any]]:
    """Yield each message of an output: its route, and its numbers and texts."""
    if len(sent.data) > PARSED:
        yield route_name(sent.sink, sent.encoding), sha256(sent.data).hexdigest()
        return
    try:
        if sent.encoding == "osc":
            for address, args in packet(sent.data):
                yield route_name(sent.sink, address), args
            return
        if sent.encoding == "json":
            fields = msgspec.json.decode(sent.data, type=dict[str, Any])
            yield route_name(sent.sink, str(fields.pop("port", ""))), fields
            return
    except (Malformed, msgspec.DecodeError, RecursionError):
        pass  # its bytes can still be compared
    head = sent.data[0] if sent.data else 0
    kind = head if head >= _STATUS else head & _STATUS
    yield route_name(sent.sink, f"{sent.encoding} {kind:02x}"), list(sent.data)


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
