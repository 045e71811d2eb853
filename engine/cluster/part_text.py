"""A part of a patch as a text that is sent to its machine, and a plan made of it there."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from engine.cluster.messages import PartOffer
from engine.core.box import Box
from engine.core.errors import PatchError, Problem, UnreadableFile
from engine.core.files import read_file
from engine.core.kinds import UnknownKind, named
from engine.core.own_modules import OWN_MODULES
from engine.patch.build import Find
from engine.patch.crossing import ANYTHING
from engine.patch.load import Document, Texts
from engine.patch.part import Departure, Part
from engine.patch.parts import compile_part
from engine.patch.plan import Plan
from engine.registry import BrokenBox, Registry, load_own, own_boxes, own_hash
from engine.runtime.fallback import use_fallbacks
from engine.runtime.reload.fingerprints import set_fingerprints
from engine.system.whole_file import write_whole

LARGEST: Final = 4_000_000
"""Bytes of the largest file of a box."""


class _PartForm(msgspec.Struct, frozen=True):
    machine: str
    tables: dict[str, Any]
    departures: list[tuple[str, str, str, str, list[str], str]]


_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(_PartForm).decode


def part_text(part: Part) -> str:
    """Return a part as a text."""
    leaving = [
        (each.to, each.box, each.outlet, each.name, list(each.kinds), each.pictures)
        for each in part.departures
    ]
    # In the order of the patch: the order of boxes decides the order of calls.
    form = _PartForm(part.machine, part.tables, leaving)
    return msgspec.json.encode(form).decode()


def read_part(text: str) -> Part:
    """Return the part that a text holds. Raise PatchError."""
    try:
        form = _decode(text.encode())
    except msgspec.MsgspecError as error:
        raise PatchError([Problem(f"what home sent is no part of a patch: {error}")]) from None
    departures = (
        Departure(to, box, outlet, name, tuple(kinds), pictures)
        for to, box, outlet, name, kinds, pictures in form.departures
    )
    return Part(form.machine, form.tables, tuple(departures))


def plan_part(texts: Texts, find: Find) -> Plan:
    """Return the Plan of a part, to be played here. Raise PatchError."""
    part = read_part(texts.patch)
    document = Document(part.tables, texts.file, texts=texts)
    try:
        plan = compile_part(part, document, find)
    except UnknownKind as error:
        raise PatchError([Problem(str(error))]) from None
    use_fallbacks(plan, find, live=True)
    set_fingerprints(plan)
    return plan


# A performer's own boxes.


def make_offer(part: Part, whole: Plan, *, show: int, version: int, program: str) -> PartOffer:
    """Return the offer of a part, with the hashes of the boxes of the performer's own in it."""
    own = {each.use: digest for each in whole.boxes.values() if (digest := own_hash(each.cls))}
    kinds = dict(_own_kinds(part))
    used = {*_uses(part.tables)}
    boxes = {use: digest for use, digest in own.items() if use in used} | kinds
    text = part_text(part)
    return PartOffer(show, version, whole.title, text, boxes, list(kinds), program)


def own_texts(whole: Plan, names: list[str]) -> dict[str, bytes]:
    """Return the texts of boxes of the performer's own in a patch, as they were loaded."""
    found = {}
    for planned in whole.boxes.values():
        module = sys.modules.get(planned.cls.__module__)
        if planned.use in names and own_hash(planned.cls) and module and module.__file__:
            try:
                found[planned.use] = read_file(Path(module.__file__), LARGEST)
            except UnreadableFile:
                continue
    return found


def _uses(tables: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the kinds of boxes that tables use."""
    for table in tables.values():
        if not isinstance(table, dict):
            continue
        yield str(table.get("use", ""))
        then = table.get("then", [])
        for link in then if isinstance(then, list) else [then]:
            yield str(link.get("use", "") if isinstance(link, dict) else link)


def _own_kinds(part: Part) -> Iterator[tuple[str, str]]:
    """Yield the files of the performer's own that register kinds which cross, and their hashes."""
    gives = [t.get("gives", {}) for t in part.tables.values() if isinstance(t, dict) and "of" in t]
    kinds = [name for table in gives for names in table.values() for name in names]
    kinds += [name for each in part.departures for name in each.kinds]
    for name in dict.fromkeys(kinds):
        cls = None if name == ANYTHING else named(name).cls
        if cls is not None and cls.__module__.startswith(OWN_MODULES):
            module = sys.modules[cls.__module__]
            yield Path(str(module.__file__)).stem, str(getattr(module, "__sha256__", ""))


class OfferedBoxes:
    """The boxes that a part may use: the shipped ones, and those of home that are let in.

    A box of home's own is taken from ``nodes/`` in the folder where ``join`` was started, if it is
    the very text; from what home sent only with ``trust``. ``sent`` is where that is kept.
    ``wanted`` are those that home was asked for.
    """

    def __init__(self, offer: PartOffer, folder: Path, sent: Path | None) -> None:
        self.wanted: list[str] = []
        self._offer = offer
        self._folder = folder / "nodes"
        self._sent = sent
        self._engine = Registry()
        self._found: dict[str, type[Box]] = {}

    def missing(self) -> list[str]:
        """Return the names of own boxes that are not here as they are at home."""
        return [use for use in self._offer.boxes if self._load(use) is None]

    def take(self, texts: Mapping[str, bytes]) -> None:
        """Keep the texts that home sent; what was not offered is left out. Raise OSError."""
        if self._sent is None or not texts:
            return
        self._sent.mkdir(parents=True, exist_ok=True)
        offered = {use: text for use, text in texts.items() if use in self._offer.boxes}
        names = {use: self._sent / f"{use}.py" for use in offered if use.isidentifier()}
        write_whole({file: offered[use] for use, file in names.items()})

    def find(self, use: str) -> type[Box]:
        """Return the class of a box. Raise UnknownName or BrokenBox."""
        for kind in self._offer.kinds:
            self._load(kind)
        if use not in self._offer.boxes:
            return self._engine.find(use)
        box = self._load(use)
        if box is None:
            raise BrokenBox(refusal([use]))
        return box

    def _load(self, use: str) -> type[Box] | None:
        if use not in self._found:
            digest = self._offer.boxes[use]
            for folder in (self._folder, self._sent):
                file = own_boxes(folder).get(use) if folder is not None else None
                box = load_own(file, digest) if file is not None else None
                if box is not None:
                    self._found[use] = box
                    break
        return self._found.get(use)


def refusal(boxes: list[str]) -> str:
    """Return why boxes of the performer's own are not run."""
    files = ", ".join(f"nodes/{use}.py" for use in boxes)
    return (
        f"{files} is code from home, and is run only where join was begun with --trust, or where"
        " the same file lies in nodes/ here"
    )
