"""Writes into ``rig.toml`` what somebody has set at a device itself, such as a projector's corners.

Why without a draft to look at, as *Save* on the page has one: whoever drags a corner stands at the
window and sees it. Why the rig: what fits one room fits no other.
"""

from __future__ import annotations

import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path

from engine.core.errors import PatchError, UnreadableFile
from engine.core.files import installed_folder, read_file
from engine.core.os_errors import os_reason
from engine.patch.edit import Edit, edit_text, rewritten, toml_key, toml_text
from engine.patch.load import MAX_BYTES, RIG, read_texts
from engine.runtime.engine import Engine
from engine.runtime.metrics import LOG
from engine.system.whole_file import write_whole

_MODE = 0o644


class RigKeeper:
    """Keeps parameters for one show, one file at a time, beside the loop: disks wait."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._turn = threading.Lock()

    def keep(self, box: str, values: Mapping[str, object]) -> None:
        """Write parameters of a box into the rig; return at once."""
        threading.Thread(target=self._keep, args=(box, values), name="rig", daemon=True).start()

    def _keep(self, box: str, values: Mapping[str, object]) -> None:
        with self._turn:
            try:
                file = self._write(box, values)
            except (OSError, UnreadableFile, PatchError, ValueError) as error:
                why = _reason(error)
                LOG.error("%s: %s could not be kept: %s", box, ", ".join(values), why)
                return
        LOG.info("%s: kept %s", file, ", ".join(f"{box}.{name}" for name in values))

    def _write(self, box: str, values: Mapping[str, object]) -> Path:
        """Write the rig, and return it. Raise ValueError, PatchError, OSError or UnreadableFile."""
        texts = self._engine.plan.texts
        if texts is None or texts.file is None:
            raise ValueError("this patch has no file, and so no rig beside it")
        patch = texts.file
        if patch.resolve().is_relative_to(installed_folder("patches").resolve()):
            raise ValueError(f"{patch.name} came with Sensorium: play a copy (sensorium new)")
        before = read_texts(patch).rig
        rig = patch.parent / RIG
        after = with_values(before or "", box, values)
        content = b"" if before is None else read_file(rig, MAX_BYTES)
        write_whole({rig: rewritten(content, before or "", after)}, mode=_MODE)
        self._engine.on_saved({rig})
        return rig


def _reason(error: Exception) -> str:
    """Return why a rig could not be written, in words."""
    if isinstance(error, OSError):
        return os_reason(error)
    if isinstance(error, tomllib.TOMLDecodeError):
        return f"{RIG} is not valid TOML; sensorium check names the line"
    return str(error)


def with_values(rig: str, box: str, values: Mapping[str, object]) -> str:
    """Return the text of a rig in which a box has these parameters; all else of it stays.

    Raise ValueError where it is no TOML, or cannot be changed so.
    """
    tables = tomllib.loads(rig)
    if box not in tables:
        lines = "".join(f"{name} = {toml_text(value)}\n" for name, value in values.items())
        space = "" if not rig else "\n" if rig.endswith("\n") else "\n\n"
        return f"{rig}{space}[{toml_key(box)}]\n{lines}"
    return edit_text(rig, [Edit((box, name), value) for name, value in values.items()])
