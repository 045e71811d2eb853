"""What comes in and leaves by the ports of a show, by address, while somebody looks.

Why nothing is counted before: sources and outputs are observed from the first look on, and until
nobody has looked for a while; a show without a monitor pays nothing. What leaves is kept as bytes
by the loop and taken apart by whoever looks, on the thread of that.

Why what nobody listens to has a table of its own: a stranger may send to as many addresses as there
are letters. They push out one another, and never what the show knows.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import msgspec

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.clock import SECOND, Clock
from engine.core.errors import as_written
from engine.core.messages import Ns
from engine.core.nearest import nearest
from engine.core.secrets import hide_secrets
from engine.core.sink import Sink
from engine.core.source import Source
from engine.core.text import plain
from engine.core.traffic import Flow, Heard, Traffic
from engine.midi.words import describe_message, name_message
from engine.osc.parse import Malformed, addressed, describe, packet
from engine.patch.plan import Plan

LEASE: Final = 5 * SECOND
"""ns for which it is counted on after somebody has looked."""

MOST: Final = 512
"""Addresses that are told apart, each way; the one silent for longest makes room."""

UNHEARD: Final = 64
"""Addresses that nobody listens to, of all who send."""

QUEUE: Final = 20_000
"""Packets that wait for whoever looks; more push out the oldest."""

FRESH: Final = SECOND // 10
"""ns for which a reading is given again: many who look cost what one does."""

_LONGEST: Final = 255
"""Characters of an address that are kept."""

_SHOWN: Final = 6
"""Arguments of a message that are shown."""

_TEXT: Final = 80
"""Characters of a value that are shown."""

_LISTED: Final = 6
"""Names that are listed where none is like the one that came."""

_HINTS: Final = 8
"""Rows for which a hint is sought at each reading."""

_BY: Final = "monitor"
_NOBODY: Final = "nobody listens"


@dataclass(slots=True)
class _Row:
    """What is known of one address; ``said`` is the last value, as it came."""

    peer: str = ""
    said: Any = None
    at: int = 0
    count: int = 0
    before: int = 0
    rate: float | None = None
    outlets: tuple[str, ...] = ()
    does: str = ""
    refused: str = ""
    hint: str | None = None

    def add(self, said: Any, at: int) -> None:
        """Count a message."""
        self.said, self.at = said, at
        self.count += 1


class _Table:
    """Rows by box and address, at most so many: the one silent for longest makes room."""

    def __init__(self, most: int) -> None:
        self.rows: dict[tuple[str, str], _Row] = {}
        self.left_out = 0
        self._most = most

    def row(self, box: str, name: str) -> _Row:
        """Return the row of an address, a new one where it has none."""
        key = box, name
        row = self.rows.pop(key, None)
        if row is None:
            row = _Row()
            if len(self.rows) >= self._most:
                self.left_out += self.rows.pop(next(iter(self.rows))).count
        self.rows[key] = row
        return row

    def keep(self, boxes: Mapping[str, Box]) -> None:
        """Forget the boxes that play no more."""
        self.rows = {key: row for key, row in self.rows.items() if key[0] in boxes}

    def measure(self, seconds: float) -> None:
        """Measure messages a second since it was last measured."""
        for row in self.rows.values():
            row.rate, row.before = round((row.count - row.before) / seconds, 1), row.count


class Monitor:
    """Counts the traffic of the plan that plays while somebody looks.

    ``read`` may be called on any thread, ``follow`` and ``rest`` are called on the loop.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._plan: Plan | None = None
        self._boxes: dict[str, Box] = {}
        self._peers: dict[str, str] = {}
        self._refusals: dict[str, dict[str, int]] = {}
        self._absent: dict[str, str] = {}
        self._counts = False
        self._looked = self._measured = self._made = Ns(0)
        self._last: Traffic | None = None
        self._clear()

    @property
    def counts(self) -> bool:
        """Whether somebody looks, so that it is counted."""
        return self._counts

    def follow(self, plan: Plan, boxes: Mapping[str, Box]) -> None:
        """Observe the boxes of another plan from now on."""
        with self._lock:
            gone = {name: box for name, box in self._boxes.items() if boxes.get(name) is not box}
            self._plan, self._boxes, self._last = plan, dict(boxes), None
            if self._counts:
                self._observe(gone, False)
                self._observe(self._boxes, True)
                for table in (self._heard, self._unheard, self._sent):
                    table.keep(self._boxes)

    def rest(self) -> None:
        """Count no more where nobody has looked for a while; never waits."""
        if not self._counts or self._clock.now() - self._looked <= LEASE:
            return
        if self._lock.acquire(blocking=False):
            self._observe(self._boxes, False)
            self._counts, self._last = False, None
            self._clear()
            self._lock.release()

    def read(self) -> Traffic:
        """Return the traffic now, and count it for some seconds more."""
        with self._reading:
            now = self._looked = self._clock.now()
            with self._lock:
                if not self._counts:
                    self._counts, self._measured = True, now
                    self._find_absent()
                    self._absent.clear()
                    self._observe(self._boxes, True)
                if self._last is not None and now - self._made < FRESH:
                    return self._last
            self._take_apart()
            with self._lock:
                tables = (self._heard, self._unheard, self._sent)
                if now - self._measured >= SECOND:
                    for table in tables:
                        table.measure((now - self._measured) / SECOND)
                    self._measured = now
                    self._find_absent()
                heard, unheard, sent = (sorted(each.rows.items(), key=_by_name) for each in tables)
                left_out = sum(each.left_out for each in tables)
                plan, boxes = self._plan, self._boxes
            self._find_hints(unheard, boxes)
            cabled = {(wire.source.box, wire.source.name) for wire in plan.wires} if plan else set()
            came = sorted([*heard, *unheard], key=_by_name)
            flows = [_came(*key, row, now, cabled) for key, row in came]
            flows += [
                _flow(
                    *key,
                    row,
                    now,
                    leaves=True,
                    peer=self._peers.get(key[0], ""),
                    note=self._absent.get(key[0], ""),
                    unheard=bool(self._absent.get(key[0])),
                )
                for key, row in sent
            ]
            read = Traffic(plan.title if plan else "", tuple(flows), left_out)
            with self._lock:
                if plan is self._plan:
                    self._last, self._made = read, now
            return read

    # Observing.

    def _clear(self) -> None:
        self._heard, self._unheard, self._sent = _Table(MOST), _Table(UNHEARD), _Table(MOST)
        self._queue: deque[tuple[str, str, bytes, Ns]] = deque(maxlen=QUEUE)

    def _observe(self, boxes: Mapping[str, Box], on: bool) -> None:
        """Begin, or end, to observe the ports of boxes."""
        for name, box in boxes.items():
            try:
                if isinstance(box, Sink):
                    self._peers[name] = hide_secrets(box.destination)
                    box.tap_bytes(partial(self._sends, name) if on else None, _BY)
                elif isinstance(box, Source):
                    box.overhear(partial(self._hears, name) if on else None)
            except anything_raised():  # a performer's own box may raise anything: it is not shown
                self._peers[name] = ""

    def _hears(self, box: str, heard: Heard) -> None:
        known = bool(heard.outlets or heard.does)
        name = heard.name[:_LONGEST]
        with self._lock:
            table, other = self._heard, self._unheard
            if not known:
                table, other = other, table
            other.rows.pop((box, name), None)
            row = table.row(box, name)
            row.peer, row.outlets, row.does = heard.sender, tuple(heard.outlets), heard.does
            row.refused = heard.refused
            row.add(heard.said, heard.at)

    def _sends(self, box: str, encoding: str, data: bytes) -> None:
        self._queue.append((box, encoding, data, self._clock.now()))

    # Reading.

    def _take_apart(self) -> None:
        """Count what has left, on the thread of who looks."""
        queue = self._queue
        for _ in range(len(queue)):
            box, encoding, data, at = queue.popleft()
            with self._lock:
                for name, said in _apart(encoding, data):
                    self._sent.row(box, name[:_LONGEST]).add(said, at)

    def _find_absent(self) -> None:
        """Find the receivers that were not there since it was last measured."""
        for name, box in self._boxes.items():
            try:
                now = dict(box.refusals()) if isinstance(box, Sink) else {}
            except anything_raised():
                now = {}
            before, self._refusals[name] = self._refusals.get(name, {}), now
            absent = [each for each, count in now.items() if count > before.get(each, 0)]
            self._absent[name] = f"{_NOBODY} at {' and '.join(absent)}" if absent else ""

    def _find_hints(self, rows: Sequence[_Entry], boxes: Mapping[str, Box]) -> None:
        """Find what was perhaps meant, for a few rows at a time: names take long to compare."""
        without = [(key, row) for key, row in rows if row.hint is None]
        for (box, name), row in without[:_HINTS]:
            row.hint = _hint(name, boxes.get(box))


