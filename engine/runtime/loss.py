"""What comes to rest when a box goes away."""

from __future__ import annotations

from collections import defaultdict

from engine.core.node import Node
from engine.patch.plan import Into, Plan

Below = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


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
