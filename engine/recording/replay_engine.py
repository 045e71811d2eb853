"""Plays a recorded patch again: an engine whose clock stands at the moment of each entry.

Sources are never opened, and models give their recorded results. Outputs send only on request;
what they send, or would send, is passed to a callback. An output that cannot be opened without its
device (see ``opens_unheard``) is then left out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from engine.core.box_errors import anything_raised
from engine.core.clock import SystemClock, VirtualClock
from engine.core.commands import Lost, Panic
from engine.core.context import Context, with_context
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.plan import Plan
from engine.recording.lanes import RecomputingLane, SilentLane
from engine.recording.record import JSON
from engine.recording.writer import handed_over_line
from engine.runtime.contexts import Contexts, Unreported, in_memory
from engine.runtime.engine import Engine
from engine.runtime.entries import (
    Arrival,
    CommandEntry,
    Entry,
    LaneFailure,
    LaneResult,
    LaneSent,
    StateChange,
    SwapPlan,
)
from engine.runtime.metrics import LOG
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.state import BoxState
from engine.runtime.supervision.supervisor import describe_loss
from engine.runtime.workers.lane import Lane, close_quietly
from engine.runtime.workers.sink_worker import SinkWorker

_UNSENT = "%s: nothing is sent; with --send, to %s"

OnOutput = Callable[[str, str, bytes], None]
"""Called with what an output sends: the output, the encoding, and the bytes."""


class _DiscardingWorker(SinkWorker):
    """A worker of an output that never starts: it discards what it is given."""

    def offer(self, port: str, message: Message, at: Ns, cost: int) -> None:
        """Discard a message."""

    def do(self, act: Callable[[], None]) -> None:
        """Do nothing: nothing is sent."""


def opens_unheard(sink: Sink) -> bool:
    """Whether an output can be opened without its device: it says how, or has none."""
    cls = type(sink)
    own_way = cls.open_muted is not Sink.open_muted or cls.open_offline is not Sink.open_offline
    return own_way or cls.open is Sink.open


class ReplayEngine:
    """One patch of a recording, playing again; ``on_output`` is called with all that it sends.

    ``open_outputs`` really sends, ``recompute`` runs the models. ``without`` names the outputs that
    are left out.
    """

    def __init__(
        self,
        plan: Plan,
        started: Ns,
        *,
        on_output: OnOutput | None,
        open_outputs: bool,
        recompute: bool,
    ) -> None:
        self.clock = VirtualClock()
        self.clock.move_to(started)
        self._recompute = recompute
        self._boxes = dict(plan.boxes)
        self._contexts = Contexts(lambda: False, in_memory(lambda: self._boxes))
        self._lives: dict[str, Node] = {}
        self._recomputing: dict[str, RecomputingLane] = {}
        self._outputs: list[SinkWorker] = []
        self.engine = Engine(plan, self.clock, self._make_lane)
        self.engine.on_play_patch = lambda which: ""
        self._on_output = on_output
        self._open_outputs = open_outputs
        if on_output is not None:
            self.engine.outbox.taps.append(self._handed_over)
        self._opened: dict[str, Sink] = {}
        self.without: set[str] = set()
        self._destinations: dict[str, str] = {}
        self._open_new()
        self.engine.on_plan.append(self._open_new)

    def step(self, moment: Ns, entry: Entry) -> None:
        """Process an entry at its moment."""
        self.clock.move_to(moment)
        if isinstance(entry, SwapPlan):
            self._boxes |= entry.plan.boxes
        if isinstance(entry, StateChange) and entry.box in self.without:
            return  # it stays down, so nothing is sent to it
        if isinstance(entry, LaneResult) and entry.box in self._recomputing:
            self.engine.step(self._recomputing[entry.box].recompute(entry))
        else:
            self.engine.step(entry)

    def accepts(self, entry: Entry) -> bool:
        """Return whether an entry is for a box that this patch has, and of the same kind."""
        match entry:
            case Arrival():
                return isinstance(self._box(entry.source), Source)
            case LaneResult() | LaneFailure():
                state = self.engine.states.get(entry.box)
                return state is not None and state.lane is not None
            case LaneSent() | StateChange():
                return entry.box in self.engine.states
            case CommandEntry(command=Lost()):
                return entry.by in self.engine.states
        return True

    def close(self) -> None:
        """End sounding notes, which is no part of the recording, and close everything."""
        self._on_output = None
        self.engine.step(CommandEntry("", Panic()))
        for lane in self._outputs:
            lane.stop()
        for lane in self._outputs:
            lane.join(1.0)
        for working in self._recomputing.values():
            working.close()
        for name, box in (*self._opened.items(), *self._lives.items()):
            close_quietly(name, box)

    def _box(self, name: str) -> object:
        state = self.engine.states.get(name)
        return state.box if state else None

    def _make_lane(self, name: str, node: Node) -> Lane:
        if not self._recompute:
            return SilentLane()
        lane = RecomputingLane(name, node)
        lane.open(self._context(name))
        self._recomputing[name] = lane
        return lane

    def _context(self, name: str) -> Context:
        return self._contexts.make(None, name, Unreported(LOG.warning))

    def _open_new(self) -> None:
        """Open the outputs and nodes that are not open, and close those that were replaced."""
        self._log_destinations()
        for name, state in self.engine.states.items():
            if isinstance(state.box, Node) and state.has_life:
                self._open_node(name, state, state.box)
            before = self._opened.get(name)
            if isinstance(state.box, Sink) and before is not state.box:
                if before is not None:
                    close_quietly(name, self._opened.pop(name))
                self._open_sink(name, state.box)

    def _log_destinations(self) -> None:
        """Log where each output sends, or would, before it does; again where that is new."""
        for name, state in self.engine.states.items():
            to = state.box.destination if isinstance(state.box, Sink) else ""
            if to and self._destinations.get(name) != to:
                self._destinations[name] = to
                words = "%s sends to %s" if self._open_outputs else _UNSENT
                LOG.info(words, name, to)

    def _open_sink(self, name: str, sink: Sink) -> None:
        self.without.discard(name)
        if self._open_outputs or opens_unheard(sink):
            self._opened[name] = sink
            self._open(name, sink)
        else:
            self.without.add(name)
            LOG.warning("%s: left out: without open_muted it cannot be opened unheard", name)

    def _open_node(self, name: str, state: BoxState, node: Node) -> None:
        before = self._lives.get(name)
        if before is node:
            return
        if before is not None:
            close_quietly(name, before)
        try:
            with_context(node.open, self._context(name))()
        except anything_raised() as error:
            LOG.warning("%s: could not be opened: %s", name, describe_error(error))
            return
        self._lives[name] = node
        state.up = True

    def _open(self, name: str, sink: Sink) -> None:
        state = self.engine.states[name]
        if sink.lane:
            state.out_lane = self._lane(name, sink)
        elif self._on_output is not None:
            sink.tap_bytes(partial(self._sent, name))
        context = self._context(name)
        try:
            opens = sink.open if self._open_outputs else sink.open_muted
            with_context(opens, context)()
        except anything_raised() as error:
            LOG.warning("%s: %s; it plays unheard", name, describe_loss(error))
            with_context(sink.open_muted, context)()

    def _lane(self, name: str, sink: Sink) -> SinkWorker:
        made = SinkWorker if self._open_outputs else _DiscardingWorker
        lane = made(
            name,
            sink,
            lambda entry: None,
            SystemClock(),
            last_at=self.engine.last_at,
            may_leave=lambda: True,
        )
        if self._open_outputs:
            self._outputs.append(lane)
            lane.start()
        return lane

    def _sent(self, sink: str, encoding: str, data: bytes) -> None:
        if self._on_output is not None:
            self._on_output(sink, encoding, data)

    def _handed_over(self, sink: str, port: str, message: Message, at: Ns, _: Ns) -> None:
        self._sent(sink, JSON, handed_over_line(port, message, at))
