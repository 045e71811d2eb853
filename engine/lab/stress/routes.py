"""Which routes depend on which box: what a fault affects."""

from __future__ import annotations

from engine.core.sink import Sink
from engine.patch.plan import Into, Plan
from engine.runtime.metrics import route_name


def output_routes(plan: Plan, sink: str) -> dict[str, str]:
    """Return for each port of an output the name of its route, as in ``--stats``."""
    return {
        wire.name: route_name(sink, wire.name)
        for wire in plan.wires
        if wire.box == sink and wire.into is Into.PORT
    }


def downstream(plan: Plan, box: str) -> frozenset[str]:
    """Return every box downstream of a box, itself included."""
    found, left = {box}, [box]
    while left:
        one = left.pop()
        for wire in plan.wires:
            if wire.source.box == one and wire.box not in found:
                found.add(wire.box)
                left.append(wire.box)
    return frozenset(found)


def affected_routes(plan: Plan, box: str) -> frozenset[str]:
    """Return the routes that a box feeds, or those of an output itself.

    The name of an output stands for all that it sends, as a MIDI receiver knows no ports.
    """
    boxes = downstream(plan, box)
    sinks = {name for name, planned in plan.boxes.items() if isinstance(planned.box, Sink)}
    into = (wire for wire in plan.wires if wire.into is Into.PORT)
    wires = [wire for wire in into if wire.source.box in boxes or wire.box == box]
    routes = {route_name(wire.box, wire.name) for wire in wires}
    return frozenset(routes | {wire.box for wire in wires} & sinks)
