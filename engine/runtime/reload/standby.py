"""The standby of a plan: what is new in it is opened and warmed while another plan plays."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from contextlib import suppress

from engine.core.node import Node
from engine.core.source import Tape
from engine.patch.plan import Plan
from engine.runtime.contexts import patch_file
from engine.runtime.engine import Engine
from engine.runtime.reload.diff import unchanged_boxes
from engine.runtime.supervision.host import BoxHost
from engine.runtime.supervision.hosts import Hosts


class Standby:
    """The hosts of the new boxes of a plan, which open before it plays; used on the loop.

    ``changed`` is set whenever the state of one of them has changed.
    """

    def __init__(self, plan: Plan, hosts: Hosts) -> None:
        self.plan = plan
        self.changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._hosts = hosts
        self._pending: dict[str, BoxHost] = {}

    @property
    def pending(self) -> list[BoxHost]:
        """The hosts of the boxes that do not play yet."""
        return list(self._pending.values())

    def open(self, engine: Engine, *, only_networks: bool = False) -> None:
        """Start opening the boxes that the playing plan does not have.

        A tape starts when the plan takes over, and so does a device that only one box can hold.
        ``only_networks`` opens nothing but lanes.
        """
        staying = unchanged_boxes(engine.plan, self.plan)
        self._hosts.remove([a for n, a in self._pending.items() if n in staying])
        boxes = {n: planned.box for n, planned in self.plan.boxes.items() if n not in staying}
        self._pending = {
            name: self._pending.get(name) or self._hosts.add(name, box, patch_file(self.plan))
            for name, box in boxes.items()
        }
        leaving = [a for name, a in self._hosts.playing.items() if name not in staying]
        for each in self.pending:
            each.on_change = self._notify
            waits = isinstance(each.box, Tape) or _would_wait(each, leaving)
            if each.lane is not None or not (only_networks or waits):
                self._begin(engine, each)

    def open_rest(self, engine: Engine) -> None:
        """Open what had to wait until the plan has taken over."""
        for each in self.pending:
            self._begin(engine, each)
            each.retry_now()

    @property
    def is_ready(self) -> bool:
        """Whether all pending boxes are open, or known to be missing."""
        return all(each.is_ready for each in self.pending)

    def problems(self) -> list[str]:
        """Return what is wrong with nodes that did not open; a missing device may still come."""
        return [
            f"{each.name}: {each.reason or 'is not ready after a long time'}"
            for each in self.pending
            if isinstance(each.box, Node) and each.needs_opening
            if each.condition != "running"
        ]

    def opening_threads(self) -> list[threading.Thread]:
        """Return the threads on which boxes still open."""
        return [thread for each in self.pending if not each.is_ready for thread in each.threads]

    def conflicts(self, removed: Iterable[BoxHost]) -> list[BoxHost]:
        """Return the removed boxes that may hold a device which a pending box waits for."""
        wanting = [each for each in self.pending if each.wants_device]
        return [old for old in removed if any(_alike(old, new) for new in wanting)]

    def _begin(self, engine: Engine, each: BoxHost) -> None:
        each.begin(engine.is_consumed, engine.last_at)

    def _notify(self) -> None:
        """Set ``changed`` on the loop; called on any thread."""
        with suppress(RuntimeError):  # the show is over
            self._loop.call_soon_threadsafe(self.changed.set)


def _would_wait(pending: BoxHost, leaving: Iterable[BoxHost]) -> bool:
    return pending.box.alone and any(_alike(old, pending) for old in leaving)


def _alike(one: BoxHost, other: BoxHost) -> bool:
    """Whether two boxes may need the same device."""
    return one.name == other.name or type(one.box) is type(other.box)
