"""Write what hands hold into the texts of a patch: into its own, or into that of its ``rig.toml``.

What cannot be written is said with its reason, and the rest is written all the same.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from engine.core.addresses import find_parameter
from engine.core.errors import ParameterError
from engine.core.parameter import ON, Parameter, read_parameters
from engine.patch.edit import MISSING, Edit, edit_text, put, value_at
from engine.patch.load import RIG, Texts
from engine.patch.plan import Plan, PlannedBox
from engine.patch.positions import KeyPath

_UNITS: Final = {"h": 3600.0, "min": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6}
_SHORT: Final = 1e-7
"""How much the number that is written may differ from the one that plays, as a part of it."""
_ALIKE: Final = 1e-6
"""How much two numbers may differ that are the same to whoever hears them."""

_ON_CABLE: Final = {
    ("scale", "in"): ("in",),
    ("scale", "to"): ("to",),
    ("scale", "curve"): ("curve",),
    ("gate", "above"): ("above",),
    ("choose", "choices"): ("choose",),
    ("throttle", "time"): ("at_most", "every"),
}
"""By which keys cables say the parameters of the boxes that stand on them."""

Key = tuple[bool, KeyPath]
"""A key in one of the texts: whether in that of the rig, and its path."""


@dataclass(frozen=True)
class Turned:
    """A parameter that a hand holds: its value, and of a part of a table also the whole table.

    ``is_cabled`` says that it is held against a cable.
    """

    box: str
    parameter: Parameter
    value: object
    whole: object = None
    is_cabled: bool = False

    @property
    def name(self) -> str:
        """What it is called: "reach/smooth"."""
        return f"{self.box}/{self.parameter.name}"


@dataclass(frozen=True)
class SavedTexts:
    """New texts; what was written in them, by its key; and what could not be, with the reason."""

    texts: Texts
    written: Mapping[Key, object] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    left: tuple[tuple[str, str], ...] = ()


def save_in_texts(
    plan: Plan, turned: Iterable[Turned], texts: Texts, saved: Mapping[Key, object]
) -> SavedTexts:
    """Return the texts with what is turned in them.

    ``texts`` are those of now, which may be others than the plan was made of. A key of which a text
    says another thing than the plan is left alone, unless that is what was ``saved`` there before.
    Raise ValueError where a text is no TOML.
    """
    writer = _Writer(plan, texts, saved)
    for one in turned:
        writer.add(one)
    return writer.result()


def is_alike(value: object, other: object) -> bool:
    """Whether two values are the same but for the last digits; parts of 0 are as good as none."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    if isinstance(value, int | float) and isinstance(other, int | float):
        return math.isclose(value, other, rel_tol=_ALIKE)
    if isinstance(value, Mapping) and isinstance(other, Mapping):
        names = {name for table in (value, other) for name, one in table.items() if one}
        return all(is_alike(value.get(name, 0), other.get(name, 0)) for name in names)
    if isinstance(value, list | tuple) and isinstance(other, list | tuple):
        return len(value) == len(other) and all(map(is_alike, value, other))
    return value == other


class _Refused(ValueError):
    """Why a parameter cannot be saved."""


