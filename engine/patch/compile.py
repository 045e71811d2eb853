"""A patch becomes a Plan, or a list of everything that is wrong with it."""

from __future__ import annotations

from engine.core.errors import PatchError, Problem
from engine.patch.build import Builder, Find
from engine.patch.connect import Connector
from engine.patch.deadline import DeadlineParser
from engine.patch.islands import Loop, make_islands, unreached
from engine.patch.load import Document
from engine.patch.parse import read_tables
from engine.patch.plan import Plan, PlannedBox
from engine.patch.set_targets import misdirected
from engine.patch.speaks_on import never_lost


def compile_patch(document: Document, find: Find) -> Plan:
    """Make a Plan; raises PatchError with every problem found, in the order of the file."""
    tables = read_tables(document)
    builder = Builder(document, find)
    boxes: dict[str, PlannedBox] = {}
    for written in tables.boxes.values():
        builder.load(written.use)  # it may define what another box goes by, such as points
    for written in tables.boxes.values():
        if planned := builder.build(written):
            boxes[written.name] = planned
    wirer = Connector(document, tables, boxes, builder)
    for written in tables.boxes.values():
        wirer.lay(written)
    hands = misdirected(document, boxes)
    loss = never_lost(boxes, wirer.wires)
    times = DeadlineParser(document, boxes, wirer.wires)
    deadline = times.read()
    problems = [
        *tables.problems,
        *builder.problems,
        *wirer.problems,
        *hands,
        *loss,
        *times.problems,
    ]
    if not tables.boxes and not problems:
        problems = [Problem("has no boxes", document.file)]
    try:
        islands = make_islands(boxes, wirer.wires)
    except Loop as loop:
        names = [name for name in loop.boxes if not boxes[name].hidden]
        message = f"{' -> '.join(names)} wait for each other; put a delay between them"
        problems.append(_about(document, names[0], message))
        raise PatchError(_sorted(problems)) from None
    if not problems:
        problems = [
            _about(document, name, "nothing ever reaches it: no cable leads here from a source")
            for name in unreached(boxes, islands)
            if not boxes[name].hidden
        ]
    if problems:
        raise PatchError(_sorted(problems))
    texts, private = document.texts, tables.private
    return Plan(tables.title, boxes, tuple(wirer.wires), islands, deadline, texts, private)


def _about(document: Document, name: str, message: str) -> Problem:
    """Make a problem of a box, or of a link of its chain."""
    box, _, link = name.partition("/")
    return document.problem(message, box, *_key_of(link))


def _key_of(link: str) -> list[str]:
    """Give the key by which a link of a chain is written."""
    return [link] if link in ("empty", "on_loss") else ["then", link] if link else []


def _sorted(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda problem: (str(problem.file), problem.line or 0))
