"""Hosts one box with all that runs beside the loop for it: its lane, its supervisor, its mailbox.

Why a mailbox of its own: entries of a box that was removed stay in that mailbox, and are never
taken for those of another box of its name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from engine.core.clock import Clock
from engine.core.commands import Away, Command, Condition, Lost, Notice, StateSaved
from engine.core.context import Context
from engine.core.kinds import Kind, policy_for
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Source, Tape
from engine.runtime.command_queue import submit_command
from engine.runtime.contexts import Reports
from engine.runtime.entries import Arrival, Entry, StateChange
from engine.runtime.metrics import Metrics
from engine.runtime.schedule.state import OPENING, BoxState, has_life
from engine.runtime.sent_moments import SentMoments
from engine.runtime.shutdown import Running
from engine.runtime.supervision.heartbeat import Heartbeat
from engine.runtime.supervision.node_life import NodeLife
from engine.runtime.supervision.supervisor import DeviceSupervisor
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.live_lane import make_lane
from engine.runtime.workers.loop_lane import OnLoop
from engine.runtime.workers.sink_worker import SinkWorker

if TYPE_CHECKING:
    from engine.core.box import Box

IsConsumed = Callable[[str, str, type], bool]


class BoxHost:
    """Hosts one box; used on the loop, except for what the threads of the box call.

    ``plays``: whether its messages are handled; before that it only opens, and what its source says
    waits. ``condition`` is its last reported state; ``on_change`` is called on any thread when that
    changes.
    """

    def __init__(
        self,
        name: str,
        box: Box,
        make_context: Callable[[str, Reports], Context],
        clock: Clock,
        wake: Callable[[], None],
        *,
        loop: OnLoop,
        is_event: Callable[[Command], bool],
    ) -> None:
        """``is_event``: whether a command sets what is said, not held; called on any thread."""
        self.name = name
        self.box = box
        self.door = Mailbox(wake)
        self.context = make_context(name, self)
        self.plays = False
        self.condition, self.reason = OPENING, ""
        self.on_change: Callable[[], None] = lambda: None
        self.supervisor: DeviceSupervisor | None = None
        self.out_lane: SinkWorker | None = None
        self.lane: ThreadLane | None = None
        self.life: NodeLife | None = None
        self.heartbeat = Heartbeat() if isinstance(box, Source) and box.steady else None
        self._state: BoxState | None = None
        self._clock = clock
        self._loop = loop
        self._is_event = is_event
        self._begun = False
        self._left = False
        self._counted = 0, 0, 0
        if isinstance(box, Node) and box.lane:
            self.lane = make_lane(name, box, self.context, self._deliver, clock, loop=loop)

    def bind(self, state: BoxState) -> None:
        """Bind the host to the engine's state of its box."""
        self._state = state
        state.out_lane = self.out_lane

    @property
    def is_ready(self) -> bool:
        """Whether it is open, is known to be missing, or needs no opening."""
        return self.condition != OPENING or not self._begun

    @property
    def wants_device(self) -> bool:
        """Whether it has no device, perhaps because another box holds it."""
        waits = not self._begun and not isinstance(self.box, Node | Tape)
        return waits or self.condition == "lost"

    @property
    def needs_opening(self) -> bool:
        """Whether anything must be opened for it beside the loop."""
        return not isinstance(self.box, Node) or self.box.lane or has_life(self.box)

    @property
    def is_open(self) -> bool:
        """Whether what it needs beside the loop was started, or it needs nothing."""
        return self._begun or not self.needs_opening

    @property
    def threads(self) -> list[threading.Thread]:
        """The threads on which the box is opened."""
        return [each.thread for each in (self.supervisor, self.lane, self.life) if each]

    def begin(self, is_consumed: IsConsumed, last_at: SentMoments) -> None:
        """Open the box on a thread of its own, if it needs one; once until ``end``.

        ``is_consumed`` is that of the engine; ``last_at`` receives the moments of what is sent.
        """
        if self.is_open:
            return
        self._begun = True
        if self.lane is not None:
            self.lane.start()
        elif isinstance(self.box, Node):
            self.life = NodeLife(self.name, self.box, self.context, self._deliver)
            self.life.start()
        elif isinstance(self.box, Sink):
            self._begin_sink(self.box, last_at)
        elif isinstance(self.box, Source):
            self.supervisor = self._supervise(self.box).keep_source(
                partial(self._emit, is_consumed)
            )

    def replace(self, box: Node) -> ThreadLane:
        """Abandon a box that hangs, and host another in its place; return its lane."""
        assert self.lane is not None
        self.lane.abandon()
        self.box = box
        context, clock = self.context, self._clock
        self.lane = make_lane(self.name, box, context, self._deliver, clock, loop=self._loop)
        return self.lane

    def report(self, text: str) -> None:
        """Report a notice about the box to the performer; may be called on any thread."""
        submit_command(self.door, self.name, Notice(text))

    def saved(self, file: str, data: bytes) -> None:
        """Note a file that the box has saved; may be called on any thread."""
        submit_command(self.door, self.name, StateSaved(file, data))

    def lost(self) -> None:
        """Close and open again a device that went away."""
        if self.supervisor is not None:
            self.supervisor.lost()

    def retry_now(self) -> None:
        """Try again at once to open a device that could not be opened."""
        if self.supervisor is not None and self.condition != "running":
            self.supervisor.retry_now()

    def count(self, metrics: Metrics) -> None:
        """Count what the mailbox of a source dropped, and how often it was reopened."""
        source = metrics.sources.get(self.name)
        if source is None:
            return
        before, restarts = self._counted, self.supervisor.restarts if self.supervisor else 0
        now = self._counted = sum(self.door.dropped.values()), self.door.coalesced, restarts
        source.dropped += now[0] - before[0]
        source.coalesced += now[1] - before[1]
        source.restarts += max(0, now[2] - before[2])

    def leave(self) -> None:
        """Stop playing: drop the entries that wait, except for changes of state."""
        self.plays, self._left = False, True
        for item in self.door.take():
            if isinstance(item.content, StateChange):
                self.door.put(None, Kind.LOSSLESS, item.content, Ns(0))

    def end(self) -> tuple[list[Running], list[Running]]:
        """Return what must end first and what then to close the box, which may then begin again."""
        first: list[Running] = [self.out_lane] if self.out_lane else []
        then: list[Running] = [each for each in (self.supervisor, self.lane, self.life) if each]
        if not self._begun:
            return [], []
        self.supervisor = self.life = None
        self._begun = self.lane is not None
        self.condition = OPENING
        return first, then

    def _begin_sink(self, sink: Sink, last_at: SentMoments) -> None:
        if sink.lane:
            self.out_lane = SinkWorker(
                self.name,
                sink,
                self._deliver,
                self._clock,
                last_at=last_at,
                may_leave=self.context.may_leave,
            )
            self.out_lane.start()
            if self._state is not None:
                self._state.out_lane = self.out_lane
        self.supervisor = self._supervise(sink).keep_sink(
            lambda command: submit_command(self.door, self.name, command, self._is_event(command))
        )

    def _supervise(self, box: Source | Sink) -> DeviceSupervisor:
        return DeviceSupervisor(self.name, box, self.context, self._deliver, self._clock)

    def _deliver(self, entry: Entry) -> None:
        if isinstance(entry, StateChange):
            self.condition, self.reason = entry.state, entry.reason
            if self.heartbeat is not None and entry.state == "running":
                self.heartbeat.begin(self._clock.now())
        self.door.put(None, Kind.LOSSLESS, entry, Ns(0))
        if isinstance(entry, StateChange):
            self.on_change()

    def _emit(
        self,
        is_consumed: IsConsumed,
        outlet: str,
        message: Message | Command,
        at: Ns,
        cost: int = 0,
    ) -> None:
        """Queue what a source emits.

        Before it plays, messages wait by the rule of their kind, for it may not say them again; of
        commands only those that concern its device are taken. One that has played is not heard.
        """
        if isinstance(message, Command):
            if self.plays or isinstance(message, Lost | Notice | Condition | Away):
                submit_command(self.door, self.name, message, self._is_event(message))
            return
        if self.heartbeat is not None:
            self.heartbeat.beat(self._clock.now())
        if self._left and not self.plays:
            return
        if is_consumed(self.name, outlet, type(message)):  # otherwise the loop wakes for nothing
            kind = policy_for(message)
            self.door.put(outlet, kind, Arrival(self.name, outlet, message, at, cost), at)