class _Writer:
    """Collects what is written into both texts."""

    def __init__(self, plan: Plan, texts: Texts, saved: Mapping[Key, object]) -> None:
        self._plan = plan
        self._texts = texts
        self._saved = saved
        before = plan.texts or texts
        self._before = {False: _tables(before.patch), True: _tables(before.rig or "")}
        self._now = {False: _tables(texts.patch), True: _tables(texts.rig or "")}
        self._tables = deepcopy(self._now)
        self._edits: dict[str, tuple[bool, list[Edit]]] = {}
        self._left: list[tuple[str, str]] = []

    def add(self, turned: Turned) -> None:
        """Write one parameter, or note why not."""
        try:
            rig, edits = self._edits_of(turned)
        except ValueError as reason:
            self._left.append((turned.name, str(reason)))
            return
        for edit in edits:
            put(self._tables[rig], edit.path, edit.value)
        self._edits[turned.name] = rig, edits

    def result(self) -> SavedTexts:
        """Return what has come of it."""
        patch = self._edited(self._texts.patch, rig=False)
        rig = None if self._texts.rig is None else self._edited(self._texts.rig, rig=True)
        written = {
            (rig, path): value
            for rig, edits in self._edits.values()
            for path, value in (self._whole_list(rig, each) for each in edits)
        }
        texts = replace(self._texts, patch=patch, rig=rig)
        return SavedTexts(texts, written, tuple(self._edits), tuple(self._left))

    def _whole_list(self, rig: bool, edit: Edit) -> tuple[KeyPath, object]:
        """Return what is written by an edit; of an entry of a list of lists, the whole list."""
        path = edit.path
        while path[-1].startswith("#"):
            path = path[:-1]
        whole = value_at(self._tables[rig], path)
        return (path, whole) if _is_nested(whole) else (edit.path, edit.value)

    def _edited(self, text: str, *, rig: bool) -> str:
        """Return a text with all its edits; those that would change more are left out."""
        ours = {name: edits for name, (where, edits) in self._edits.items() if where == rig}
        with suppress(ValueError):
            return edit_text(text, [edit for edits in ours.values() for edit in edits])
        for name, edits in ours.items():
            try:
                text = edit_text(text, edits)
            except ValueError as reason:
                del self._edits[name]
                self._left.append((name, str(reason)))
        return text

    def _edits_of(self, turned: Turned) -> tuple[bool, list[Edit]]:
        """Return in which text a parameter is written, the rig's or not, and how."""
        planned = self._plan.boxes.get(turned.box)
        if planned is None:
            raise _Refused("is not in this patch any more")
        parameter = self._sayable(planned, turned)
        table = self._table(planned)
        name = self._key_on_cable(planned, parameter) if planned.hidden else _whole(parameter)
        key = (*table, name)
        rig = self._is_in_rig(key)
        self._require_unchanged(rig, key[:2] if key[1] == "then" else key)
        if table[1:] == ("on_loss",):
            return rig, [self._on_loss(rig, key, parameter, turned.value)]
        holder = value_at(self._tables[rig], table)
        if isinstance(holder, str):  # a link that is written by its name alone
            value = _said(parameter, turned.value, MISSING, self._texts)
            return rig, [Edit(table, {"use": holder, name: value})]
        return rig, self._in_table(key, turned, parameter, value_at(self._tables[rig], key))

    def _in_table(
        self, key: KeyPath, turned: Turned, parameter: Parameter, written: object
    ) -> list[Edit]:
        """Return how a parameter is written that has a key of its own: whole, or part by part."""
        if parameter.key and isinstance(written, dict):
            old = written.get(parameter.key, MISSING)
            value = _said(parameter, turned.value, old, self._texts)
            return [Edit((*key, parameter.key), value)]
        if parameter.key:
            whole = read_parameters(self._plan.boxes[turned.box].cls)[_whole(parameter)]
            return [Edit(key, _said(whole, turned.whole, written, self._texts))]
        if parameter.is_table and isinstance(written, dict):
            value = turned.value if isinstance(turned.value, Mapping) else {turned.value: 1.0}
            said = _said(parameter, value, written, self._texts)
            assert isinstance(said, dict)
            gone = [Edit((*key, part), MISSING) for part in written if part not in said]
            return gone + [Edit((*key, part), one) for part, one in said.items()]
        return [*_each(key, written, _said(parameter, turned.value, written, self._texts))]

    def _sayable(self, planned: PlannedBox, turned: Turned) -> Parameter:
        """Return the parameter of the box that is written, or raise where no text can say it."""
        name = turned.parameter.name
        base = turned.box.partition("/")[0].partition(".")[0]
        if value_at(self._before[False], (base,)) is MISSING:
            raise _Refused(
                f"is no box of the patch: the show has made it; write [{base}] with "
                f'use = "{planned.use}" into the patch to keep what is set of it'
            )
        use = (base, "use")
        if value_at(self._now[False], use) != value_at(self._before[False], use):
            raise _Refused(f"[{base}] is another box in the file now")
        known = read_parameters(planned.cls)
        parameter = ON if name == ON.name else find_parameter(known, name)
        if parameter is None:
            raise _Refused(f"belongs to what plays in the place of {planned.use}")
        if turned.is_cabled:
            raise _Refused("a cable writes it; without that cable a value can be saved")
        first = planned.path[1] if len(planned.path) > 1 else _whole(parameter)
        if said := self._plan.said.get((base, first)):
            raise _Refused(f"was said by {said}, which goes before what a file says")
        return parameter

    def _key_on_cable(self, planned: PlannedBox, parameter: Parameter) -> str:
        """Return by which key a cable says a parameter of a box that stands on it."""
        cable = value_at(self._tables[self._is_in_rig(planned.path)], planned.path)
        for key in _ON_CABLE.get((planned.use, parameter.name), ()):
            if isinstance(cable, dict) and (key in cable or planned.use == "scale"):
                return key
        raise _Refused("stands on a cable that does not say it: write it there by hand")

    def _table(self, planned: PlannedBox) -> KeyPath:
        """Return the path of the table, or of the word in a chain, that is a box."""
        path = planned.path
        if path[1:2] != ("then",):
            return path
        chain = path[:2]
        if not isinstance(value_at(self._tables[self._is_in_rig(chain)], chain), list):
            return chain
        boxes = self._plan.boxes.values()
        links = [box.name for box in boxes if box.path[:2] == chain and not box.hidden]
        return (*chain, f"#{links.index(planned.name) + 1}")

    def _is_in_rig(self, key: KeyPath) -> bool:
        """Whether the rig says it: what it says of a key goes before what the patch says."""
        laid = key[:3] if key[1:2] == ("send",) else key[:2]
        return value_at(self._tables[True], laid) is not MISSING

    def _require_unchanged(self, rig: bool, key: KeyPath) -> None:
        """Raise where a text of now says another thing than the plan that plays."""
        now, then = (value_at(each[rig], key) for each in (self._now, self._before))
        saved = {path: value for (r, path), value in self._saved.items() if r == rig}
        ours = {path: value for path, value in saved.items() if path[: len(key)] == key}
        tables = (value_at(each[rig], key[:-1]) for each in (self._now, self._before))
        is_there, was_there = (each is not MISSING for each in tables)
        if (now == then and is_there == was_there) or (
            ours and all(value_at(self._now[rig], path) == value for path, value in ours.items())
        ):
            return
        file = RIG if rig else "the patch"
        raise _Refused(f"{file} was given another value by somebody else, who is not overwritten")

    def _on_loss(self, rig: bool, key: KeyPath, parameter: Parameter, value: object) -> Edit:
        """Return the edit of what becomes of a value that is lost, which may be one word."""
        written = value_at(self._tables[rig], key[:-1])
        if key[-1] not in ("to", "fade"):
            raise _Refused('"on_loss" says "to" and "fade" only')
        said = _said(parameter, value, MISSING, self._texts)
        if isinstance(written, dict):
            return Edit(key, said)
        return Edit(key[:-1], {"to": said} if key[-1] == "to" else {"to": written, "fade": said})