_Entry = tuple[tuple[str, str], _Row]


def _came(box: str, name: str, row: _Row, now: Ns, cabled: Collection[tuple[str, str]]) -> Flow:
    """Return a row of what came in, with where it goes to."""
    if not (row.outlets or row.does):
        note = f"refused: {row.refused}" if row.refused else f"{_NOBODY}{row.hint or ''}"
        return _flow(box, name, row, now, peer=row.peer, note=note, unheard=True)
    taken = [f"{box}.{outlet}" for outlet in row.outlets if (box, outlet) in cabled]
    parts = [*taken, row.does] if row.does else taken
    note = ", ".join(parts) or f"{box}.{row.outlets[0]}, which no cable takes"
    return _flow(box, name, row, now, peer=row.peer, note=note, unheard=not parts)


def _flow(
    box: str,
    name: str,
    row: _Row,
    now: Ns,
    *,
    peer: str,
    leaves: bool = False,
    note: str = "",
    unheard: bool = False,
) -> Flow:
    last, ago = plain(_in_words(row.said), _TEXT), round(max(0, now - row.at) / SECOND, 1)
    return Flow(leaves, box, plain(name), row.count, row.rate, last, ago, peer, note, unheard)


def _by_name(entry: _Entry) -> tuple[str, list[object]]:
    """Return the order of a row: by box, then by name, 2 before 10."""
    (box, name), _ = entry
    parts = (int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name))
    return box, list(parts)


