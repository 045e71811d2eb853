"""Compile a patch into a Plan, or report every problem in it."""

from __future__ import annotations

from engine.core.errors import PatchError, Problem
from engine.patch.build import Builder, Find
from engine.patch.connect import Connector
from engine.patch.dead_ends import dead_ends
from engine.patch.deadline import DeadlineParser
from engine.patch.islands import Cycle, make_islands, unreached
from engine.patch.load import Document
from engine.patch.on_loss import check_on_loss
from engine.patch.parse import read_tables
from engine.patch.plan import Plan, PlannedBox, group_of
from engine.patch.points import check_points
from engine.patch.set_targets import check_set_targets
from engine.patch.told_alone import told_twice


def compile_patch(document: Document, find: Find) -> Plan:
    """Return the Plan. Raise PatchError with every problem found, in file order."""
    tables = read_tables(document)
    builder = Builder(document, find)
    boxes: dict[str, PlannedBox] = {}
    for spec in tables.boxes.values():
        builder.load(spec.use)  # it may define what another box goes by, such as points
    for spec in tables.boxes.values():
        if planned := builder.build(spec):
            boxes[spec.name] = planned
    connector = Connector(document, tables, boxes, builder)
    for spec in tables.boxes.values():
        connector.connect(spec)
    targets = check_set_targets(document, boxes)
    points = check_points(document, boxes, connector.wires)
    lost = check_on_loss(boxes, connector.wires)
    deadlines = DeadlineParser(document, boxes, connector.wires)
    deadline = deadlines.read()
    problems = [
        *tables.problems,
        *builder.problems,
        *connector.problems,
        *targets,
        *points,
        *lost,
        *deadlines.problems,
    ]
    if not tables.boxes and not problems:
        problems = [Problem("has no boxes", document.file)]
    try:
        islands = make_islands(boxes, connector.wires)
    except Cycle as cycle:
        names = [name for name in cycle.boxes if not boxes[name].hidden]
        message = f"{' -> '.join(names)} wait for each other; put a delay between them"
        problems.append(_problem_at(document, names[0], message))
        raise PatchError(_sorted(problems)) from None
    if not problems:
        problems = [
            _problem_at(
                document, name, "nothing ever reaches it: no cable leads here from a source"
            )
            for name in unreached(boxes, islands)
            if not boxes[name].hidden
        ]
    if problems:
        raise PatchError(_sorted(problems))
    for name, planned in boxes.items():
        planned.machine = tables.places.get(group_of(name), "")
    return Plan(
        tables.title,
        boxes,
        tuple(connector.wires),
        islands,
        deadline,
        document.texts,
        tables.private,
        (*dead_ends(boxes, connector.wires, connector.gives), *told_twice(boxes)),
        document.said,
        tables.machines,
        {name: connector.types_of(name) for name in boxes},
    )


def _problem_at(document: Document, name: str, message: str) -> Problem:
    """Return a problem located at a box, or at a link of its chain."""
    box, _, link = name.partition("/")
    return document.problem(message, box, *_link_key(link))


def _link_key(link: str) -> list[str]:
    """Return the key path that a link of a chain is written by."""
    return [link] if link in ("empty", "on_loss") else ["then", link] if link else []


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line or 0))
