"""The engine: everything that happens to a playing patch enters through ``step``, one by one.

Why one door: the order of the entries determines a show. The same entries at the same moments give
the same bytes, live, offline and replayed. ``now`` is read here, once for each entry.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.core.box_errors import anything_raised
from engine.core.clock import Clock
from engine.core.commands import Command
from engine.core.errors import Overrun, ParameterError
from engine.core.event_inlets import message_by_hand, read_hand_events
from engine.core.kinds import KINDS, Kind, is_picture
from engine.core.machine_status import MachineStatus
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.parameter import Parameter
from engine.core.set_target import SetTarget, Shown
from engine.core.sink import Sink
from engine.core.status import Status
from engine.net.rate_limit import RateLimiter
from engine.patch.plan import Outlet, Plan, PlannedBox, Wire
from engine.runtime.commands import REFUSALS, execute
from engine.runtime.entries import (
    Arrival,
    CommandEntry,
    Entry,
    Rollback,
    SwapPlan,
)
from engine.runtime.entry_handlers import EntryHandlers
from engine.runtime.learn_sweep import LEARN_SWEEP, LearnSweep
from engine.runtime.metrics import Metrics
from engine.runtime.monitor import Monitor
from engine.runtime.picture_master import PictureMaster
from engine.runtime.privacy import Privacy
from engine.runtime.quality.controller import QUALITY, QualityController
from engine.runtime.quality.frame_rate import FRAME_RATE, FrameRateController
from engine.runtime.reload.swap import PlanSwapper
from engine.runtime.schedule.assemble import Assembler
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.emission import Emission
from engine.runtime.schedule.endings import ENDINGS, Endings
from engine.runtime.schedule.future import FUTURE
from engine.runtime.schedule.latecomers import Latecomers
from engine.runtime.schedule.loss import LossHandler
from engine.runtime.schedule.outbox import Outbox
from engine.runtime.schedule.routes import prepare_metrics
from engine.runtime.schedule.slots import Slot
from engine.runtime.schedule.state import BoxState, gives_notes, state_of
from engine.runtime.schedule.wakeups import WakeupQueue
from engine.runtime.sent_moments import SentMoments
from engine.runtime.supervision.health import Health
from engine.runtime.workers.lane import Lane

MakeLane = Callable[[str, Node], Lane]


class Engine:
    """Plays a Plan, entry by entry. It opens no device and never blocks.

    - ``now``: the moment at which the current entry came in, the same for all that follows from it.
    - ``slots``: the last message of every outlet; they may be read on any thread.
    - ``listeners``: called with ``now`` and each entry before it is handled.
    - ``on_plan``: called when another plan has taken over.
    - ``playlist``, ``playing``: the titles of the set, and the index of the patch that plays.
    - ``on_lost``: called with the name of a source that reports the loss of its device.
    - ``on_play_patch``: called to go to another patch; returns why that is refused, or "".
    - ``plays_patch``: whether a patch of the set, given as to that, is the one that plays.
    - ``on_saved``: called with files into which what plays was saved, on any thread.
    - ``on_keep``: called with a box and parameters of it that ``rig.toml`` shall say.
    - ``monitor``: what comes in and leaves by the ports, while somebody looks.
    - ``pass_on``: called with a command for a box that plays on another machine; returns whether
      that is so. ``elsewhere``: what is known here of the boxes of other machines.
    - ``shown_elsewhere``: returns what a lamp shows of a box that plays on another machine.
    - ``machines``: returns how the other machines do that play parts; on any thread.
    - ``ask``: submits a command that does not come from a box; on any thread when played live.
    """

    def __init__(
        self,
        plan: Plan,
        clock: Clock,
        make_lane: MakeLane,
        privacy: Privacy | None = None,
        master: PictureMaster | None = None,
    ) -> None:
        self.clock = clock
        self.now = clock.now()
        self.listeners: list[Callable[[Ns, Entry], None]] = []
        self.on_plan: list[Callable[[], None]] = []
        self.playlist: tuple[str, ...] = ()
        self.playing = 0
        self.metrics = Metrics()
        self.metrics.started = self.now
        self.wakes = WakeupQueue({})
        self.last_at: SentMoments = {}
        self.on_lost: Callable[[str], None] = lambda name: None
        self.on_play_patch: Callable[[int | str], str] = lambda which: "no set is playing"
        self.plays_patch: Callable[[int | str], bool] = lambda which: False
        self.on_saved: Callable[[set[Path]], None] = lambda files: None
        self.on_keep: Callable[[str, Mapping[str, object]], None] = lambda box, values: None
        self.ask: Callable[[str, Command], None] = lambda by, command: self.step(
            CommandEntry(by, command)
        )
        self.machines: Callable[[], Sequence[MachineStatus]] = lambda: ()
        self.pass_on: Callable[[Command], bool] = lambda command: False
        self.elsewhere: dict[str, BoxState] = {}
        self.shown_elsewhere: Callable[[SetTarget], Shown] = lambda target: Shown(lit=False)
        self.privacy = privacy or Privacy()
        self.monitor = Monitor(clock)
        self.picture_master = master or PictureMaster()
        self.refusals = RateLimiter(REFUSALS, REFUSALS)
        self._make_lane = make_lane
        self._emission = Emission(self)
        self.future = self._emission.future
        self._swap = PlanSwapper(self)
        self.quality = QualityController(self)
        self._frame_rate = FrameRateController(self)
        self._latecomers = Latecomers(self, self._emission.ticker)
        self.health = Health(self, self._latecomers)
        self._endings = Endings(self)
        self.outbox = Outbox(self, clock, self.last_at, self.health.recovered, self.quality.sent)
        self._entries = EntryHandlers(
            self,
            self._emission,
            self.outbox,
            health=self.health,
            endings=self._endings,
            quality=self.quality,
            frame_rate=self._frame_rate,
            report_failure=self._report_failure,
            own_wakes={
                FUTURE: lambda _: self.future.on_wake(self.now),
                LEARN_SWEEP: self._move_sweep,
                QUALITY: self.quality.on_wake,
                FRAME_RATE: self._frame_rate.on_wake,
                ENDINGS: self._endings.on_wake,
            },
        )
        self._handlers: dict[type, Callable[[Any], None]] = {
            **self._entries.by_type,
            CommandEntry: partial(execute, self),
            SwapPlan: self._swap.take_over,
            Rollback: self._swap.take_back,
        }
        self.install_plan(
            plan, {name: self.create(planned) for name, planned in plan.boxes.items()}
        )

    def step(self, entry: Entry) -> None:
        """Handle one entry: everything that follows from it has been sent when this returns."""
        self.now = self.clock.now()
        for listen in self.listeners:
            listen(self.now, entry)
        self.follow(entry)
        self._emission.finish()
        self.outbox.flush()

    def follow(self, entry: Entry) -> None:
        """Handle an entry, or one that the current entry brings about."""
        self._handlers[type(entry)](entry)

    def is_consumed(self, source: str, outlet: str, message: type) -> bool:
        """Whether anything reads messages of a type from an outlet of a source.

        Pictures, values and events always count as read, since observers show the last one. A
        stream, such as sound or poses, counts where a cable begins.
        """
        if is_picture(message) or KINDS.get(message) in (Kind.HELD, Kind.LOSSLESS):
            return True
        return Outlet(source, outlet) in self._read

    # The plan.

    def install_plan(
        self,
        plan: Plan,
        states: Mapping[str, BoxState],
        staying: Collection[str] = (),
        carried: Mapping[Outlet, Slot] = MappingProxyType({}),
    ) -> None:
        """Play this plan from now on; the boxes ``staying`` played before.

        Observers keep their references to the slots of the previous plan.
        """
        self.quality.install(plan.deadline, staying)
        self.privacy.always = plan.private
        self.plan = plan
        self.states = dict(states)
        prepare_metrics(plan, self.metrics, states)
        assembler = Assembler(
            self,
            self.outbox,
            self._emission.emitter,
            plan=plan,
            states=states,
            carried=carried,
            may_leave=self._may_leave,
            keeper=self._latecomers,
        )
        islands = assembler.islands()
        self._entries.install(islands)
        self._read = {wire.source for wire in plan.wires}
        aliases = {name: assembler.slots[there] for name, there in plan.aliases.items()}
        self.slots: Mapping[Outlet, Slot] = {**assembler.slots, **aliases}
        self.elsewhere = {name: self._known(each) for name, each in plan.elsewhere.items()}
        self._latecomers.install(plan, assembler.listeners)
        self._losses = LossHandler(
            self,
            self.outbox,
            self.future,
            self._latecomers,
            plan=plan,
            slots=assembler.slots,
            islands=islands,
            ticker=self._emission.ticker,
        )
        own = (FUTURE, LEARN_SWEEP, QUALITY, FRAME_RATE, ENDINGS)
        self.wakes.reorder(
            {name: place for place, name in enumerate((*plan.boxes, *own))},
            {*staying, FUTURE, QUALITY, FRAME_RATE, ENDINGS},
        )
        self._endings.install(self._losses)
        self._frame_rate.install(staying)
        self.future.keep_only(set(self.states.values()))
        for name, state in self.states.items():
            if name not in staying:  # one that comes back is open already
                self._entries.start(state)
        self.learn_sweep = LearnSweep(self, self.outbox, plan, assembler.ports)
        self.monitor.follow(plan, {name: state.box for name, state in states.items()})
        self.masters_changed()

    @property
    def known(self) -> Mapping[str, BoxState]:
        """The state of each box of the patch, wherever it plays; on any thread."""
        return {**self.elsewhere, **self.states}

    def _known(self, planned: PlannedBox) -> BoxState:
        """Return what is known of a box elsewhere: what hands hold stays, unless it is another."""
        before = self.elsewhere.get(planned.name)
        if before is None or type(before.box) is not type(planned.box):
            return state_of(planned)
        if before.initial != planned.initial:
            return state_of(planned)
        return before

    def give_what_holds(self, is_new: Callable[[Wire], bool]) -> None:
        """Pass the last numbers and switches on to those who listen by new wires."""
        self._latecomers.joined(is_new)

    def create(self, planned: PlannedBox) -> BoxState:
        """Return the state of a box that begins to play, with a lane where it needs one."""
        state = state_of(planned)
        if isinstance(state.box, Node) and state.box.lane:
            state.lane = self._make_lane(state.name, state.box)
        return state

    def reset_removed(self, removed: Iterable[str], cut: Iterable[Wire]) -> None:
        """Reset what removed boxes and cut wires fed, and flush the outputs at once."""
        self._losses.reset_removed(removed, cut)
        self.outbox.flush()

    def is_degraded(self, box: str, parameter: str) -> bool:
        """Whether a parameter has been degraded to keep the deadline."""
        return self.quality.is_degraded(box, parameter)

    # What boxes and steps ask of the engine.

    def set(self, state: BoxState, parameter: Parameter, value: object) -> None:
        """Set a parameter of a box, on the thread that calls the box."""
        value = state.last[parameter.field] = state.merge_part(parameter, value)
        if state.lane is not None:
            state.lane.set_parameter(parameter.field, value)
        else:
            setattr(state.box, parameter.field, value)

    def say(self, state: BoxState, parameter: Parameter, value: object) -> None:
        """Call an event inlet of a box with what a hand says.

        Raise ParameterError where the box cannot hear it.
        """
        if not state.on:
            raise ParameterError(f"{state.name} is off, and hears nothing")
        if isinstance(state.box, Node) and state.lane is None and not state.up:
            raise ParameterError(f"{state.name} is not open yet")
        message = message_by_hand(read_hand_events(type(state.box))[parameter.name], value)
        if message is None:
            return
        step, tick = state.by_hand[parameter.name], self._emission.ticker.next()
        step.trigger.write(message, self.now, 0, tick)
        step.fire(tick)

    def arrive(self, source: str, outlet: str, message: Message | Command, at: Ns) -> None:
        """Handle a message or command of a source that the entry at hand brings about."""
        if isinstance(message, Command):
            self.follow(CommandEntry(source, message))
        else:
            self.follow(Arrival(source, outlet, message, at))

    def enable(self, state: BoxState, on: bool) -> None:
        """Switch a box on or off; switching off resets everything downstream and ends its notes.

        What plays notes forgets those itself, or it would take them for sounding when it is on.
        """
        if state.on and not on:
            self._losses.switch_off(state)
            if state.lane is None and gives_notes(state.box):
                self._losses.reset(state)
        state.on = on

    def failed(self, state: BoxState, error: BaseException) -> None:
        """Note that a box raised; the first time, reset what it feeds."""
        self._report_failure(state, describe_error(error))
        if isinstance(error, Overrun):
            self.silence()

    def lost(self, name: str) -> None:
        """Open a source again that lost its device."""
        self.on_lost(name)

    def give_again(self, name: str) -> None:
        """Send once more what holds on the cables of an output."""
        if self.states[name].up:
            self._latecomers.came(self.states[name])

    def play_patch(self, which: int | str) -> str:
        """Go to another patch of the set; return why that cannot be, or an empty string."""
        return self.on_play_patch(which)

    def lose(self, name: str) -> None:
        """Reset everything downstream of a box that went away."""
        self._losses.lose(name)

    def break_off(self, name: str, outlet: str) -> None:
        """Reset what an outlet of a source feeds; "" is all that it feeds."""
        self._losses.break_off(name, outlet)

    def tell(self, box: str, text: str) -> None:
        """Report a fault of a box: once, then after pauses that grow from 10 s."""
        self.metrics.fault(box, text, self.now)

    def ask_wake(self, state: BoxState, after: Ns | None = None) -> None:
        """Ask a box when it wants to be called without input."""
        try:
            self.wakes.ask(state.name, state.box, after)
        except anything_raised() as error:
            self.tell(state.name, f"could not say when to be called: {describe_error(error)}")

    def emit_after(self, state: BoxState, messages: list[Message], at: Ns, cost: int) -> None:
        """Emit what a box answered to an event, after the current tick."""
        self._emission.emit_after(state, messages, at, cost)

    def call_off(self, state: BoxState) -> None:
        """Call off the work at hand of a box, what waits for it, and what it said for later."""
        if state.lane is not None:
            state.lane.interrupt()
        self.future.forget(state)

    def silence(self) -> None:
        """End everything that sounds."""
        self._losses.silence_all()

    def masters_changed(self) -> None:
        """Notify the outputs of pictures that what becomes of these has changed."""
        for state in self.states.values():
            if not (isinstance(state.box, Sink) and state.up and state.box.follows_masters):
                continue
            if state.out_lane is not None:
                state.out_lane.do(state.box.on_masters)
            else:
                state.box.on_masters()

    def status(self) -> Status:
        """Return a summary of the show: its time, delay, states and number of faults."""
        master = self.picture_master
        return replace(
            self.metrics.status(self.plan.title, self.clock.now(), self.privacy.on),
            blackout=master.blackout,
            frozen=master.frozen,
            master=master.level,
        )

    # Inside.

    def _report_failure(self, state: BoxState, error: str) -> None:
        self.tell(state.name, error)
        if not state.failing:
            self.health.failed(state)
            self._losses.fail(state)

    def _move_sweep(self, due: Ns) -> None:
        self.learn_sweep.on_wake(due)

    def _may_leave(self) -> bool:
        return self.privacy.pictures_may_leave
