"""Saves what hands hold of the patch that plays: first a draft to look at, then the files.

Only the lines of what was turned change; what somebody else has written meanwhile stays. A patch
that came with Sensorium is not written over: a copy of it is saved in the working folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Final

from engine.core.addresses import overlaps
from engine.core.errors import PatchError, UnreadableFile
from engine.core.files import installed_folder, read_file
from engine.core.os_errors import os_reason
from engine.core.parameter import ON
from engine.patch.edit import changed_lines, rewritten
from engine.patch.load import MAX_BYTES, RIG, Texts, load_texts, read_texts
from engine.patch.plan import Plan
from engine.patch.save import Key, SavedTexts, Turned, is_alike, save_in_texts
from engine.runtime.engine import Engine
from engine.runtime.metrics import LOG
from engine.runtime.schedule.state import BoxState
from engine.system.whole_file import write_whole

_MODE: Final = 0o644
_COPIES: Final = 1000
_MERGED: Final = "other lines of it have changed since it was read; they stay as they are"


class SaveError(Exception):
    """Why nothing was saved, in words."""


@dataclass(frozen=True)
class Change:
    """Lines of a file that change: the number of the first one, what they say, what they will.

    ``table`` is the header that they stand under; "" for none.
    """

    line: int
    table: str
    old: Sequence[str]
    new: Sequence[str]


@dataclass(frozen=True)
class FileDraft:
    """One file as it will be; without ``before`` it is new. ``note`` is what else to know of it."""

    file: Path
    before: bytes | None
    after: bytes
    changes: tuple[Change, ...]
    note: str = ""


@dataclass(frozen=True)
class Draft:
    """What would be saved, and what could not be, with the reason; ``key`` is its identity."""

    files: tuple[FileDraft, ...]
    names: tuple[str, ...]
    left: tuple[tuple[str, str], ...]
    written: dict[Key, object]
    is_played: bool

    @property
    def key(self) -> str:
        """The hash of all that it is made of."""
        parts = (
            part
            for each in self.files
            for part in (bytes(each.file), each.before or b"", each.after)
        )
        return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()


class Saver:
    """Saves for one show; used on one thread at a time, beside the loop.

    The engine's ``on_saved`` is called with the files, where what they said is what played.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ours: dict[Path, dict[Key, object]] = {}
        self._copies: dict[Path, Path] = {}

    def turned(self) -> tuple[int, int]:
        """Return how much hands hold that is not what the patch says, and how much of cables."""
        found = [each.is_cabled for each in _turned(self._engine.plan, self._engine.states)]
        return found.count(False), found.count(True)

    def draft(self) -> Draft:
        """Return what would be saved now. Raise SaveError with the reason where nothing can be."""
        plan, states = self._engine.plan, self._engine.states
        file = plan.texts.file if plan.texts else None
        if plan.texts is None or file is None:
            raise SaveError("this patch has no file to be saved in")
        to = self._copies.get(file, file)
        try:
            texts = read_texts(to)
            load_texts(texts)
        except PatchError as error:
            problem = next(iter(error.problems))
            raise SaveError(f"{problem}; mend that first, and save again") from None
        turned = [*_turned(plan, states)]
        result = save_in_texts(plan, turned, texts, self._ours.get(file, {}))
        is_played = (texts.patch, texts.rig) == (plan.texts.patch, plan.texts.rig)
        files = tuple(self._files(file, to, texts, result, is_played))
        written = {**self._ours.get(file, {}), **result.written}
        return Draft(files, result.names, result.left, written, is_played and to == file)

    def save(self, key: str) -> Draft:
        """Write the files of the draft with this key, and return it.

        Raise SaveError where that is not what would be saved any more, or where it cannot be.
        """
        draft = self.draft()
        if draft.key != key:
            raise SaveError("something has changed since you looked; look again")
        if not draft.files:
            raise SaveError("nothing was turned that could be saved")
        for each in draft.files:
            _require_writable(each)
        try:
            contents = {each.file: each.after for each in draft.files}
            write_whole(contents, lambda: _require_unchanged(draft.files), mode=_MODE)
        except OSError as error:
            names = " and ".join(str(each.file) for each in draft.files)
            raise SaveError(
                f"{names} cannot be written: {os_reason(error)}; nothing changed"
            ) from None
        self._note(draft)
        return draft

    def _note(self, draft: Draft) -> None:
        texts = self._engine.plan.texts
        if texts is None or texts.file is None:
            return
        self._ours[texts.file] = draft.written
        for each in draft.files:
            if each.before is None:
                self._copies[texts.file] = each.file
            LOG.info("%s: saved %s", each.file, ", ".join(draft.names))
        if draft.is_played:
            self._engine.on_saved({each.file for each in draft.files})

    def _files(
        self, file: Path, to: Path, texts: Texts, result: SavedTexts, is_played: bool
    ) -> Iterator[FileDraft]:
        """Yield the drafts of the files that change."""
        beside = to.parent / RIG
        both = (
            (to, texts.patch, result.texts.patch),
            (beside, texts.rig or "", result.texts.rig or ""),
        )
        copied = to == file and _is_shipped(file)
        own = f"a copy of your own of {file.name}, which came with Sensorium; play that next time"
        note = own if copied or to != file else "" if is_played else _MERGED
        for one, before, after in both:
            if before == after:
                continue
            content = _read(one)
            new = rewritten(content, before, after)
            changes = tuple(Change(*each) for each in changed_lines(before, after))
            if copied:
                yield FileDraft(_free_name(Path.cwd() / file.name), None, new, changes, note)
            else:
                yield FileDraft(one, content, new, changes, note)


