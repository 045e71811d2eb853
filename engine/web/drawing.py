"""The layout of a Plan: boxes in columns from left to right, and the cables between them.

A chain is one box (``reach`` with its links ``empty`` and ``smooth``), and the hidden boxes that
the compiler put on a cable are part of the cable.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import chain
from typing import Any

from msgspec import Struct

from engine.core.kinds import is_picture, members
from engine.core.messages import Pitch
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.core.sink import Sink
from engine.core.source import Remote, Source
from engine.patch.crossing import Arriving
from engine.patch.plan import FEEDS, Into, Outlet, Plan, PlannedBox, Wire, group_of
from engine.patch.show import cable_origin, stage_words
from engine.runtime.metrics import route_name

NUMBERS = (int, float)


class DrawnBox(Struct, frozen=True):
    """One box: its kind, its place in the patch file, and its column from the left.

    ``label`` is what it is called where it is shown: its name, if the patch says no other.
    ``machine`` is where it plays, "" at home.
    """

    name: str
    label: str
    use: str
    plays: str
    kind: str
    links: tuple[str, ...]
    place: str
    column: int
    machine: str = ""


class DrawnCable(Struct, frozen=True):
    """One cable: "in" fires its box, "aside" is read by it, "port" ends at an output.

    ``name`` is that of its end, ``label`` what it is called where it is shown: the same without the
    "#2" of a second cable, if the patch says no other. ``stages`` say in words what is on it.
    ``low`` and ``high`` are its range where it has a scale, named by ``scale``. ``number`` says
    that it begins with a number, ``whole`` that it ends with an integer, which has no range of its
    own.
    """

    start: str
    origin: str
    end: str
    kind: str
    name: str
    label: str
    stages: tuple[str, ...]
    route: str
    number: bool
    whole: bool
    scale: str
    low: float | None
    high: float | None


class Drawing(Struct, frozen=True):
    """A patch as drawn; the columns of ``boxes`` are in the order in which they are stacked.

    ``seen`` says whether a cable carries what the page has a picture of: one, or a voice's way.
    """

    title: str
    boxes: tuple[DrawnBox, ...]
    cables: tuple[DrawnCable, ...]
    seen: bool


def drawn_wires(plan: Plan) -> list[Wire]:
    """Return the wires that end at visible boxes, in the order of the cables of a drawing."""
    return [
        wire
        for wire in plan.wires
        if not plan.boxes[wire.box].hidden
        and group_of(cable_origin(plan, wire)[0].source.box) != group_of(wire.box)
    ]


def origin_wire(plan: Plan, wire: Wire) -> Wire:
    """Return the first wire of a cable: it carries the output of the box at its beginning."""
    return cable_origin(plan, wire)[0]


def draw(plan: Plan) -> Drawing:
    """Return the drawing of a plan."""
    wires = drawn_wires(plan)
    cables = tuple(_cable(plan, wire) for wire in wires)
    columns = _columns(plan, cables)
    boxes = tuple(_box(plan, name, column) for name, column in columns.items())
    return Drawing(plan.title, _stacked(boxes, cables), cables, _is_seen(plan))


def _is_seen(plan: Plan) -> bool:
    """Whether anything in a patch has a picture: what a source gives, or a cable carries."""
    given = [
        box.box.outlets().values() for box in plan.boxes.values() if isinstance(box.box, Source)
    ]
    carried = {one for wire in plan.wires for one in members(origin_wire(plan, wire).carries)}
    return any(one is Pitch or is_picture(one) for one in chain(carried, *given))


def _cable(plan: Plan, wire: Wire) -> DrawnCable:
    begin, way = cable_origin(plan, wire)
    scale = next((box for box in way if box.use == "scale"), None)
    low, high = _range(wire, way)
    name = "" if wire.into in FEEDS else wire.name
    return DrawnCable(
        group_of(begin.source.box),
        _origin(plan, begin.source, begin.part),
        group_of(wire.box),
        {Into.HOT: "in", Into.MORE: "in", Into.PORT: "port"}.get(wire.into, "aside"),
        name,
        wire.label or name.partition("#")[0],
        tuple(map(stage_words, way)),
        route_name(wire.box, wire.name) if wire.into is Into.PORT else "",
        begin.carries in NUMBERS,
        wire.carries is int,
        scale.name if scale else "",
        low,
        high,
    )


def _origin(plan: Plan, outlet: Outlet, part: str) -> str:
    """Return the origin of a cable as a patch writes it: a main outlet needs no name."""
    box = plan.boxes[outlet.box].box
    if isinstance(box, Arriving):  # the outlet of a box elsewhere, which the patch names
        name, _, end = outlet.name.partition(".")
        if plan.whole is None or name not in plan.whole.boxes:
            return ".".join(text for text in (outlet.name, part) if text)
        return _origin(plan.whole, Outlet(name, end), part)
    names = box.outlets() if isinstance(box, Source) else read_signature(type(box)).fields
    name = "" if outlet.name == next(iter(names), "") else outlet.name
    return ".".join(text for text in (group_of(outlet.box), name, part) if text)


def _range(wire: Wire, way: list[PlannedBox]) -> tuple[float | None, float | None]:
    """Return the range of a cable that leaves a scale as a number."""
    if wire.carries in NUMBERS:
        for box in way:
            if box.use == "scale":
                to: Any = getattr(box.box, "to", None)
                if isinstance(to, list | tuple) and len(to) == 2:
                    return float(min(to)), float(max(to))
    return None, None


def _columns(plan: Plan, cables: tuple[DrawnCable, ...]) -> dict[str, int]:
    """Return the column of every box: one right of what feeds it, outputs in the last."""
    names = dict.fromkeys(group_of(name) for name, box in plan.boxes.items() if not box.hidden)
    wired = {cable.start for cable in cables} | {cable.end for cable in cables}
    columns = {
        name: 0 for name in names if name in wired or not isinstance(plan.boxes[name].box, Remote)
    }
    for _ in columns:  # bounded, as a loop through a delay or a lane would never settle
        moved = False
        for cable in cables:
            if columns[cable.end] <= columns[cable.start] < len(columns) - 1:
                columns[cable.end] = columns[cable.start] + 1
                moved = True
        if not moved:
            break
    last = max(columns.values(), default=0)
    outputs = [name for name in columns if isinstance(plan.boxes[name].box, Sink)]
    return columns | dict.fromkeys(outputs, last)


def _box(plan: Plan, name: str, column: int) -> DrawnBox:
    planned = plan.boxes[name]
    links = tuple(
        link.use
        for box, link in plan.boxes.items()
        if not link.hidden and box != name and group_of(box) == name
    )
    plays = type(planned.box).__module__.rpartition(".")[2]
    file, line = planned.place
    place = f"{file.name}:{line}" if file and line else ""
    return DrawnBox(
        name,
        planned.label or name,
        planned.use,
        "" if plays == planned.use else plays,
        _kind(planned),
        links,
        place,
        column,
        planned.machine,
    )


def _kind(planned: PlannedBox) -> str:
    if isinstance(planned.box, Source):
        return "source"
    if isinstance(planned.box, Sink):
        return "output"
    return "model" if isinstance(planned.box, Node) and planned.box.lane else "node"


def _stacked(boxes: tuple[DrawnBox, ...], cables: tuple[DrawnCable, ...]) -> tuple[DrawnBox, ...]:
    """Order each column by the mean row of what feeds its boxes, so that fewer cables cross.

    Outputs stay in the order in which they are written.
    """
    feeds: dict[str, list[str]] = defaultdict(list)
    for cable in cables:
        feeds[cable.end].append(cable.start)
    rows: dict[str, float] = {}
    stacked: list[DrawnBox] = []
    for column in sorted({box.column for box in boxes}):
        members = [box for box in boxes if box.column == column]
        middle = {
            box.name: row
            if box.kind == "output"
            else _middle([rows[name] for name in feeds[box.name] if name in rows], row)
            for row, box in enumerate(members)
        }
        members.sort(key=lambda box: (box.kind == "output", middle[box.name]))
        rows |= {box.name: float(row) for row, box in enumerate(members)}
        stacked += members
    return tuple(stacked)


def _middle(rows: list[float], otherwise: float) -> float:
    return sum(rows) / len(rows) if rows else otherwise
