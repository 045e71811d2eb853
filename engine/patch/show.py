"""Draw a Plan as a Mermaid flowchart."""

from __future__ import annotations

from engine.core.clock import SECOND
from engine.core.describe import time_text
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.plan import FEEDS, Deadline, Into, Plan, PlannedBox, Wire


def mermaid(plan: Plan) -> str:
    """Return a plan as Mermaid text; the stages of a cable label its arrow."""
    ids = {name: f"b{place}" for place, name in enumerate(plan.boxes)}
    lines = ["flowchart LR"]
    lines += [f"    {ids[name]}{_shape(box)}" for name, box in plan.boxes.items() if not box.hidden]
    for wire in plan.wires:
        if plan.boxes[wire.box].hidden:
            continue
        begin, hidden = cable_origin(plan, wire)
        source = begin.source
        arrow = "-.->" if wire.into in (Into.PARAMETER, Into.COLD, Into.EVENT) else "-->"
        label = _label(plan, begin, wire, [_describe_stage(box) for box in hidden])
        text = f'|"{_quoted(label)}"|' if label else ""
        lines.append(f"    {ids[source.box]} {arrow}{text} {ids[wire.box]}")
    if plan.deadline:
        lines.append(f"    deadline>{_deadline(plan.deadline)}]")
    return "\n".join(lines)


def cable_origin(plan: Plan, wire: Wire) -> tuple[Wire, list[PlannedBox]]:
    """Follow a cable back over the hidden boxes on it; return its first wire and those boxes."""
    way: list[PlannedBox] = []
    while plan.boxes[wire.source.box].hidden:
        hidden = plan.boxes[wire.source.box]
        way.insert(0, hidden)
        wire = next(w for w in plan.wires if w.box == hidden.name and w.into is Into.HOT)
    return wire, way


def _deadline(deadline: Deadline) -> str:
    """Return the deadline node: the latency allowed and the degradation order."""
    first = ", the slowest first" if deadline.slowest_first else ""
    order = ", ".join(map(str, deadline.order))
    return f'"within {time_text(deadline.within / SECOND)}{first}<br/>{order} may give way"'


def _label(plan: Plan, first: Wire, wire: Wire, stages: list[str]) -> str:
    """Return the label of a cable: its outlet, its stages and its end."""
    source = first.source
    name = "" if source.name in _main_outlets(plan.boxes[source.box]) else source.name
    begin = first.part or name
    end = "" if wire.into in FEEDS else wire.name.partition("#")[0]
    if wire.into in (Into.PARAMETER, Into.COLD, Into.EVENT):
        return " ".join(text for text in (begin, "; ".join(stages), "to", end) if text)
    stages = [begin, *stages] if begin else stages
    return "<br/>".join(text for text in ("; ".join(stages), end) if text)


def _main_outlets(planned: PlannedBox) -> tuple[str, ...]:
    """Return the names of the outlet that needs no label."""
    if isinstance(planned.box, Source):
        return tuple(planned.box.outlets())[:1]
    return ("", *read_signature(type(planned.box)).fields[:1])


def _describe_stage(hidden: PlannedBox) -> str:
    """Return the description of a stage."""
    values = hidden.values
    match hidden.use:
        case "scale":
            ranges = [
                (word, values[key]) for word, key in (("in", "in_"), ("to", "to")) if key in values
            ]
            text = [f"{word} {low:g} to {high:g}" for word, (low, high) in ranges]
            return ", ".join([*text, *([values["curve"]] if "curve" in values else [])])
        case "gate":
            return f"above {values['above']:g}"
        case "throttle":
            often = "every" if values["last"] else "at most every"
            return f"{often} {time_text(values['time'])}"
        case "hold_on_loss" | "rest_on_loss" | "mute_on_loss":
            return hidden.use.partition("_")[0] + " on loss"
    return hidden.use


def _shape(planned: PlannedBox) -> str:
    name = planned.name.partition("/")[0]
    text = _quoted(name if planned.use == planned.name else f"{name}<br/>{planned.use}")
    if isinstance(planned.box, Source):
        return f'(["{text}"])'
    if isinstance(planned.box, Sink):
        return f'[/"{text}"/]'
    return f'[["{text}"]]' if isinstance(planned.box, Node) and planned.box.lane else f'["{text}"]'


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;")