def _turned(plan: Plan, states: Mapping[str, BoxState]) -> Iterator[Turned]:
    """Yield what hands hold that is not what the patch says, in the order of the boxes."""
    for name, state in states.items():
        planned = plan.boxes.get(name)
        if planned is None:
            continue
        for hand in sorted((*state.overrides,)):
            one = _of(state, hand)
            if one is None:
                continue
            field = one.parameter.field
            written = planned.on if one.parameter is ON else planned.initial.get(field)
            whole = one.whole if one.parameter.key else one.value
            cabled = any(overlaps(hand, cable) for cable in (*state.cabled,))
            if cabled or not is_alike(whole, written):
                yield replace(one, is_cabled=cabled)


def _of(state: BoxState, hand: str) -> Turned | None:
    parameter = state.parameter(hand)
    if parameter is None:
        return None
    whole = state.value(state.parameters[hand.partition(".")[0]]) if parameter.key else None
    return Turned(state.name, parameter, state.value(parameter), whole)


def _is_shipped(file: Path) -> bool:
    """Whether a patch lies within the installed package, where an upgrade would replace it."""
    folder = installed_folder("patches")
    return folder.parent.name == "_share" and file.resolve().is_relative_to(folder.resolve())


def _free_name(file: Path) -> Path:
    """Return the name of a file that is not there yet: "show.toml", "show_2.toml" ..."""
    names = (file, *(file.with_stem(f"{file.stem}_{count}") for count in range(2, _COPIES)))
    found = next((each for each in names if not os.path.lexists(each)), None)
    if found is None:
        raise SaveError(f"there are too many copies of {file.name} in {file.parent}")
    return found


def _read(file: Path) -> bytes:
    try:
        return read_file(file, MAX_BYTES)
    except UnreadableFile as error:
        raise SaveError(f"{file} {error}") from None


def _require_writable(draft: FileDraft) -> None:
    """Raise SaveError where a file is marked as read-only: another could take its place even so."""
    if draft.before is None:
        return
    try:
        mode = draft.file.stat().st_mode
    except OSError as error:
        raise SaveError(f"{draft.file} cannot be written: {os_reason(error)}") from None
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(
        draft.file, os.W_OK
    ):
        raise SaveError(f"{draft.file} may not be written: its permissions forbid it")


def _require_unchanged(files: tuple[FileDraft, ...]) -> None:
    """Raise SaveError where a file is another than the one that was read."""
    for each in files:
        if each.before is None:
            if os.path.lexists(each.file):
                raise SaveError(f"{each.file} is there now; look again")
        elif _read(each.file) != each.before:
            raise SaveError(f"{each.file} has changed since you looked; look again")