def _hint(name: str, box: Box | None) -> str:
    """Return what was perhaps meant, or what else is listened to."""
    try:
        known = [*dict.fromkeys(box.listens_to())] if isinstance(box, Source) else []
    except anything_raised():
        return ""
    channel, slash, message = name.partition("/")
    hint = nearest(message if channel and slash else name, known)  # a channel is rarely the mistake
    if hint or not known:
        return f".{hint}" if hint else ""
    listed = ", ".join(known[:_LISTED]) + (" ..." if known[_LISTED:] else "")
    return f"; it hears {listed}"


def _apart(encoding: str, data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield the address and the value of each message in what an output sent."""
    match encoding:
        case "osc":
            yield from addressed(data)
        case "midi":
            yield name_message(data), describe_message(data)
        case _:
            sent = msgspec.json.decode(data)
            port = sent.pop("port", "")
            yield sent.pop("address", port), sent.get("args", [*sent.values()])


def _in_words(said: Any) -> str:
    """Return a value in words."""
    match said:
        case str():
            return said
        case bytes():
            try:
                ((_, arguments),) = packet(said)
            except (Malformed, ValueError):
                return ""
            return _arguments(arguments)
        case list():
            return _arguments(said)
    return str(said)


def _arguments(arguments: list[Any]) -> str:
    shown = " ".join(map(_argument, arguments[:_SHOWN]))
    return f"{shown} ... ({len(arguments)})" if arguments[_SHOWN:] else shown


def _argument(argument: Any) -> str:
    match argument:
        case bool() | int():
            return str(argument)
        case float():
            return f"{argument:.5g}"
        case str():
            return as_written(argument[:_TEXT])
    return describe(argument)
