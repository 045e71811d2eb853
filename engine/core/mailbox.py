"""The only way between threads: an ordered queue that drops by Kind, and counts what it drops.

Order is kept. A value that is set again replaces the old one in place, unless something that must
never be lost was put between them: a control change must not overtake its note. The Kind decides
what happens when messages pile up: see ``messages``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from engine.core.clock import SECOND
from engine.core.kinds import Kind
from engine.core.messages import Ns

CAP = 10_000
"""How many messages that must never be lost may wait before it is an overrun."""


@dataclass(slots=True)
class Item:
    """A waiting message: ``key`` identifies what it replaces, ``at`` is the moment it describes."""

    key: Hashable
    kind: Kind
    content: Any
    at: Ns


class Mailbox:
    """Messages on their way to another thread. All methods are thread-safe."""

    def __init__(self, wake: Callable[[], None] | None = None) -> None:
        """``wake`` is called after each put into an empty mailbox, on the putting thread."""
        self._wake = wake
        self._lock = threading.Lock()
        self._waiting: dict[int, Item] = {}
        self._newest: dict[Hashable, int] = {}
        self._next = 0
        self._last_lossless = -1
        self.dropped: dict[Hashable, int] = {}
        self.coalesced = 0
        self.overruns = 0

    def put(self, key: Hashable, kind: Kind, content: Any, at: Ns) -> bool:
        """Append a message; return whether nothing was dropped for it, nor it refused."""
        with self._lock:
            was_empty = not self._waiting
            kept = self._make_room(key, kind, content, at)
        if was_empty and self._wake:
            self._wake()
        return kept

    def take(self, most: int | None = None) -> list[Item]:
        """Remove and return all messages, or ``most`` of them, oldest first."""
        with self._lock:
            if most is None or len(self._waiting) <= most:
                items = list(self._waiting.values())
                self._waiting = {}
                self._newest = {}
                return items
            tickets = list(islice(self._waiting, most))
            items = [self._waiting.pop(ticket) for ticket in tickets]
            for ticket, item in zip(tickets, items, strict=True):
                if self._newest.get(item.key) == ticket:
                    del self._newest[item.key]
            return items

    def take_first(self) -> list[Item]:
        """Remove and return the oldest message; for sound, all waiting blocks of its key."""
        with self._lock:
            if not self._waiting:
                return []
            ticket, first = next(iter(self._waiting.items()))
            tickets = [ticket]
            if first.kind is Kind.CONTIGUOUS:
                tickets = [t for t, item in self._waiting.items() if item.key == first.key]
            items = [self._waiting.pop(t) for t in tickets]
            if self._newest.get(first.key) in tickets:
                del self._newest[first.key]
            return items

    def waiting(self) -> list[Item]:
        """Return what waits, oldest first, and leave it there."""
        with self._lock:
            return list(self._waiting.values())

    def __len__(self) -> int:
        with self._lock:  # while a message is replaced it would seem that none waits
            return len(self._waiting)

    def _make_room(self, key: Hashable, kind: Kind, content: Any, at: Ns) -> bool:
        before = self._newest.get(key)
        if kind is Kind.HELD and before is not None and before > self._last_lossless:
            self.coalesced += 1
            self._waiting[before] = Item(key, kind, content, at)
            return True
        if kind is Kind.LOSSLESS and len(self._waiting) >= CAP:
            self.overruns += 1
            return False
        kept = True
        if kind is Kind.LATEST and before is not None and self._waiting[before].kind is kind:
            self._drop(before)
            kept = False
        elif kind is Kind.CONTIGUOUS:
            kept = self._keep_one_second(key, at)
        self._waiting[self._next] = Item(key, kind, content, at)
        self._newest[key] = self._next
        if kind is Kind.LOSSLESS:
            self._last_lossless = self._next
        self._next += 1
        return kept

    def _keep_one_second(self, key: Hashable, at: Ns) -> bool:
        old = [t for t, item in self._waiting.items() if item.key == key and at - item.at > SECOND]
        for ticket in old:
            self._drop(ticket)
        return not old

    def _drop(self, ticket: int) -> None:
        item = self._waiting.pop(ticket)
        self.dropped[item.key] = self.dropped.get(item.key, 0) + 1
