"""Plays a patch live: an asyncio loop owns the engine; devices and lanes are threads around it.

Threads leave things in mailboxes and wake the loop once. Nothing on the loop waits.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from engine.core.clock import Clock, SystemClock
from engine.core.commands import Command, Panic
from engine.core.mailbox import Mailbox
from engine.core.messages import KINDS, Kind, Message, Ns
from engine.core.node import Emit, Node, Remote, Sink, Source, Tape
from engine.patch.plan import Plan
from engine.runtime.asking import put_command
from engine.runtime.call import in_words
from engine.runtime.closing import close_all
from engine.runtime.engine import Engine
from engine.runtime.entries import Arrival, Asked, Entry, LaneSent, StateChange, WakeUp
from engine.runtime.lanes import ThreadLane, close_quietly
from engine.runtime.outlane import SinkLane
from engine.runtime.supervisor import Keeper, lost_in_words
from engine.runtime.timer import Timer, make_timer
from engine.runtime.trace import LOG

_SWITCH_INTERVAL = 0.0005
_HANDS = "hands that are no box"
_PATIENCE = 3.0
"""Seconds that everything that stalls is waited for at the end, all together."""
_READY = 2.0
"""Seconds that a film waits at most for models and outputs to be there before it begins."""


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
        self._timer: Timer | None = None
        self._tapes: dict[str, Tape] = {}
        self._woken = False
        self._silenced = False
        self._done = asyncio.Event()
        self._closed = asyncio.Event()
        self.engine = Engine(plan, self._clock, self._make_lane)
        self.engine.on_lost = lambda name: self._keepers[name].lost()
        self.engine.ask = self._ask
        self.also: Callable[[], None] = lambda: None
        """Called on the loop after each entry."""

    async def play(self, seconds: float | None = None) -> None:
        """Play until ``stop``, the end of all that ends, or for a time. Plays once."""
        self._loop = asyncio.get_running_loop()
        self._timer = make_timer(self._loop, self._ring)
        interval = sys.getswitchinterval()
        try:
            self._settle()
            self._ask_permission()
            self._open()
            await asyncio.wait_for(self._done.wait(), seconds)
        except TimeoutError:
            pass
        finally:
            self._done.set()
            await self._close()
            self._timer.close()
            sys.setswitchinterval(interval)
            gc.unfreeze()

    def stop(self) -> None:
        """End the show; call it on the loop."""
        self._done.set()

    def hurry(self) -> None:
        """End the show, and do not wait for what is slow to close; call it on the loop."""
        self._done.set()
        self._closed.set()

    def enter(self, entry: Entry) -> None:
        """Let something in, on the loop."""
        self._step(entry)
        self._arm()

    def _make_lane(self, name: str, node: Node) -> ThreadLane:
        lane = ThreadLane(name, node, partial(self._deliver, name), self._clock)
        self._lanes.append(lane)
        return lane

    # The beginning.

    def _settle(self) -> None:
        """Keep the interpreter from holding up the loop: see docs/design.md."""
        sys.setswitchinterval(_SWITCH_INTERVAL)
        gc.collect()
        gc.freeze()

    def _ask_permission(self) -> None:
        """Open what must be opened first on the main thread, where the system asks for leave."""
        for name, state in self.engine.states.items():
            if isinstance(state.box, Source) and state.box.main_thread:
                try:
                    state.box.open(_unheard)
                except Exception as error:
                    self.engine.tell(name, lost_in_words(error))  # its keeper tries again
                close_quietly(name, state.box)

    def _open(self) -> None:
        for lane in self._lanes:
            lane.start()
        for name, state in self.engine.states.items():
            if isinstance(state.box, Sink):
                self._open_sink(name, state.box)
        for name, state in self.engine.states.items():
            if isinstance(state.box, Tape):
                self._tapes[name] = state.box
            elif isinstance(state.box, Source):
                self._open_source(name, state.box)
        assert self._loop is not None
        self._start_tapes_if_ready()
        self._loop.call_later(_READY, self._start_tapes)
        self._report()

    def _open_source(self, name: str, source: Source) -> None:
        self._keepers[name] = self._keeper(name, source).keep_source(self._emit(name))

    def _start_tapes_if_ready(self) -> None:
        """Begin a film when all that shall see and send it is there, or is known to be missing."""
        if all(state != "opening" for state in self._states_below_sources()):
            self._start_tapes()

    def _states_below_sources(self) -> list[str]:
        trace = self.engine.trace
        return [*(lane.state for lane in trace.lanes.values()), *trace.sinks.values()]

    def _start_tapes(self) -> None:
        """Begin all films; those that play already are let be."""
        tapes, self._tapes = self._tapes, {}
        if not self._done.is_set():
            for name, tape in tapes.items():
                self._open_source(name, tape)

    def _open_sink(self, name: str, sink: Sink) -> None:
        emit = self._emit(name)
        sink.report_to(lambda command: emit("", command, self._clock.now()))
        if sink.lane:
            deliver = partial(self._deliver, name)
            lane = SinkLane(name, sink, deliver, self._clock, self.engine.last_at)
            self.engine.states[name].out_lane = lane
            lane.start()
        self._keepers[name] = self._keeper(name, sink).keep_sink()

    def _keeper(self, name: str, box: Source | Sink) -> Keeper:
        return Keeper(name, box, partial(self._deliver, name), self._clock)

    # The end.

    async def _close(self) -> None:
        """End all sound at once; then close everything, as long as that takes within reason."""
        self._drain()
        self._step(Asked(_HANDS, Panic()))
        self._silenced = True
        assert self._loop is not None
        closer = threading.Thread(target=self._close_devices, name="closer", daemon=True)
        closer.start()
        await self._closed.wait()
        self._drain()

    def _close_devices(self) -> None:
        """Have outputs send the last of it, then close everything.

        Why a thread of its own, and no pool: the end of a pool waits for every thread in it, and
        then a device that stalls would keep the program from ending.
        """
        out_lanes = [state.out_lane for state in self.engine.states.values() if state.out_lane]
        close_all((out_lanes, [*self._keepers.values(), *self._lanes]), self._clock)
        assert self._loop is not None
        with suppress(RuntimeError):  # nobody waited
            self._loop.call_soon_threadsafe(self._closed.set)

    # What comes from other threads.

    def _emit(self, name: str) -> Emit:
        door = self._doors[name]

        def emit(outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
            if isinstance(message, Command):
                put_command(door, name, message)
            elif self.engine.hears(name, outlet, type(message)):  # or the loop wakes for nothing
                kind = KINDS.get(type(message), Kind.LATEST)
                door.put(outlet, kind, Arrival(name, outlet, message, at, cost), at)

        return emit

    def _ask(self, by: str, command: Command) -> None:
        """Let in a command of somebody who is no box, such as the page; from any thread."""
        put_command(self._doors[_HANDS], by, command)

    def _deliver(self, name: str, entry: Entry) -> None:
        self._doors[name].put(None, Kind.LOSSLESS, entry, Ns(0))

    def _wake(self) -> None:
        """Have the loop look into the mailboxes; may be called on any thread."""
        if not self._woken and self._loop is not None:
            self._woken = True
            with suppress(RuntimeError):  # the loop has ended; what still comes is too late
                self._loop.call_soon_threadsafe(self._drain)

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
            trace.coalesced = door.coalesced
            trace.restarts = self._keepers[name].restarts if name in self._keepers else 0
        if door.overruns:
            door.overruns = 0
            self.engine.tell(name, "says more than can be played; everything is silenced")
            self._step(Asked(_HANDS, Panic()))

    def _step(self, entry: Entry) -> None:
        if self._silenced and not isinstance(entry, LaneSent):
            return  # what comes now would sound after the end
        try:
            self.engine.step(entry)
        except Exception:
            LOG.exception("a mistake of the engine itself; the show goes on")
        if isinstance(entry, StateChange):
            self._changed(entry)
        self.also()

    def _changed(self, entry: StateChange) -> None:
        if entry.state == "running":
            gc.freeze()  # what it has loaded stays; moving it there takes no time
        elif entry.state == "ended" and self._all_ended():
            self._done.set()
        if self._tapes:
            self._start_tapes_if_ready()

    def _all_ended(self) -> bool:
        """Tell whether every source that says when a show is over has ended."""
        says = [
            name
            for name, state in self.engine.states.items()
            if isinstance(state.box, Source) and not isinstance(state.box, Remote)
            if not (isinstance(state.box, Tape) and state.box.endless)
        ]
        return all(self.engine.trace.sources[name].state == "ended" for name in says)

    # Time.

    def _arm(self) -> None:
        """Set the timer to the next moment that anybody asked to be woken at."""
        if self._timer is not None and not self._silenced:
            self._timer.set(self.engine.wakes.next())

    def _ring(self) -> None:
        self._step(WakeUp())
        self._arm()

    def _report(self) -> None:
        """Tell remote controls how it goes, once a second."""
        boxes = ((name, state.box) for name, state in self.engine.states.items())
        remotes = [(name, box) for name, box in boxes if isinstance(box, Remote)]
        if not remotes or self._done.is_set() or self._loop is None:
            return
        status = self.engine.status()
        for name, remote in remotes:
            try:
                remote.report(status)
            except Exception as error:
                self.engine.tell(name, in_words(error))
        self._loop.call_later(1.0, self._report)


def _unheard(outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
    """Take what a source says that is only opened to ask for leave."""
