"""Plays a patch in virtual time: as fast as possible, and each time the same.

Entries wait in a heap by the moment they are due; ties go by the order of the patch. A lane answers
after its declared cost.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, count

from engine.core.box_errors import anything_raised
from engine.core.clock import MILLISECOND, VirtualClock
from engine.core.commands import Command, Notice, Panic, StateSaved
from engine.core.context import Context, with_context
from engine.core.errors import PatchError, Problem
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Emit, Source, Tape
from engine.patch.plan import Plan
from engine.runtime.contexts import Contexts, MakeState, on_disk, patch_file
from engine.runtime.engine import Engine
from engine.runtime.entries import (
    Arrival,
    CommandEntry,
    Entry,
    Rollback,
    StateChange,
    SwapPlan,
    WakeUp,
)
from engine.runtime.metrics import LOG
from engine.runtime.picture_master import PictureMaster
from engine.runtime.privacy import Privacy
from engine.runtime.schedule.state import BoxState, plays_by_itself
from engine.runtime.supervision.supervisor import describe_loss
from engine.runtime.workers.inline import InlineLane
from engine.runtime.workers.lane import close_quietly

_NOBODY = "the end"
SILENT = "silent"
"""The state of a source that cannot say anything offline, such as a keyboard."""

Events = Iterator[tuple[Ns, str, Message]]


class Offline:
    """One offline performance of a plan. Sources that only push are silent, and that is told.

    ``costs`` are the milliseconds that each box on a lane takes, by name; 0 unless given.
    ``unplayed`` are the sources that were lost before they gave anything, and the boxes that could
    not be opened where nothing was sent at all.
    """

    def __init__(
        self,
        plan: Plan,
        costs: Mapping[str, float] | None = None,
        make_state: MakeState = on_disk,
    ) -> None:
        self.unplayed: set[str] = set()
        self._unopened: set[str] = set()
        self.clock = VirtualClock()
        self._costs = costs or {}
        self._lanes: list[InlineLane] = []
        self._file = patch_file(plan)
        privacy, master = Privacy(), PictureMaster()
        self._contexts = Contexts(lambda: privacy.pictures_may_leave, make_state, master)
        self.engine = Engine(plan, self.clock, self._make_lane, privacy, master)
        self._order = {name: place for place, name in enumerate(plan.boxes)}
        self._heap: list[tuple[Ns, int, int, Entry]] = []
        self._count = count()
        self._tapes: dict[str, Events] = {}
        self._left: set[str] = set()
        self._playing: dict[str, BoxState] = {}
        self._suspended: dict[BoxState, Events | None] = {}

    def play(
        self, until: Ns | None = None, after_entry: Callable[[], None] | None = None
    ) -> Engine:
        """Play until all finite tapes have ended, or until a moment of virtual time.

        ``after_entry`` is called after each entry. Return the engine.
        """
        try:
            self._open(until)
            while (entry := self._next(until)) is not None:
                self.engine.step(entry)
                if isinstance(entry, SwapPlan | Rollback):
                    self._file = patch_file(self.engine.plan)
                    self._follow()
                self._ask_lanes()
                if after_entry:
                    after_entry()
        except KeyboardInterrupt:
            LOG.info("stopped before the end")
        finally:
            self._close()
        if not any(route.messages for route in self.engine.metrics.routes.values()):
            self.unplayed |= self._unopened
        return self.engine

    def enter(self, due: Ns, entry: Entry) -> None:
        """Schedule an entry for a moment, as the script of a test does."""
        heapq.heappush(self._heap, (due, -1, next(self._count), entry))

    def _make_lane(self, name: str, node: Node) -> InlineLane:
        lane = InlineLane(
            name, node, self._context(name), round(self._costs.get(name, 0.0) * MILLISECOND)
        )
        self._lanes.append(lane)
        return lane

    def _context(self, name: str) -> Context:
        return self._contexts.make(self._file, name, _Reports(self._push_now, name))

    def _push_now(self, entry: Entry) -> None:
        self._push(self.clock.now(), entry)

    def _ask_lanes(self) -> None:
        now = self.clock.now()
        for lane in self._lanes:
            for due, answer in lane.begin(now):
                self._push(due, answer)

    def _open(self, until: Ns | None) -> None:
        self._begin(self.engine.states.values())
        endless = self._tapes or any(map(plays_by_itself, self.engine.states.values()))
        if not self._left and until is None and endless:
            raise PatchError([Problem("never ends: say for how long, with --for SECONDS")])

    def _begin(self, states: Iterable[BoxState]) -> None:
        """Open boxes, outputs before what feeds them, and pull the first event of each tape."""
        states = list(states)
        self._playing |= {state.name: state for state in states}
        for state in states:
            if isinstance(state.lane, InlineLane):
                self._note(state.lane.open())
        for state in states:
            if state.has_life:
                open_it = with_context(state.box.open, self._context(state.name))  # type: ignore[attr-defined]
                self._note(_opened(state.name, open_it, otherwise="failed"))
        for state in states:
            if isinstance(state.box, Sink):
                open_it = with_context(state.box.open_offline, self._context(state.name))
                self._note(_opened(state.name, open_it))
        for state in states:
            if isinstance(state.box, Source) and state.box.silent_offline:
                LOG.warning("%s: %s", state.name, state.box.silent_offline)
                self.engine.step(StateChange(state.name, SILENT))
        tapes = [
            (state.name, state.box)
            for state in states
            if isinstance(state.box, Tape) and not state.box.silent_offline
        ]
        for name, tape in tapes:
            open_it = with_context(tape.open, self._context(name))
            change = _opened(name, partial(open_it, self._emit(name)))
            self.engine.step(change)
            if change.state == "running":
                self._tapes[name] = _from(self.clock.now(), tape.events())
                self._left |= set() if tape.repeats else {name}
            self.unplayed.add(name)
        for name in [name for name, _ in tapes if name in self._tapes]:
            self._pull(name)

    def _note(self, opened: StateChange) -> None:
        """Note how opening a box went."""
        if opened.state != "running":
            self._unopened.add(opened.box)
        self.engine.step(opened)

    def _follow(self) -> None:
        """Suspend what the new plan has removed, and open what is new in it."""
        now = self.engine.states
        self._order = {name: place for place, name in enumerate(now)}
        for state in self._playing.copy().values():
            if now.get(state.name) is not state:
                self._suspend(state)
        news = [state for state in now.values() if self._playing.get(state.name) is not state]
        self._begin(state for state in news if state not in self._suspended)
        for state in news:
            if state in self._suspended:
                self._resume(state)

    def _suspend(self, state: BoxState) -> None:
        """Keep a removed box open, with its pending messages, until it is resumed."""
        name = self._playing.pop(state.name).name
        tape = self._tapes.pop(name, None)
        waiting = [e[3] for e in self._heap if isinstance(e[3], Arrival) and e[3].source == name]
        self._heap = [e for e in self._heap if e[3] not in waiting]
        heapq.heapify(self._heap)
        pending = [(arrival.at, arrival.outlet, arrival.message) for arrival in waiting]
        self._suspended[state] = None if tape is None else chain(pending, tape)
        self._left.discard(name)

    def _resume(self, state: BoxState) -> None:
        """Resume a suspended box; what it has missed meanwhile is dropped."""
        self._playing[state.name] = state
        tape = self._suspended.pop(state)
        if tape is not None and isinstance(state.box, Tape):
            now = self.clock.now()
            self._tapes[state.name] = (event for event in tape if event[0] >= now)
            self._left |= set() if state.box.repeats else {state.name}
            self._pull(state.name)

    def _close(self) -> None:
        self.engine.step(CommandEntry(_NOBODY, Panic()))
        for lane in self._lanes:
            lane.close()
        for state in (*self._playing.values(), *self._suspended):
            opened = state.up if state.has_life else isinstance(state.box, Sink | Source)
            if opened and state.condition != SILENT:
                close_quietly(state.name, state.box)

    def _next(self, until: Ns | None) -> Entry | None:
        """Move the clock to the next entry and return it; None at the end."""
        self._drop_endless(until)
        due = self._heap[0][0] if self._heap else until
        wake = self.engine.wakes.next()
        woken = wake is not None and due is not None and wake <= due
        due = wake if woken else due
        if due is None or (until is not None and due > until) or not (woken or self._heap):
            return None
        self.clock.move_to(due)
        if woken:
            return WakeUp()
        entry = heapq.heappop(self._heap)[3]
        if isinstance(entry, Arrival) and entry.source in self._tapes:
            self._pull(entry.source)
        return entry

    def _drop_endless(self, until: Ns | None) -> None:
        """Drop what endless tapes still have, once every finite tape has ended."""
        if until is None and not self._left and self._tapes:
            self._heap = [
                waiting
                for waiting in self._heap
                if not (isinstance(waiting[3], Arrival) and waiting[3].source in self._tapes)
            ]
            heapq.heapify(self._heap)
            self._tapes = {}

    def _pull(self, name: str) -> None:
        """Put the next event of a tape on the heap."""
        change = StateChange(name, "ended")
        try:
            event = next((e for e in self._tapes[name] if self._is_consumed(name, *e)), None)
        except anything_raised() as error:
            event = None
            change = StateChange(name, "lost", describe_loss(error))
        else:
            self.unplayed.discard(name)
        if event is None:
            del self._tapes[name]
            self._left.discard(name)
            self._push(self.clock.now(), change)
            return
        box = self._playing[name].box
        if isinstance(box, Tape) and box.repeats:
            self._left.discard(name)
        due, outlet, message = event
        entry = Arrival(name, outlet, message, due)
        heapq.heappush(self._heap, (due, self._order[name], next(self._count), entry))

    def _is_consumed(self, name: str, _: Ns, outlet: str, message: Message | None) -> bool:
        return message is not None and self.engine.is_consumed(name, outlet, type(message))

    def _push(self, due: Ns, entry: Entry) -> None:
        place = self._order.get(_origin(entry), 0)
        heapq.heappush(self._heap, (due, place, next(self._count), entry))

    def _emit(self, name: str) -> Emit:
        """Return what takes the commands of a tape, such as the notice that its file is damaged."""

        def emit(outlet: str, message: Message | Command, at: Ns, cost: int = 0) -> None:
            if not isinstance(message, Command):
                raise TypeError("a tape is pulled: it yields its messages")
            self._push(self.clock.now(), CommandEntry(name, message))

        return emit


def _opened(name: str, open_it: Callable[[], None], otherwise: str = "lost") -> StateChange:
    try:
        open_it()
    except anything_raised() as error:
        return StateChange(name, otherwise, describe_loss(error))
    return StateChange(name, "running")


class _Reports:
    """Turns what a box reports offline into entries, as live."""

    def __init__(self, push: Callable[[Entry], None], name: str) -> None:
        self._push = push
        self._name = name

    def report(self, text: str) -> None:
        """Report something about the box to the performer."""
        self._push(CommandEntry(self._name, Notice(text)))

    def saved(self, file: str, data: bytes) -> None:
        """Note a file that the box has saved."""
        self._push(CommandEntry(self._name, StateSaved(file, data)))


def _from(begin: Ns, events: Events) -> Events:
    """Return the events of a tape, shifted to begin at a moment."""
    return ((Ns(begin + due), outlet, message) for due, outlet, message in events)


def _origin(entry: Entry) -> str:
    match entry:
        case Arrival():
            return entry.source
        case CommandEntry():
            return entry.by
        case WakeUp() | SwapPlan() | Rollback():
            return ""
    return entry.box
