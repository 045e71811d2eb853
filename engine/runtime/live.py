"""Plays a patch live: an asyncio loop owns the engine; devices and lanes are threads around it.

Threads leave things in mailboxes and wake the loop once. Nothing on the loop waits.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Callable
from functools import partial

from engine.core.clock import SECOND, Clock, SystemClock
from engine.core.commands import Command, Release, SetParameter
from engine.core.mailbox import Mailbox
from engine.core.messages import KINDS, Kind, Message, Ns
from engine.core.node import Node, Remote, Sink, Source, Tape
from engine.patch.plan import Plan
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, Asked, Entry, StateChange, WakeUp
from engine.runtime.lanes import ThreadLane
from engine.runtime.outlane import SinkLane
from engine.runtime.supervisor import Keeper
from engine.runtime.trace import LOG

_SWITCH_INTERVAL = 0.0005
_HANDS = "hands that are no box"


class Live:
    """One live performance of a plan."""

    def __init__(self, plan: Plan, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._lanes: list[ThreadLane] = []
        self._doors: dict[str, Mailbox] = {
            name: Mailbox(self._wake) for name in (_HANDS, *plan.boxes)
        }
        self._keepers: dict[str, Keeper] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken = False
        self._timer: asyncio.TimerHandle | None = None
        self._done = asyncio.Event()
        self.engine = Engine(plan, self._clock, self._make_lane)
        self.engine.on_lost = lambda name, _: self._keepers[name].lost()
        self.engine.ask = self._ask
        self.also: Callable[[], None] = lambda: None

    async def play(self, seconds: float | None = None) -> None:
        """Play until ``stop``, the end of all that ends, or for a time."""
        self._loop = asyncio.get_running_loop()
        self._open()
        try:
            await asyncio.wait_for(self._done.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            await self._close()

    def stop(self) -> None:
        """End the show; call it on the loop."""
        self._done.set()

    def enter(self, entry: Entry) -> None:
        """Let something in, on the loop."""
        self._step(entry)
        self._arm()

    def _make_lane(self, name: str, node: Node) -> ThreadLane:
        lane = ThreadLane(name, node, partial(self._deliver, name), self._clock)
        self._lanes.append(lane)
        return lane

    def _open(self) -> None:
        for lane in self._lanes:
            lane.start()
        for name, state in self.engine.states.items():
            if isinstance(state.box, Sink):
                self._open_sink(name, state.box)
        for name, state in self.engine.states.items():
            if isinstance(state.box, Source):
                self._keepers[name] = self._keeper(name, state.box).keep_source(self._emit(name))
        self._settle()
        self._report()

    def _open_sink(self, name: str, sink: Sink) -> None:
        if sink.lane:
            deliver = partial(self._deliver, name)
            lane = SinkLane(name, sink, deliver, self._clock, self.engine.last_at)
            self.engine.states[name].out_lane = lane
            lane.start()
        self._keepers[name] = self._keeper(name, sink).keep_sink()

    def _keeper(self, name: str, box: Source | Sink) -> Keeper:
        return Keeper(name, box, partial(self._deliver, name), self._clock)

    def _settle(self) -> None:
        """Keep the interpreter from holding up the loop: see DESIGN, hygiene."""
        sys.setswitchinterval(_SWITCH_INTERVAL)
        gc.collect()
        gc.freeze()

    async def _close(self) -> None:
        if self._timer:
            self._timer.cancel()
        self.engine.silence()
        self.engine.outbox.flush(self._clock.now())
        await asyncio.to_thread(self._close_devices)
        self._drain()

    def _close_devices(self) -> None:
        for name, keeper in self._keepers.items():
            if isinstance(self.engine.states[name].box, Source):
                keeper.stop()
        for lane in self._lanes:
            lane.stop()
        for name, state in self.engine.states.items():
            if state.out_lane:
                state.out_lane.stop()
            if isinstance(state.box, Sink):
                self._keepers[name].stop()

    def _emit(self, name: str) -> Callable[..., None]:
        door = self._doors[name]

        def emit(outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
            if isinstance(message, Command):
                self._put(name, name, message, at)
            else:
                kind = KINDS.get(type(message), Kind.LATEST)
                door.put(outlet, kind, Arrival(name, outlet, message, at, cost), at)

        return emit

    def _ask(self, by: str, command: Command) -> None:
        """Let in a command of somebody who is no box, such as the page; from any thread."""
        self._put(_HANDS, by, command, Ns(0))

    def _put(self, door: str, by: str, command: Command, at: Ns) -> None:
        kind = Kind.HELD if isinstance(command, SetParameter) else Kind.LOSSLESS
        self._doors[door].put(_command_key(command), kind, Asked(by, command), at)

    def _deliver(self, name: str, entry: Entry) -> None:
        self._doors[name].put(None, Kind.LOSSLESS, entry, Ns(0))

    def _wake(self) -> None:
        """Have the loop look into the mailboxes; may be called on any thread."""
        if not self._woken and self._loop is not None:
            self._woken = True
            try:
                self._loop.call_soon_threadsafe(self._drain)
            except RuntimeError:
                return  # the loop has ended; what still comes is too late

    def _drain(self) -> None:
        self._woken = False
        for name, door in self._doors.items():
            if len(door):
                for item in door.take():
                    self._step(item.content)
                self._count(name, door)
        self._arm()

    def _count(self, name: str, door: Mailbox) -> None:
        trace = self.engine.trace.sources.get(name)
        if trace is not None:
            trace.dropped = sum(door.dropped.values())
            trace.restarts = self._keepers[name].restarts
        if door.overruns:
            self.engine.tell(name, "says more than can be played; everything is silenced")
            self.engine.silence()
            door.overruns = 0

    def _step(self, entry: Entry) -> None:
        try:
            self.engine.step(entry)
        except Exception:
            LOG.exception("a mistake of the engine itself; the show goes on")
        if isinstance(entry, StateChange) and entry.state == "ended":
            self._end_when_all_ended()
        self.also()

    def _end_when_all_ended(self) -> None:
        """End when every source that says when a show is over has ended."""
        says = [
            name
            for name, state in self.engine.states.items()
            if isinstance(state.box, Source) and not isinstance(state.box, Remote)
            if not (isinstance(state.box, Tape) and state.box.endless)
        ]
        if all(self.engine.trace.sources[name].state == "ended" for name in says):
            self._done.set()

    def _arm(self) -> None:
        """Set the timer to the next moment that anybody asked to be woken at."""
        if self._timer:
            self._timer.cancel()
            self._timer = None
        due = self.engine.wakes.next()
        if due is not None and self._loop is not None:
            self._timer = self._loop.call_at(due / SECOND, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._step(WakeUp())
        self._arm()

    def _report(self) -> None:
        """Tell remote controls how it goes, once a second."""
        if self._loop is None or self._done.is_set():
            return
        status = self.engine.status()
        for state in self.engine.states.values():
            if isinstance(state.box, Remote):
                state.box.report(status)
        self._loop.call_later(1.0, self._report)


def _command_key(command: Command) -> object:
    if isinstance(command, SetParameter | Release):
        return (command.box, command.parameter)
    return command
