"""Which ways out hang on which box: whom a fault concerns."""

from __future__ import annotations

from engine.core.sink import Sink
from engine.patch.plan import Into, Plan
from engine.runtime.metrics import route_name


def ways_out(plan: Plan, sink: str) -> dict[str, str]:
    """Give for each port of an output the name of its way out, as ``--stats`` has it."""
    return {
        wire.name: route_name(sink, wire.name)
        for wire in plan.wires
        if wire.box == sink and wire.into is Into.PORT
    }


def below(plan: Plan, box: str) -> frozenset[str]:
    """Give every box that hears of one, itself included."""
    found, left = {box}, [box]
    while left:
        one = left.pop()
        for wire in plan.wires:
            if wire.source.box == one and wire.box not in found:
                found.add(wire.box)
                left.append(wire.box)
    return frozenset(found)


def concerned(plan: Plan, box: str) -> frozenset[str]:
    """Give the ways out that a box feeds, or those of an output itself.

    The name of an output stands for all that it says, for a receiver of MIDI knows no ports.
    """
    boxes = below(plan, box)
    sinks = {name for name, planned in plan.boxes.items() if isinstance(planned.box, Sink)}
    into = (wire for wire in plan.wires if wire.into is Into.PORT)
    wires = [wire for wire in into if wire.source.box in boxes or wire.box == box]
    routes = {route_name(wire.box, wire.name) for wire in wires}
    return frozenset(routes | {wire.box for wire in wires} & sinks)
