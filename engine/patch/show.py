"""Draw a Plan as a Mermaid flowchart, and say in words what is on its cables."""

from __future__ import annotations

from engine.core.clock import SECOND
from engine.core.describe import time_text
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.core.sink import Sink
from engine.core.source import Source
from engine.patch.plan import FEEDS, Deadline, Into, Plan, PlannedBox, Wire, group_of


def mermaid(plan: Plan) -> str:
    """Return a plan as Mermaid text; the stages of a cable label its arrow."""
    ids = {name: f"b{place}" for place, name in enumerate(plan.boxes)}
    lines = ["flowchart LR"]
    shown = {name: box for name, box in plan.boxes.items() if not box.hidden}
    for count, machine in enumerate(dict.fromkeys(box.machine for box in shown.values())):
        inside = [
            f"    {ids[name]}{_shape(plan, box)}"
            for name, box in shown.items()
            if box.machine == machine
        ]
        frame = [f'    subgraph m{count}["{_quoted(machine)}"]'], ["    end"]
        lines += [*frame[0], *inside, *frame[1]] if machine else inside
    for wire in plan.wires:
        if plan.boxes[wire.box].hidden:
            continue
        begin, hidden = cable_origin(plan, wire)
        source = begin.source
        arrow = "-.->" if wire.into in (Into.PARAMETER, Into.COLD, Into.EVENT) else "-->"
        label = _label(plan, begin, wire, [stage_words(box) for box in hidden])
        text = f'|"{label}"|' if label else ""
        lines.append(f"    {ids[source.box]} {arrow}{text} {ids[wire.box]}")
    if plan.deadline:
        words = "<br/>".join(map(_quoted, deadline_words(plan.deadline)))
        lines.append(f'    deadline>"{words}"]')
    return "\n".join(lines)


def cable_origin(plan: Plan, wire: Wire) -> tuple[Wire, list[PlannedBox]]:
    """Follow a cable back over the hidden boxes on it; return its first wire and those boxes."""
    way: list[PlannedBox] = []
    while plan.boxes[wire.source.box].hidden:
        hidden = plan.boxes[wire.source.box]
        way.insert(0, hidden)
        wire = next(w for w in plan.wires if w.box == hidden.name and w.into is Into.HOT)
    return wire, way


def deadline_words(deadline: Deadline) -> tuple[str, str]:
    """Return the latency allowed, and what may give way in which order."""
    first = ", the slowest first" if deadline.slowest_first else ""
    order = ", ".join(map(str, deadline.order))
    return f"within {time_text(deadline.within / SECOND)}{first}", f"{order} may give way"


def _label(plan: Plan, first: Wire, wire: Wire, stages: list[str]) -> str:
    """Return the label of a cable, quoted: its outlet, its stages and its end."""
    source = first.source
    name = "" if source.name in _main_outlets(plan.boxes[source.box]) else source.name
    begin = first.part or name
    end = "" if wire.into in FEEDS else wire.name.partition("#")[0]
    if wire.into in (Into.PARAMETER, Into.COLD, Into.EVENT):
        words = " ".join(text for text in (begin, "; ".join(stages), "to", end) if text)
        return "<br/>".join(_quoted(text) for text in (wire.label, words) if text)
    words = "; ".join([begin, *stages] if begin else stages)
    return "<br/>".join(_quoted(text) for text in (words, wire.label, end) if text)


def _main_outlets(planned: PlannedBox) -> tuple[str, ...]:
    """Return the names of the outlet that needs no label."""
    if isinstance(planned.box, Source):
        return tuple(planned.box.outlets())[:1]
    return ("", *read_signature(type(planned.box)).fields[:1])


def stage_words(hidden: PlannedBox) -> str:
    """Return in words what a hidden box does on its cable: "to 20 to 20000, exp"."""
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


def _shape(plan: Plan, planned: PlannedBox) -> str:
    whole = group_of(planned.name)
    name = planned.label or plan.boxes[whole].label or whole
    text = _quoted(name) if planned.use == name else f"{_quoted(name)}<br/>{_quoted(planned.use)}"
    if isinstance(planned.box, Source):
        return f'(["{text}"])'
    if isinstance(planned.box, Sink):
        return f'[/"{text}"/]'
    return f'[["{text}"]]' if isinstance(planned.box, Node) and planned.box.lane else f'["{text}"]'


def _quoted(text: str) -> str:
    """Return a text as Mermaid shows it as it is: what it would read as HTML is spelt."""
    for character, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;")):
        text = text.replace(character, entity)
    return text