def _each(key: KeyPath, written: object, said: object) -> Iterator[Edit]:
    """Yield what changes of a value: of a list of lists entry by entry, so that its lines stay."""
    if not (_is_nested(written) and _is_nested(said)):
        yield Edit(key, said)
        return
    assert isinstance(written, list) and isinstance(said, list)
    for place, (old, new) in enumerate(zip(written, said, strict=False), start=1):
        if len(old) != len(new):
            yield Edit((*key, f"#{place}"), new)
        else:
            for inner, (before, after) in enumerate(zip(old, new, strict=True), start=1):
                if before != after:
                    yield Edit((*key, f"#{place}", f"#{inner}"), after)
    for place in range(len(written), len(said)):
        yield Edit((*key, f"#{place + 1}"), said[place])
    for place in range(len(written), len(said), -1):
        yield Edit((*key, f"#{place}"), MISSING)


def _is_nested(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, list) for one in value)


def _whole(parameter: Parameter) -> str:
    """Return the name of a parameter, of a part of one that of its table."""
    return parameter.name.partition(".")[0]


def _tables(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("lists or tables lie too deep in one another") from None


def _said(parameter: Parameter, value: object, written: object, texts: Texts) -> object:
    """Return a value as a patch writes it, such that it is read back as what it is.

    ``written`` is what stands there now. Raise ValueError where a patch cannot say it.
    """
    said = _spell(parameter, value, written, texts)
    try:
        read = parameter.from_patch(said)
    except ParameterError as error:
        raise _Refused(f"cannot be written in a patch: {error}") from None
    if not parameter.names_files and not is_alike(read, value):
        raise _Refused("cannot be written in a patch as it is")
    return said


def _spell(parameter: Parameter, value: object, written: object, texts: Texts) -> object:
    if value is None:
        raise _Refused("has no value now: take its line out of the patch by hand")
    if isinstance(value, Mapping):
        old = written if isinstance(written, dict) else {}
        return {
            key: _spell(parameter.part(key), one, old.get(key, MISSING), texts)
            for key, one in value.items()
            if one or key in old
        }
    if parameter.is_time and isinstance(value, int | float):
        return _time(float(value), written)
    if parameter.names_files and isinstance(value, str) and texts.file:
        folder, path = texts.file.parent, Path(value)
        return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else value
    return _plain(value, written)


def _time(value: float, written: object) -> str:
    """Return seconds with a unit: the one that is written, or one that leaves digits before it."""
    unit = written.strip().lstrip("0123456789. \t") if isinstance(written, str) else ""
    if unit not in _UNITS:
        unit = "s" if value >= 1 or not value else "ms"
    return f"{_short(value / _UNITS[unit]):.12f}".rstrip("0").rstrip(".") + f" {unit}"


def _plain(value: object, written: object) -> object:
    """Return a value in as few digits as say it; a whole number as it was written before."""
    if isinstance(value, list | tuple):
        old: Sequence[object] = written if isinstance(written, list) else ()
        old = (*old, *[MISSING] * (len(value) - len(old)))
        return [_plain(one, before) for one, before in zip(value, old, strict=False)]
    if isinstance(value, float):
        short = _short(value)
        was_whole = isinstance(written, int) and not isinstance(written, bool)
        return int(short) if was_whole and short.is_integer() and abs(short) < 1e15 else short
    return value


def _short(value: float) -> float:
    """Return the number with the fewest digits that differs by less than can be told."""
    rounded = (float(f"{value:.{digits}g}") for digits in range(1, 17))
    return next((one for one in rounded if math.isclose(one, value, rel_tol=_SHORT)), value)
