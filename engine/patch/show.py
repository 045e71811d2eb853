"""Draws a Plan as a Mermaid flowchart: boxes, cables, what sets what."""

from __future__ import annotations

from engine.core.node import Node, Sink, Source
from engine.patch.plan import Into, Outlet, Plan, PlannedBox, Wire


def mermaid(plan: Plan) -> str:
    """Draw a plan; the small boxes on a cable are written on it."""
    ids = {name: f"b{place}" for place, name in enumerate(plan.boxes)}
    lines = ["flowchart LR"]
    lines += [f"    {ids[name]}{_shape(box)}" for name, box in plan.boxes.items() if not box.hidden]
    for wire in plan.wires:
        if plan.boxes[wire.box].hidden:
            continue
        source, way = _begin(plan, wire)
        arrow = "-.->" if wire.into in (Into.PARAMETER, Into.COLD) else "-->"
        label = " ".join(text for text in (source.name, wire.part, *way, _end(wire)) if text)
        said = f'|"{_quoted(label)}"|' if label else ""
        lines.append(f"    {ids[source.box]} {arrow}{said} {ids[wire.box]}")
    return "\n".join(lines)


def _begin(plan: Plan, wire: Wire) -> tuple[Outlet, list[str]]:
    """Follow a cable back over the small boxes on it to where it begins."""
    way: list[str] = []
    while plan.boxes[wire.source.box].hidden:
        hidden = plan.boxes[wire.source.box]
        way.insert(0, hidden.use)
        wire = next(w for w in plan.wires if w.box == hidden.name and w.into is Into.HOT)
    return wire.source, way


def _end(wire: Wire) -> str:
    return "" if wire.into is Into.HOT else wire.name


def _shape(planned: PlannedBox) -> str:
    text = planned.name if planned.use == planned.name else f"{planned.name}<br/>{planned.use}"
    text = _quoted(text)
    if isinstance(planned.box, Source):
        return f'(["{text}"])'
    if isinstance(planned.box, Sink):
        return f'[/"{text}"/]'
    return f'[["{text}"]]' if isinstance(planned.box, Node) and planned.box.lane else f'["{text}"]'


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
