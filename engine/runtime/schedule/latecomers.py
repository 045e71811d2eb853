"""Gives those who begin to listen late what they missed: outputs that open, come back or are new.

While an output opens, what it is told waits, each message by the rule of its kind. Once it is known
to be missing, events are let go, for nobody wants yesterday's notes. Numbers and switches hold: who
comes late, after a loss or with another patch, is given the last of each of its cables.

Why at the cables of an output and not at the sources: a device that never comes then holds back
nobody else, and all of it follows from recorded entries, so a replay does the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from engine.core.clock import SECOND
from engine.core.kinds import Kind, policy_for, policy_of
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Note, Ns
from engine.core.sink import Sink
from engine.patch.plan import Into, Plan, Wire
from engine.runtime.schedule.services import Services
from engine.runtime.schedule.slots import Step, Ticker
from engine.runtime.schedule.state import BoxState
from engine.runtime.schedule.steps import NodeStep, PortStep

LONGEST: Final = 15 * SECOND
"""How long an event waits for an output that opens."""

Listener = tuple[Wire, Step]
"""A step, and the wire by which it hears."""


class Latecomers:
    """Keeps what outputs are told while they open, and finds the values that hold."""

    def __init__(self, services: Services, ticker: Ticker) -> None:
        self._services = services
        self._ticker = ticker
        self._waiting: dict[BoxState, Mailbox] = {}
        self._listeners: list[Listener] = []
        self._holding: set[str] = set()

    def install(self, plan: Plan, listeners: Iterable[Listener]) -> None:
        """Take the steps of a plan that begins to play, in their order."""
        self._listeners = list(listeners)
        self._waiting = {s: m for s, m in self._waiting.items() if s in self._states()}
        passing = {w.source.box for w in plan.wires if policy_of(w.carries) is not Kind.HELD}
        self._holding = set(plan.boxes) - passing

    def keep(self, step: PortStep, message: Message, at: Ns, cost: int) -> None:
        """Keep a message for an output that opens."""
        state, port = step.output
        mailbox = self._waiting.setdefault(state, Mailbox())
        content = message, cost, self._services.now
        if not mailbox.put(port, policy_for(message), content, at) and mailbox.overruns:
            mailbox.overruns = 0
            self._services.tell(state.name, "opens too slowly: more was said than can wait for it")

    def came(self, state: BoxState) -> None:
        """Give a box that has opened what holds on its cables, and what has waited for it."""
        if isinstance(state.box, Sink):
            self._output_came(state)
        elif state.has_life:
            self.joined(lambda wire: wire.box == state.name and wire.into is Into.HOT)

    def _output_came(self, state: BoxState) -> None:
        mailbox = self._waiting.pop(state, None)
        items = mailbox.take() if mailbox is not None else []
        waiting = {item.key for item in items if item.kind is Kind.HELD}
        steps, held = self._ports(state)
        for port, step in held.items():
            if port not in waiting:
                step.repeat()
        outdated = 0
        for item in items:
            message, cost, said = item.content
            if item.kind is Kind.LOSSLESS and self._services.now - said > LONGEST:
                outdated += 1
            elif item.key in steps:
                steps[item.key].send(message, item.at, cost)
        self._tell_let_go(state, outdated)

    def went(self, state: BoxState) -> None:
        """Let go the events that wait for an output that is missing."""
        mailbox = self._waiting.pop(state, None)
        items = mailbox.take() if mailbox is not None else []
        self._tell_let_go(state, sum(item.kind is Kind.LOSSLESS for item in items))

    def silence(self, state: BoxState, port: str | None) -> None:
        """Let go the notes that wait for an output, on one port or on all."""
        mailbox = self._waiting.pop(state, None)
        if mailbox is None:
            return
        left = self._waiting[state] = Mailbox()
        for item in mailbox.take():
            if port not in (None, item.key) or not isinstance(item.content[0], Note):
                left.put(item.key, item.kind, item.content, item.at)

    def joined(self, is_new: Callable[[Wire], bool]) -> None:
        """Give what holds to the parameters, outputs and boxes that listen from now on.

        Of the boxes only to those that say what holds themselves: a trigger must not go off because
        a patch was saved.
        """
        tick = self._ticker.next()
        for wire, step in self._listeners:
            slot = step.trigger
            if self._is_given(wire, step) and (slot.tick == tick or (slot.stands and is_new(wire))):
                step.fire(tick)

    def _is_given(self, wire: Wire, step: Step) -> bool:
        if policy_of(wire.carries) is not Kind.HELD:
            return False
        if wire.into is Into.HOT:
            return isinstance(step, NodeStep) and wire.box in self._holding
        return wire.into in (Into.PARAMETER, Into.PORT)

    def _ports(self, state: BoxState) -> tuple[dict[str, PortStep], dict[str, PortStep]]:
        """Return the steps to an output by port: all, and those whose last value holds."""
        found = [
            (wire, step)
            for wire, step in self._listeners
            if isinstance(step, PortStep) and step.output[0] is state
        ]
        every = {wire.name: step for wire, step in found}
        held = {
            wire.name: step
            for wire, step in found
            if step.trigger.stands and policy_of(wire.carries) is Kind.HELD
        }
        return every, held

    def _states(self) -> set[BoxState]:
        return set(self._services.states.values())

    def _tell_let_go(self, state: BoxState, number: int) -> None:
        if number:
            what = (
                "a message that waited for it to open was"
                if number == 1
                else (f"{number} messages that waited for it to open were")
            )
            self._services.tell(state.name, f"{what} let go")
