"""What comes to rest when a box goes away, and how."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine.core.node import Node, Sink
from engine.patch.plan import Into, Plan, Wire
from engine.runtime.call import in_words
from engine.runtime.state import BoxState

if TYPE_CHECKING:
    from engine.runtime.engine import Engine

Below = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


class Rest:
    """Brings boxes to rest."""

    def __init__(self, engine: Engine, plan: Plan) -> None:
        self._engine = engine
        self._states = engine.states
        self._below = everything_below(plan)

    def lose(self, name: str) -> None:
        """Bring to rest everything below a box that went away, and the box if it is an output."""
        boxes, ports = self._below[name]
        for box in boxes:
            self.reset(self._states[box])
        for box, port in ports:
            self.silence(self._states[box], port)
        if isinstance(self._states[name].box, Sink):
            self.silence(self._states[name], None)

    def let_go(self, gone: Iterable[str], cut: Iterable[Wire]) -> None:
        """Bring to rest all that was fed by boxes that are taken away, or by cut wires."""
        boxes: dict[str, None] = dict.fromkeys(gone)
        ports: dict[tuple[str, str | None], None] = {}
        for name in list(boxes):
            self._gather(name, boxes, ports)
            if isinstance(self._states[name].box, Sink):
                ports[name, None] = None
        for wire in cut:
            box = self._states[wire.box].box
            if wire.into is Into.PORT:
                ports[wire.box, wire.name] = None
            elif isinstance(box, Node) and not box.outlasts_loss:
                boxes[wire.box] = None
                self._gather(wire.box, boxes, ports)
        for name in boxes:
            self.reset(self._states[name])
        for name, port in ports:
            self.silence(self._states[name], port)

    def _gather(
        self, name: str, boxes: dict[str, None], ports: dict[tuple[str, str | None], None]
    ) -> None:
        below, fed = self._below[name]
        boxes |= dict.fromkeys(below)
        ports |= dict.fromkeys(fed)

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
    """Say for each box which boxes its loss brings to rest, and which ports it silences.

    A box that outlasts a loss speaks on for its input, so what it feeds plays on.
    """
    outgoing = defaultdict(list)
    for wire in plan.wires:
        if wire.into in (Into.HOT, Into.PORT):
            outgoing[wire.source.box].append(wire)

    def below(name: str) -> Below:
        boxes: dict[str, None] = {}
        ports: dict[tuple[str, str], None] = {}
        ahead = [name]
        while ahead:
            for wire in outgoing[ahead.pop(0)]:
                if wire.into is Into.PORT:
                    ports[wire.box, wire.name] = None
                    continue
                box = plan.boxes[wire.box].box
                if wire.box not in boxes and not (isinstance(box, Node) and box.outlasts_loss):
                    boxes[wire.box] = None
                    ahead.append(wire.box)
        return tuple(boxes), tuple(ports)

    return {name: below(name) for name in plan.boxes}
