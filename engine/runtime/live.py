"""Plays a patch live: an asyncio loop owns the engine; devices and lanes are threads around it.

Threads put entries into mailboxes and wake the loop once. Nothing on the loop blocks.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from engine.core.box_errors import anything_raised
from engine.core.clock import Clock, SystemClock
from engine.core.commands import Command, Panic
from engine.core.mailbox import Mailbox
from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Remote, Source, Tape
from engine.patch.crossing import Arriving
from engine.patch.plan import Plan
from engine.runtime.beginning import Beginning
from engine.runtime.command_queue import submit_command
from engine.runtime.contexts import Contexts, MakeState, on_disk
from engine.runtime.engine import Engine
from engine.runtime.entries import (
    CommandEntry,
    Entry,
    LaneSent,
    Rollback,
    StateChange,
    SwapPlan,
    WakeUp,
)
from engine.runtime.gc_freeze import freeze_gc, gc_frozen
from engine.runtime.metrics import LOG
from engine.runtime.offers import offer_addresses
from engine.runtime.picture_master import PictureMaster
from engine.runtime.privacy import Privacy
from engine.runtime.reload.standby import Standby
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.host import BoxHost
from engine.runtime.supervision.hosts import Hosts
from engine.runtime.supervision.loop_watch import LoopWatch
from engine.runtime.supervision.periodic import PeriodicTasks
from engine.runtime.supervision.restart import Restarter
from engine.runtime.supervision.watchdog import Watchdog
from engine.runtime.timer import Timer, make_timer
from engine.runtime.workers.lane import ThreadLane
from engine.runtime.workers.loop_lane import OnLoop

THE_END = "the end"
"""Who gives the last command of a show."""
_AT_ONCE = 64
"""Entries of a host that are handled before those of others: a flood must not hold up a picture."""


class Live:
    """One live performance: of a plan, and of those that take over from it."""

    def __init__(
        self, plan: Plan, clock: Clock | None = None, make_state: MakeState = on_disk
    ) -> None:
        self._clock = clock or SystemClock()
        self._commands = Mailbox(self._wake)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: Timer | None = None
        self._beside: list[asyncio.Task[None]] = []
        self._woken = False
        self._silenced = False
        self._done = asyncio.Event()
        self._closed = asyncio.Event()
        privacy, master = Privacy(), PictureMaster()
        contexts = Contexts(lambda: privacy.pictures_may_leave, make_state, master)
        self._hosts = Hosts(
            self._clock,
            self._wake,
            self._watch,
            contexts,
            OnLoop(self._call_soon, self._add_reader),
        )
        self._hosts.add_all(plan)
        self.engine = Engine(plan, self._clock, self._hosts.lane, privacy, master)
        self.engine.on_lost = lambda name: self._hosts.playing[name].lost()
        self.engine.ask = self._ask
        self._hosts.follow(self.engine.states)
        offer_addresses(self.engine)
        self.engine.on_plan.append(partial(offer_addresses, self.engine))
        restarter = Restarter(self.engine, self._swap_box, self.enter)
        self._watchdog = Watchdog(
            self.engine, self._clock, self.enter, restarter.replace, self._hosts.heartbeat
        )
        self._loop_watch = LoopWatch(self.engine)
        self._beginning = Beginning(self.engine, self._hosts, self._done)
        self.after_entry: Callable[[], None] = lambda: None
        """Called on the loop after each entry."""
        self.stays = False
        """Whether it goes on though all of its sources have ended."""

    async def play(self, seconds: float | None = None) -> None:
        """Play once: for a time, until all finite sources have ended, or until ``stop``."""
        self._loop = asyncio.get_running_loop()
        self._timer = make_timer(self._loop, self._on_timer)
        with gc_frozen():
            try:
                self._beginning.ask_permission()
                await self._beginning.open()
                PeriodicTasks(self.engine, self._watchdog, self._done).begin()
                self._loop_watch.open()
                await asyncio.wait_for(self._done.wait(), seconds)
            except TimeoutError:
                pass
            finally:
                self._done.set()
                for task in self._beside:
                    task.cancel()
                await self._close()
                self._loop_watch.close()
                self._timer.close()

    def cancel_at_end(self, task: asyncio.Task[None]) -> None:
        """Cancel a task as soon as the show ends: nobody would close what it opened after that."""
        self._beside.append(task)

    def stop(self) -> None:
        """End the show; call it on the loop."""
        self._done.set()

    def stop_now(self) -> None:
        """End the show without waiting for what is slow to close; call it on the loop."""
        self._done.set()
        self._closed.set()

    def where(self) -> tuple[str, str]:
        """Return in which box the loop is now, and where in its code; call it on any thread."""
        return self._loop_watch.where()

    def silence_at_once(self) -> None:
        """End what sounds though the loop is stuck, as well as can be; call it on another thread.

        The output that holds the loop up may be called once more meanwhile: its notes are as good
        as lost.
        """
        for name, state in list(self.engine.states.items()):
            if isinstance(state.box, Sink) and state.up:
                try:
                    if state.out_lane is not None:
                        state.out_lane.silence(None)
                    else:
                        state.box.silence(None)
                        state.box.flush(self._clock.now())
                except anything_raised() as error:
                    LOG.warning("%s: could not be silenced: %s", name, describe_error(error))

    def enter(self, entry: Entry) -> None:
        """Handle an entry; call it on the loop."""
        self._step(entry)
        self._arm()

    # Reloading, on the loop.

    def make_standby(self, plan: Plan) -> Standby:
        """Return the standby of a plan; ``discard`` it where the plan does not take over."""
        return Standby(plan, self._hosts)

    def discard(self, standby: Standby) -> None:
        """Close everything that was opened for a plan that does not take over."""
        self._hosts.remove(standby.pending)

    def take_over(self, entry: SwapPlan, standby: Standby) -> None:
        """Play another plan from now on; removed boxes stay open until ``close_removed``."""
        if self._silenced:
            return
        self._exchange(entry)
        if conflicts := standby.conflicts(self._hosts.removed):
            self._hosts.release(conflicts, lambda: self._soon(self._open_rest, standby))
        else:
            standby.open_rest(self.engine)

    def take_back(self, reason: str) -> None:
        """Play the previous plan again."""
        if self._silenced:
            return
        self._exchange(Rollback(reason))
        for name, each in self._hosts.playing.items():
            if not each.is_open:  # it was closed to free its device for another box
                self._step(StateChange(name, "opening"))
        self._hosts.remove(self._hosts.removed, lambda: self._soon(self._open_again))

    def close_removed(self) -> None:
        """Close the boxes that the last swap has removed."""
        self._hosts.remove(self._hosts.removed)

    def _swap_box(self, state: BoxState, box: Node) -> ThreadLane:
        """Put another box in the place of one that hangs, after handling the answers of that."""
        lane = self._hosts.replace(state, box)
        self._drain_host(self._hosts.playing[state.name])
        return lane

    def _exchange(self, entry: SwapPlan | Rollback) -> None:
        self._step(entry)
        joined = self._hosts.follow(self.engine.states)
        for each in joined:
            self._drain_host(each)
        self._arm()

    def _open_rest(self, standby: Standby) -> None:
        if not self._silenced:
            standby.open_rest(self.engine)

    def _open_again(self) -> None:
        if not self._silenced:
            for each in self._hosts.playing.values():
                each.begin(self.engine.is_consumed, self.engine.last_at)
                each.retry_now()

    def _soon(self, act: Callable[..., None], *arguments: object) -> None:
        """Call something on the loop; may be called on any thread."""
        self._call_soon(act, *arguments)

    def _call_soon(self, act: Callable[..., None], *arguments: object) -> bool:
        """Call something on the loop; return False where the show is over. On any thread."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(act, *arguments)
        except RuntimeError:
            return False
        return True

    # The end.

    async def _close(self) -> None:
        """End all sound at once, then close everything and wait for that, at most for a limit."""
        self._drain(None)
        self._step(CommandEntry(THE_END, Panic()))
        self._silenced = True
        self._hosts.end(lambda: self._soon(self._closed.set))
        await self._closed.wait()
        self._drain(None)

    # Entries from other threads.

    def _ask(self, by: str, command: Command) -> None:
        """Submit a command that comes from no box; may be called on any thread."""
        submit_command(self._commands, by, command, self._hosts.is_event(command))

    def _wake(self) -> None:
        """Make the loop drain the mailboxes; may be called on any thread."""
        if not self._woken and self._loop is not None:
            self._woken = True
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self._drain)

    def _watch(self, descriptor: int, ready: Callable[[], bool]) -> bool:
        """Register a non-blocking reader of a source on the loop; may be called on any thread.

        Return False where the loop cannot read descriptors.
        """
        if sys.platform == "win32" or self._loop is None:
            return False
        os.set_blocking(descriptor, False)
        self._soon(self._add_reader, descriptor, ready)
        return True

    def _add_reader(self, descriptor: int, ready: Callable[[], bool]) -> None:
        """Register a reader of a source or of the process of a box."""
        assert self._loop is not None
        self._loop.add_reader(descriptor, self._read, descriptor, ready)

    def _read(self, descriptor: int, ready: Callable[[], bool]) -> None:
        """Read what a source has, and handle it at once."""
        self._woken = True  # the loop is awake already
        try:
            more = ready()
        except anything_raised():
            LOG.exception("a source cannot be read any more")
            more = False
        if not more and self._loop is not None:
            self._loop.remove_reader(descriptor)
        self._drain()

    def _drain(self, most: int | None = _AT_ONCE) -> None:
        """Handle what waits, so much of each host; what is left has its turn after the others."""
        self._woken = False
        for item in self._commands.take(most):
            self._step(item.content)
        left = len(self._commands)
        for each in self._hosts.playing.values():
            if len(each.door):
                self._drain_host(each, most)
                left += len(each.door)
        if left:
            self._wake()
        self._arm()

    def _drain_host(self, each: BoxHost, most: int | None = None) -> None:
        """Handle entries that wait in the mailbox of one host: all, or ``most``."""
        for item in each.door.take(most):
            self._step(item.content)
        each.count(self.engine.metrics)
        if each.door.overruns:
            each.door.overruns = 0
            self.engine.tell(each.name, "says more than can be played; everything is silenced")
            self._step(CommandEntry(each.name, Panic()))

    def _step(self, entry: Entry) -> None:
        if self._silenced and not isinstance(entry, LaneSent):
            return  # it would sound after the end
        try:
            self.engine.step(entry)
        except Exception:
            LOG.exception("a mistake of the engine itself; the show goes on")
        if isinstance(entry, StateChange):
            self._changed(entry)
        self.after_entry()

    def _changed(self, entry: StateChange) -> None:
        if entry.state == "running":
            freeze_gc()
        elif entry.state == "ended" and not self.stays and self._all_ended():
            self._done.set()
        self._beginning.start_tapes_if_ready()

    def _all_ended(self) -> bool:
        """Whether every source that can end has ended."""
        finite = [
            name
            for name, state in self.engine.states.items()
            if isinstance(state.box, Source) and not isinstance(state.box, Remote | Arriving)
            if not (isinstance(state.box, Tape) and state.box.endless)
        ]
        return all(self.engine.metrics.sources[name].state == "ended" for name in finite)

    # Time.

    def _arm(self) -> None:
        """Set the timer to the next requested wake-up."""
        if self._timer is not None and not self._silenced:
            self._timer.set(self.engine.wakes.next())

    def _on_timer(self) -> None:
        self._step(WakeUp())
        self._arm()
