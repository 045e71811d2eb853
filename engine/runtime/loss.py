"""What comes to rest when a box goes away, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.core.messages import Note
from engine.core.node import Node, Sink
from engine.patch.plan import Into, Plan, Wire
from engine.runtime.call import in_words
from engine.runtime.state import BoxState

if TYPE_CHECKING:
    from engine.runtime.engine import Engine

_NOTES = (Note, object)
"""What a cable carries that may be notes."""


@dataclass(frozen=True, slots=True)
class Below:
    """What a loss does below: boxes forget the past or are told, and ports end what sounds."""

    resets: tuple[str, ...]
    told: tuple[str, ...]
    ports: tuple[tuple[str, str], ...]


class Rest:
    """Brings boxes to rest."""

    def __init__(self, engine: Engine, plan: Plan) -> None:
        self._engine = engine
        self._states = engine.states
        self._below = everything_below(plan)

    def lose(self, name: str) -> None:
        """Bring to rest everything below a box that went away, and the box if it is an output."""
        below = self._below[name]
        for box in below.resets:
            self.reset(self._states[box])
        for box in below.told:
            self._tell(self._states[box])
        for box, port in below.ports:
            self.silence(self._states[box], port)
        if isinstance(self._states[name].box, Sink):
            self.silence(self._states[name], None)

    def reset(self, state: BoxState) -> None:
        """Have a box forget the past."""
        if state.lane is not None:
            state.lane.reset()
            return
        try:
            state.box.reset()
        except Exception as error:
            self._engine.tell(state.name, f"could not be reset: {in_words(error)}")
        if state.wakes:
            self._engine.ask_wake(state)

    def _tell(self, state: BoxState) -> None:
        """Tell a box that outlasts the loss."""
        assert isinstance(state.box, Node)
        try:
            state.box.lose(self._engine.now)
        except Exception as error:
            self._engine.tell(state.name, f"could not be told of a loss: {in_words(error)}")
        if state.wakes:
            self._engine.ask_wake(state)

    def silence(self, state: BoxState, port: str | None) -> None:
        """End what sounds on one port of an output, or on all; one that is not open is silent."""
        if not state.up:
            return
        if state.out_lane is not None:
            state.out_lane.silence(port)
            return
        self._engine.outbox.touch(state)
        try:
            state.sink.silence(port)
        except Exception as error:
            self._engine.tell(state.name, f"could not be silenced: {in_words(error)}")

    def silence_all(self) -> None:
        """End everything that sounds."""
        for state in self._states.values():
            if isinstance(state.box, Sink):
                self.silence(state, None)


def everything_below(plan: Plan) -> dict[str, Below]:
    """Say for each box what its loss does below it.

    A box that outlasts a loss stands for its input, so what it feeds plays on, but for what leads
    to notes: those end whatever is held, or they would sound without a player.
    """
    outgoing = defaultdict(list)
    for wire in plan.wires:
        if wire.into in (Into.HOT, Into.PORT):
            outgoing[wire.source.box].append(wire)
    sounding = _leads_to_notes(plan)
    return {name: _below(name, plan, outgoing, sounding) for name in plan.boxes}


def _below(
    name: str, plan: Plan, outgoing: Mapping[str, Sequence[Wire]], sounding: frozenset[str]
) -> Below:
    resets: dict[str, None] = {}
    told: dict[str, None] = {}
    ports: dict[tuple[str, str], None] = {}
    seen: set[str] = set()
    ahead = [(name, False)]
    while ahead:
        above, held = ahead.pop(0)
        for wire in outgoing.get(above, ()):
            if wire.into is Into.PORT:
                if not held or wire.carries in _NOTES:
                    ports[wire.box, wire.name] = None
            elif wire.box not in seen:
                seen.add(wire.box)
                outlasts = _outlasts(plan, wire.box)
                if outlasts:
                    told[wire.box] = None
                elif not held or outlasts is False or wire.box in sounding:
                    resets[wire.box] = None
                ahead.append((wire.box, held if outlasts is None else outlasts))
    return Below(tuple(resets), tuple(told), tuple(ports))


def _outlasts(plan: Plan, name: str) -> bool | None:
    box = plan.boxes[name].box
    return box.outlasts_loss if isinstance(box, Node) else None


def _leads_to_notes(plan: Plan) -> frozenset[str]:
    """List the boxes that notes come from, and all that feed those by first inlets."""
    feeds = {wire.box: wire.source.box for wire in plan.wires if wire.into is Into.HOT}
    found: set[str] = set()
    for wire in plan.wires:
        if wire.into is Into.PORT and wire.carries in _NOTES:
            box: str | None = wire.source.box
            while box is not None and box not in found:
                found.add(box)
                box = feeds.get(box)
    return frozenset(found)
