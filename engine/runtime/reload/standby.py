"""What is new in a plan, opened and warmed while another plays, to take over at once."""

from __future__ import annotations

import asyncio
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
    """The newcomers of a plan, getting ready; used on the loop.

    ``changed`` is set when one of them has become ready, or could not.
    """

    def __init__(self, plan: Plan, hosts: Hosts) -> None:
        self.plan = plan
        self.changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._hosts = hosts
        self._pending: dict[str, BoxHost] = {}

    @property
    def pending(self) -> list[BoxHost]:
        """Who looks after the boxes that do not play yet."""
        return list(self._pending.values())

    def open(self, engine: Engine, *, only_networks: bool = False) -> None:
        """Begin to open what is not in the plan that plays; what is in it needs no newcomer.

        A film begins when it takes over, and so does a device that is there for one only.
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
            each.on_change = self._tell
            waits = isinstance(each.box, Tape) or _would_wait(each, leaving)
            if each.lane is not None or not (only_networks or waits):
                self._begin(engine, each)

    def open_rest(self, engine: Engine) -> None:
        """Open what could not be opened before: it has taken over."""
        for each in self.pending:
            self._begin(engine, each)
            each.retry_now()

    @property
    def is_ready(self) -> bool:
        """Whether all newcomers are open, or are known to be missing."""
        return all(each.is_ready for each in self.pending)

    def problems(self) -> list[str]:
        """Say which pending cannot work; a device may be missing, for it may still come."""
        return [
            f"{each.name}: {each.reason or 'is not ready after a long time'}"
            for each in self.pending
            if isinstance(each.box, Node) and each.needs_opening
            if each.condition != "running"
        ]

    def conflicts(self, removed: Iterable[BoxHost]) -> list[BoxHost]:
        """Say which of the removed hold what a newcomer may want, and has not got."""
        wanting = [each for each in self.pending if each.wants_device]
        return [old for old in removed if any(_alike(old, new) for new in wanting)]

    def _begin(self, engine: Engine, each: BoxHost) -> None:
        each.begin(engine.is_consumed, engine.last_at)

    def _tell(self) -> None:
        """Say on the loop that something has changed; called on any thread."""
        with suppress(RuntimeError):  # the show is over
            self._loop.call_soon_threadsafe(self.changed.set)


def _would_wait(newcomer: BoxHost, leaving: Iterable[BoxHost]) -> bool:
    return newcomer.box.alone and any(_alike(old, newcomer) for old in leaving)


def _alike(one: BoxHost, other: BoxHost) -> bool:
    """Tell whether two may want the same device."""
    return one.name == other.name or type(one.box) is type(other.box)
