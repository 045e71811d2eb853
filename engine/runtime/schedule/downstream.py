"""What a loss does downstream: which boxes are reset or notified, which ports are silenced.

A box that holds on loss stands in for its input, so everything downstream of it plays on, except
what leads to notes: notes end whatever is held, or they would sound without a player.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from engine.core.messages import Note
from engine.core.node import Node
from engine.core.signature import fits
from engine.patch.plan import FEEDS, Into, Plan, Wire


@dataclass(frozen=True, slots=True)
class LossEffects:
    """What a loss does: the boxes to reset, those to notify, and the ports to silence."""

    resets: tuple[str, ...]
    notified: tuple[str, ...]
    ports: tuple[tuple[str, str], ...]


class LossMap:
    """The effects of every loss in a plan; ``outgoing`` are the wires along which it propagates."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.outgoing: dict[str, list[Wire]] = defaultdict(list)
        for wire in plan.wires:
            if wire.into in (*FEEDS, Into.PORT):
                self.outgoing[wire.source.box].append(wire)
        self._feeds: dict[str, set[str]] = defaultdict(set)
        for wire in plan.wires:
            if wire.into in FEEDS:
                self._feeds[wire.box].add(wire.source.box)
        self._sounding = _leads_to_notes(plan)
        self._downstream = {name: self.along(self.outgoing[name]) for name in plan.boxes}

    def downstream(self, name: str) -> LossEffects:
        """Return the effects of the loss of a box."""
        return self._downstream[name]

    def along(self, wires: Iterable[Wire]) -> LossEffects:
        """Return the effects when nothing arrives on these wires any more."""
        resets: dict[str, None] = {}
        notified: dict[str, None] = {}
        ports: dict[tuple[str, str], None] = {}
        seen: set[str] = set()
        ahead = deque((wire, False) for wire in wires)
        while ahead:
            wire, held = ahead.popleft()
            if wire.into is Into.PORT:
                if not held or fits(wire.carries, (Note,)):
                    ports[wire.box, wire.name] = None
            elif wire.box not in seen:
                seen.add(wire.box)
                holds = self._holds_on_loss(wire.box)
                if holds:
                    notified[wire.box] = None
                elif not held or holds is False or wire.box in self._sounding:
                    resets[wire.box] = None
                held = held if holds is None else holds
                ahead += [(further, held) for further in self.outgoing[wire.box]]
        return LossEffects(tuple(resets), tuple(notified), tuple(ports))

    def over(self, ended: Collection[str]) -> tuple[str, ...]:
        """Return the boxes that hear from boxes alone that have ended, or that are over.

        Each comes behind those that it hears from.
        """
        over = dict.fromkeys(ended)
        new = over
        while new:
            new = dict.fromkeys(
                name
                for name, feeds in self._feeds.items()
                if name not in over and feeds <= over.keys()
            )
            over |= new
        return tuple(over)[len(ended) :]

    def _holds_on_loss(self, name: str) -> bool | None:
        box = self._plan.boxes[name].box
        return box.holds_on_loss if isinstance(box, Node) else None


def _leads_to_notes(plan: Plan) -> frozenset[str]:
    """Return the boxes that emit notes, and all that feed those by their first inlets."""
    feeds: dict[str, list[str]] = defaultdict(list)
    for wire in plan.wires:
        if wire.into in FEEDS:
            feeds[wire.box].append(wire.source.box)
    found: set[str] = set()
    ahead = [w.source.box for w in plan.wires if w.into is Into.PORT and fits(w.carries, (Note,))]
    while ahead:
        box = ahead.pop()
        if box not in found:
            found.add(box)
            ahead += feeds[box]
    return frozenset(found)
