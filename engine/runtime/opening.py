"""From a patch file to a Plan that can be played here."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path

from engine.core.errors import PatchError, Problem
from engine.core.nearest import nearest
from engine.core.secrets import hide_in_setting
from engine.patch.build import Find
from engine.patch.compile import compile_patch
from engine.patch.load import MACHINES, Document, Texts, load, load_texts, read_texts
from engine.patch.parts import project
from engine.patch.plan import Plan
from engine.registry import Registry
from engine.runtime.contexts import read_states
from engine.runtime.fallback import use_fallbacks
from engine.runtime.patch_warnings import CONTROL, CONTROL_NAME, is_control, with_warnings
from engine.runtime.reload.fingerprints import set_fingerprints


def open_patch(
    file: Path,
    *,
    to: str | None = None,
    sets: Iterable[str] = (),
    live: bool = True,
    private: bool = False,
    with_state: bool = False,
    here: Collection[str] = (),
) -> Plan:
    """Return the Plan of a patch, to be played once. Raise PatchError.

    ``to`` overrides the destination of its OSC, ``sets`` are texts such as "reach.joint=nose". A
    live patch can always be controlled by OSC. With ``private`` no picture leaves. With
    ``with_state`` the plan holds what its boxes have kept, which a recording needs. A live patch is
    home's part of it, with the boxes of the machines that ``here`` names.
    """
    return open_texts(
        read_texts(file),
        to=to,
        sets=sets,
        live=live,
        private=private,
        with_state=with_state,
        here=here,
    )


def open_texts(
    texts: Texts,
    *,
    to: str | None = None,
    sets: Iterable[str] = (),
    live: bool = True,
    private: bool = False,
    with_state: bool = False,
    here: Collection[str] = (),
) -> Plan:
    """Return the Plan of a patch from its texts; see ``open_patch``."""
    find = Registry(texts.file.parent if texts.file else None).find
    document = load_texts(texts)
    if private:
        document.tables["privacy"] = True
    plan = plan_document(document, find, to=to, sets=sets, live=live, here=here)
    return _opened(with_warnings(plan), find, live=live, with_state=with_state)


def open_document(
    document: Document,
    find: Find,
    *,
    to: str | None = None,
    sets: Iterable[str] = (),
    live: bool = True,
    with_state: bool = False,
    here: Collection[str] = (),
) -> Plan:
    """Return the Plan of a parsed patch; ``find`` returns box classes. See ``open_patch``."""
    plan = plan_document(document, find, to=to, sets=sets, live=live, here=here)
    return _opened(plan, find, live=live, with_state=with_state)


def _opened(plan: Plan, find: Find, *, live: bool, with_state: bool) -> Plan:
    """Return a plan in which plays what can play here, with what its boxes have kept."""
    use_fallbacks(plan, find, live=live)
    set_fingerprints(plan)
    if with_state:
        read_states(plan)
    return plan


def plan_document(
    document: Document,
    find: Find,
    *,
    to: str | None = None,
    sets: Iterable[str] = (),
    live: bool = True,
    here: Collection[str] = (),
) -> Plan:
    """Return a Plan without fallback sources, for plans that are not opened."""
    apply_overrides(document, to, sets)
    if live:
        _add_control(document)
    whole = compile_patch(document, find)
    if live and whole.is_spread:
        return project(whole, document, find, frozenset(here))
    return whole


def check_patch(file: Path) -> Plan:
    """Return the Plan of a patch as written. Raise PatchError with all its problems."""
    document = load(file)
    if document.rig and is_control(document.rig.tables.get(CONTROL_NAME)):
        _add_control(document)
    return with_warnings(compile_patch(document, Registry(file.parent).find))


def apply_overrides(document: Document, to: str | None, sets: Iterable[str]) -> None:
    """Apply the destination, then single values, to a parsed patch. Raise PatchError."""
    for name, table in document.tables.items():
        if to is not None and isinstance(table, dict) and table.get("use") == "osc_out":
            document.override(name, "to", to, by=f"--to {to}")
    for text in sets:
        address, equals, value = text.partition("=")
        box, dot, key = address.strip().partition(".")
        if not (box and dot and key and equals):
            raise PatchError([Problem(f'--set: expected BOX.PARAMETER=VALUE, got "{text}"')])
        if not isinstance(document.tables.get(box), dict):
            hint = nearest(box, document.tables)
            raise PatchError([Problem(f'--set: there is no box "{box}".{hint}', document.file)])
        key, *part = key.split(".", 1)
        what = _value(value.strip())
        if part:
            table = document.tables[box].get(key)
            what = {**table, part[0]: what} if isinstance(table, dict) else {part[0]: what}
        document.override(box, key, what, by=f"--set {hide_in_setting(text)}")


def _value(text: str) -> object:
    """Parse a value as in a patch; a bare word is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _add_control(document: Document) -> None:
    boxes = [
        table
        for name, table in document.tables.items()
        if isinstance(table, dict) and name != MACHINES
    ]
    if boxes and not any(box.get("use") == CONTROL for box in boxes):
        name = CONTROL_NAME if CONTROL_NAME not in document.tables else CONTROL
        document.override(name, "use", CONTROL)
        rig = document.rig
        if rig and name == CONTROL_NAME and is_control(rig.tables.get(name)):
            document.overlay({name: rig.tables[name]}, rig.places)
