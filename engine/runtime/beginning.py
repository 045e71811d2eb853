"""The beginning of a live show: boxes open in an order in which nothing that comes in is missed."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.commands import Command
from engine.core.context import with_context
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Source
from engine.runtime.engine import Engine
from engine.runtime.entries import Entry, StateChange
from engine.runtime.schedule.state import OPENING
from engine.runtime.supervision.host import BoxHost
from engine.runtime.supervision.hosts import Hosts
from engine.runtime.supervision.places import own_line
from engine.runtime.supervision.supervisor import describe_loss
from engine.runtime.waiting import either_is_set
from engine.runtime.workers.lane import close_quietly

LONGEST: Final = 15.0
"""Seconds that the start of a show waits at most for nodes without a lane to open."""
READY: Final = 2.0
"""Seconds that a tape waits at most for models and outputs to open before it begins."""


class Beginning:
    """Opens the boxes of a show once: nodes, then outputs and sources, then tapes; on the loop.

    ``done`` is set when the show ends.
    """

    def __init__(self, engine: Engine, hosts: Hosts, done: asyncio.Event) -> None:
        self._engine = engine
        self._hosts = hosts
        self._done = done
        self._tapes: list[BoxHost] = []

    def ask_permission(self) -> None:
        """Open devices once on the main thread, where the system asks for permission."""
        for name, state in self._engine.states.items():
            if isinstance(state.box, Source) and state.box.main_thread:
                try:
                    context = self._hosts.playing[name].context
                    with_context(state.box.open, context)(_unheard)
                except anything_raised() as error:
                    self._engine.tell(name, describe_loss(error))  # its supervisor tries again
                close_quietly(name, state.box)

    async def open(self) -> None:
        """Open all but the tapes, which follow by themselves."""
        playing = self._hosts.playing.values()
        self._tapes = [each for each in playing if not each.box.at_once]
        self._begin(Node)
        nodes = [each for each in playing if each.life is not None]
        await self._get_ready(nodes)
        for each in nodes:
            if not (self._is_known(each) or self._done.is_set()):
                line = "".join(f" ({at})" for at in map(own_line, each.threads) if at)
                self._engine.tell(each.name, f"does not open{line}; the show begins without it")
        self._begin(Sink)
        self._begin(Source)
        self.start_tapes_if_ready()
        asyncio.get_running_loop().call_later(READY, self._start_tapes)

    def start_tapes_if_ready(self) -> None:
        """Start the tapes when every model and output is open, or known to be missing."""
        metrics = self._engine.metrics
        below = [*(lane.state for lane in metrics.lanes.values()), *metrics.sinks.values()]
        if self._tapes and all(state != OPENING for state in below):
            self._start_tapes()

    def _begin(self, kind: type[Box]) -> None:
        for each in self._hosts.playing.values():
            if isinstance(each.box, kind) and each not in self._tapes:
                each.begin(self._engine.is_consumed, self._engine.last_at)

    async def _get_ready(self, hosts: Sequence[BoxHost]) -> None:
        """Wait until boxes are open, or known to be missing, as long as that may take."""
        changed = asyncio.Event()

        def note(_: Ns, entry: Entry) -> None:
            if isinstance(entry, StateChange):
                changed.set()

        self._engine.listeners.append(note)
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST):
                while not (self._done.is_set() or all(map(self._is_known, hosts))):
                    changed.clear()
                    await either_is_set(changed, self._done)
        self._engine.listeners.remove(note)

    def _is_known(self, host: BoxHost) -> bool:
        """Whether the engine has been told that a box is open, or that it is missing."""
        state = self._engine.states.get(host.name)
        return state is None or state.condition != OPENING

    def _start_tapes(self) -> None:
        """Start all tapes that have not started yet."""
        tapes, self._tapes = self._tapes, []
        if not self._done.is_set():
            for each in tapes:
                if each.plays:
                    each.begin(self._engine.is_consumed, self._engine.last_at)


def _unheard(outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
    """Discard what a source emits that is only opened to ask for permission."""
