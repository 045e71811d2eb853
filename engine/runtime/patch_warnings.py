"""Warnings: what is hardly meant in a patch or in its ``rig.toml``, though it plays.

Dead ends are found when a patch is compiled; here is what needs files: the cards of networks, and
the other patches that share a rig. A recorded patch, which may come from anybody, is never asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from engine.core.box_errors import anything_raised
from engine.core.errors import PatchError, Problem, tell_error
from engine.core.files import UNSEEN_ENDINGS
from engine.core.nearest import nearest
from engine.core.node import Model
from engine.core.parameter import read_parameters
from engine.patch.load import MACHINES, RIG, Document, Texts, parse, read_text
from engine.patch.placement import doubts as machine_doubts
from engine.patch.plan import Plan, PlannedBox
from engine.runtime.metrics import LOG

CONTROL: Final = "osc_control"
CONTROL_NAME: Final = "control"
"""What the box that takes commands is called where a patch has none of its own."""

_HEADER = re.compile(r"^\s*\[\s*[\"']?([^\]\"'.\s]+)", re.MULTILINE)
_MOST_BESIDE = 200
"""The most patches beside a rig that are read; beyond that, nothing is said of its tables."""
_OF_A_RIG = "privacy"
"""The one key that a rig may say before its tables."""


class WarningLog:
    """Logs each warning once, though the patch is compiled again and again while it is edited."""

    def __init__(self) -> None:
        self._told: set[Problem] = set()

    def tell(self, plan: Plan) -> None:
        """Log the warnings of a plan that were not told before."""
        for warning in plan.warnings:
            same = replace(warning, line=None)  # lines above it may have come or gone
            if same not in self._told:
                self._told.add(same)
                LOG.warning("warning: %s", warning)


def with_warnings(plan: Plan) -> Plan:
    """Return a plan of the performer's own with all its warnings, in the order of its lines."""
    found = [*plan.warnings, *_doubts(plan), *_of_the_rig(plan), *_of_an_unseen_rig(plan)]
    found += machine_doubts(plan.whole or plan)
    found.sort(key=lambda each: (each.file is not None and each.file.name == RIG, each.line or 0))
    return replace(plan, warnings=tuple(found))


def is_control(table: object) -> bool:
    """Whether a table of a rig is for the box that takes commands, which no patch has to have."""
    return isinstance(table, dict) and table.get("use", CONTROL) == CONTROL


def _doubts(plan: Plan) -> Iterator[Problem]:
    folder = plan.texts.file.parent if plan.texts and plan.texts.file else None
    for name, planned in plan.boxes.items():
        try:
            gone = {key: why for key, why in planned.box.gone.items() if key in planned.places}
            found = {**gone, **planned.box.doubts(folder)}
        except anything_raised() as error:  # a performer's own box may raise anything
            found = {"": tell_error(error)}
        for key, text in found.items():
            if key and _is_elsewhere(plan, planned, key):
                continue
            place = planned.places.get(key, planned.place)
            yield Problem(text, *place, name, key or None)


def _is_elsewhere(plan: Plan, planned: PlannedBox, key: str) -> bool:
    """Whether what a parameter names is a file or a device of another machine than this one.

    A plan that plays holds the boxes of this machine alone. Networks have the same names anywhere.
    """
    parameter = read_parameters(planned.cls).get(key)
    names_files = parameter is not None and parameter.names_files
    here = plan.whole is not None or not planned.machine or isinstance(planned.box, Model)
    return names_files and not here


def _of_an_unseen_rig(plan: Plan) -> Iterator[Problem]:
    """Yield a warning where a rig has an ending that an editor added, so that it is not read."""
    if plan.texts is None or plan.texts.file is None or plan.texts.rig is not None:
        return
    for ending in UNSEEN_ENDINGS:
        if (unseen := plan.texts.file.parent / f"{RIG}{ending}").exists():
            yield Problem(f"is not read: your editor added the ending; name it {RIG}", unseen)


def _of_the_rig(plan: Plan) -> Iterator[Problem]:
    """Yield a warning for each table and key of the rig that no patch beside it has use for."""
    texts = plan.texts
    if texts is None or texts.rig is None or texts.file is None:
        return
    rig = parse(texts.rig, texts.file.parent / RIG)
    known = {name for name, table in parse(texts.patch).tables.items() if isinstance(table, dict)}
    if CONTROL_NAME not in known and is_control(rig.tables.get(CONTROL_NAME)):
        controls = [name for name, box in plan.boxes.items() if box.use == CONTROL]
        if not controls or CONTROL_NAME in controls:
            known.add(CONTROL_NAME)
    yield from _keys_of_no_use(rig)
    strange = [
        name
        for name, table in rig.tables.items()
        if isinstance(table, dict) and name not in (*known, MACHINES)
    ]
    if not strange:
        return
    beside = _boxes_beside(texts)
    for name in strange if beside is not None else ():
        if name not in (beside or ()):
            hint = nearest(name, [*known, *(beside or ())]) or _hint(plan, name)
            message = f"no patch beside it has this box, and a rig adds none.{hint}"
            yield Problem(message, *rig.place((name,)), name)


def _hint(plan: Plan, name: str) -> str:
    """Return what the box that takes commands is called in a patch, where that is meant."""
    own = [each for each, box in plan.boxes.items() if box.use == CONTROL]
    return f' Did you mean "{own[0]}"?' if name == CONTROL_NAME and own else ""


def _keys_of_no_use(rig: Document) -> Iterator[Problem]:
    for key, value in rig.tables.items():
        if isinstance(value, dict) or key == _OF_A_RIG:
            continue
        hint = nearest(key, [_OF_A_RIG])
        message = f'changes nothing: before its tables a rig says only "{_OF_A_RIG}".{hint}'
        yield Problem(message, *rig.place((key,)), key=key)


def _boxes_beside(texts: Texts) -> set[str] | None:
    """Return the tables of the other patches beside a rig; None where there are too many."""
    assert texts.file is not None
    try:
        files = [
            file
            for file in texts.file.parent.glob("*.toml")
            if file.name not in (RIG, texts.file.name)
        ]
    except OSError:
        return None
    if len(files) > _MOST_BESIDE:
        return None
    return {name for file in files for name in _tables_of(file)}


def _tables_of(file: Path) -> set[str]:
    """Return the tables of a patch, as far as they can be read."""
    try:
        text = read_text(file)
    except PatchError:
        return set()
    try:
        return {name for name, table in parse(text).tables.items() if isinstance(table, dict)}
    except PatchError:  # it is being written, perhaps; its headers are told by their brackets
        return set(_HEADER.findall(text))
